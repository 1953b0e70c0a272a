"""what the sending engine keeps"""

revision = "2026_11_21_sending"
down_revision = "2026_11_21_delivery"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
