"""what the conversation keeps: pain bands, questions asked, carers"""

revision = "2026_11_21_conversation"
down_revision = "2026_11_21_sending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
