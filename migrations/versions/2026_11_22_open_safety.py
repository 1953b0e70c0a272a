"""safety alerts that stand are found without looking at the others"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_open_safety"
down_revision = "2026_11_22_keeping"
branch_labels = None
depends_on = None

OPEN_SAFETY = "kind = 'safety' AND resolved_at IS NULL"


def upgrade() -> None:
    op.create_index(
        "ix_alert_safety",
        "alert",
        ["told_at"],
        sqlite_where=sa.text(OPEN_SAFETY),
        postgresql_where=sa.text(OPEN_SAFETY),
    )


def downgrade() -> None:
    op.drop_index("ix_alert_safety", table_name="alert")
