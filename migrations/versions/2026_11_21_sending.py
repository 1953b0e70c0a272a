"""what the sending engine keeps: whose turn it is, and when the way out was last said"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_sending"
down_revision = "2026_11_21_delivery"
branch_labels = None
depends_on = None

AWAITED_DUE = "state = 'due' AND kind IN ('safety', 'opt_out', 'answer', 'link', 'staff')"


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.add_column(
            sa.Column("says_stop", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        message.add_column(sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True))
        message.create_index("ix_message_address", ["address_index", "ready_at"])
        message.create_index(
            "ix_message_awaited",
            ["ready_at"],
            sqlite_where=sa.text(AWAITED_DUE),
            postgresql_where=sa.text(AWAITED_DUE),
        )
    with op.batch_alter_table("sender") as sender:
        sender.add_column(sa.Column("booked_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sender") as sender:
        sender.drop_column("booked_until")
    with op.batch_alter_table("message") as message:
        message.drop_index("ix_message_awaited")
        message.drop_index("ix_message_address")
        message.drop_column("turn_at")
        message.drop_column("says_stop")
