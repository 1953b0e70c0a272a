"""phones that keep a patient's page"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_kept_phones"
down_revision = "2026_11_21_patient_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("link") as table:
        table.add_column(sa.Column("address_index", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # A kept phone is a link of a kind that the older code does not know; what came from it stays.
    op.execute(
        "UPDATE reply SET link_id = NULL WHERE link_id IN "
        "(SELECT id FROM link WHERE purpose = 'kept')"
    )
    op.execute("DELETE FROM link WHERE purpose = 'kept'")
    with op.batch_alter_table("link") as table:
        table.drop_column("address_index")
