"""replies that wait for a person are found without looking at the others"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_waiting_replies"
down_revision = "2026_11_21_cover"
branch_labels = None
depends_on = None

WAITING = "fate = 'for_a_person' AND handled_at IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_reply_waiting",
        "reply",
        ["clinic_id", "received_at"],
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )


def downgrade() -> None:
    op.drop_index("ix_reply_waiting", table_name="reply")
