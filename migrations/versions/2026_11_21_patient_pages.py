"""the second step before a patient's history and settings"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_patient_pages"
down_revision = "2026_11_21_receipts"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(
            sa.Column("second_step", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("link") as table:
        table.add_column(sa.Column("tries", ID, nullable=False, server_default="0"))


def downgrade() -> None:
    # An address of a calendar is a link of a kind that the older code does not know.
    op.execute("DELETE FROM link WHERE purpose = 'calendar'")
    with op.batch_alter_table("link") as table:
        table.drop_column("tries")
    with op.batch_alter_table("clinic") as table:
        table.drop_column("second_step")
