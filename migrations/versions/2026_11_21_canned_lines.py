"""lines that a clinic keeps ready for its answers"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_canned_lines"
down_revision = "2026_11_21_mornings"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "canned_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_canned_line_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_line"),
    )
    op.create_index("ix_canned_line_clinic_id", "canned_line", ["clinic_id"])


def downgrade() -> None:
    op.drop_table("canned_line")
