"""what was noted is chained and sealed"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_sealing"
down_revision = "2026_11_21_kept_phones"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit_event") as table:
        table.add_column(
            sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        table.add_column(sa.Column("seal", sa.LargeBinary(32), nullable=True))
        table.create_unique_constraint("uq_audit_event_clinic_id_place", ["clinic_id", "place"])
    op.create_index(
        "ix_audit_event_unsealed",
        "audit_event",
        ["clinic_id", "id"],
        sqlite_where=sa.text("seal IS NULL"),
        postgresql_where=sa.text("seal IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_unsealed", "audit_event")
    with op.batch_alter_table("audit_event") as table:
        table.drop_constraint("uq_audit_event_clinic_id_place", type_="unique")
        table.drop_column("seal")
        table.drop_column("place")
