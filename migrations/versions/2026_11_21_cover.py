"""a colleague stands in for who is away"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_cover"
down_revision = "2026_11_21_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.add_column(sa.Column("covers_kept", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.drop_column("covers_kept")
