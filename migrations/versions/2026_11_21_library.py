"""what a clinic's own library keeps: exercises and pictures"""

revision = "2026_11_21_library"
down_revision = "2026_11_21_programmes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
