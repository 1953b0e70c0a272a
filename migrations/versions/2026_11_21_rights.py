"""a patient's record is held for a court, or erased at their wish"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_rights"
down_revision = "2026_11_21_second_factor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("patient") as table:
        table.add_column(sa.Column("legal_hold_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("legal_hold_by", sa.String(32), nullable=True))
        table.add_column(sa.Column("legal_hold_reason", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("patient") as table:
        table.drop_column("erased_at")
        table.drop_column("legal_hold_reason")
        table.drop_column("legal_hold_by")
        table.drop_column("legal_hold_at")
