"""what a programme keeps: phases, templates, checks"""

revision = "2026_11_21_programmes"
down_revision = "2026_11_21_conversation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
