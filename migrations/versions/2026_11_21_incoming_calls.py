"""calls that came in beside those that staff made"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_incoming_calls"
down_revision = "2026_11_21_canned_lines"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("call") as table:
        table.alter_column("by_id", existing_type=ID, nullable=True)
        table.add_column(sa.Column("provider_id", sa.String(64), nullable=True))
        table.create_unique_constraint(
            "uq_call_provider_id_patient_id", ["provider_id", "patient_id"]
        )


def downgrade() -> None:
    # Older code knows only calls that a member of staff has made; the audit trail keeps these.
    op.execute("DELETE FROM call WHERE by_id IS NULL")
    with op.batch_alter_table("call") as table:
        table.drop_constraint("uq_call_provider_id_patient_id", type_="unique")
        table.drop_column("provider_id")
        table.alter_column("by_id", existing_type=ID, nullable=False)
