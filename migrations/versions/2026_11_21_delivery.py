"""what delivery keeps: nudges, fading, spending, holds"""

revision = "2026_11_21_delivery"
down_revision = "2026_11_21_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
