"""receipts are stored by the door and applied by the tick"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_receipts"
down_revision = "2026_11_21_library"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("receipt") as table:
        table.add_column(sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
    # What stands already was applied when it came.
    op.execute("UPDATE receipt SET applied_at = received_at")
    op.create_index(
        "ix_receipt_unapplied",
        "receipt",
        ["id"],
        sqlite_where=sa.text("applied_at IS NULL"),
        postgresql_where=sa.text("applied_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_receipt_unapplied", "receipt")
    with op.batch_alter_table("receipt") as table:
        table.drop_column("applied_at")
