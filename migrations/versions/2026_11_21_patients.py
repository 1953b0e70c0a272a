"""lists of patients that somebody keeps, and what was said on the phone"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_patients"
down_revision = "2026_11_21_triage"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("wanted", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_saved_view_clinic_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_saved_view_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
    )
    op.create_index("ix_saved_view_clinic_id", "saved_view", ["clinic_id"])
    op.create_index("ix_saved_view_staff", "saved_view", ["staff_id"])
    with op.batch_alter_table("call") as table:
        table.add_column(
            sa.Column("left_word", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("call") as table:
        table.drop_column("note")
        table.drop_column("left_word")
    op.drop_table("saved_view")
