"""a clinic's own hours, beside the hours in which its patients are written to"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_clinic_hours"
down_revision = "2026_11_21_incoming_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(sa.Column("staffed_from", sa.Time()))
        table.add_column(sa.Column("staffed_until", sa.Time()))


def downgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        table.drop_column("staffed_until")
        table.drop_column("staffed_from")
