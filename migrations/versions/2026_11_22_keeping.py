"""each clinic says for how long words are kept, if it does not leave that to the installation"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_keeping"
down_revision = "2026_11_22_waiting_replies"
branch_labels = None
depends_on = None

DAYS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = ("keep_words_days", "keep_strangers_days")


def upgrade() -> None:
    with op.batch_alter_table("clinic") as clinic:
        for name in NEW:
            clinic.add_column(sa.Column(name, DAYS, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("clinic") as clinic:
        for name in reversed(NEW):
            clinic.drop_column(name)
