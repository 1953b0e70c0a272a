"""what the conversation keeps: pain bands, questions asked, carers"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_conversation"
down_revision = "2026_11_21_sending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asking",
        sa.Column(
            "clinic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("pain_response", sa.Boolean(), nullable=False),
        sa.Column("amber_from", sa.SmallInteger(), nullable=False),
        sa.Column("red_from", sa.SmallInteger(), nullable=False),
        sa.Column("next_morning", sa.Boolean(), nullable=False),
        sa.Column("skip_reason", sa.Boolean(), nullable=False),
        sa.Column(
            "approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_asking_approved_by_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_asking_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
        sa.UniqueConstraint("clinic_id", name=op.f("uq_asking_clinic_id")),
    )
    op.create_table(
        "own_bands",
        sa.Column(
            "clinic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "patient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("pain_response", sa.Boolean(), nullable=False),
        sa.Column("amber_from", sa.SmallInteger(), nullable=False),
        sa.Column("red_from", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_own_bands_clinic_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_own_bands_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_bands")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_own_bands_patient_id")),
    )
    with op.batch_alter_table("own_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_bands_clinic_id"), ["clinic_id"], unique=False)
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carer_phone_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("carer_may_report", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_index("ix_patient_carer", ["clinic_id", "carer_phone_index"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_index("ix_patient_carer")
        batch_op.drop_column("carer_may_report")
        batch_op.drop_column("carer_phone_index")
    op.drop_table("own_bands")
    op.drop_table("asking")
