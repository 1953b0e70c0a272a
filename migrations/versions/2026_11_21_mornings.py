"""each working morning says how many need somebody, if one likes"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_mornings"
down_revision = "2026_11_21_invitations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.add_column(
            sa.Column("morning_mail", sa.Boolean(), nullable=False, server_default=sa.true())
        )


def downgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.drop_column("morning_mail")
