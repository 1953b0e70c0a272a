"""thresholds of a clinic and a patient, calls, and what its owner has let lie"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_triage"
down_revision = "2026_11_21_sealing"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_CLINIC = sa.text("patient_id IS NULL")
SETTABLE = (
    "pain_high",
    "pain_rise",
    "unsettled_mornings",
    "silent_sessions",
    "silent_days",
    "half_percent",
    "well_percent",
    "effort_percent",
    "undelivered",
    "unread_workdays",
    "untaken_workdays",
)


def upgrade() -> None:
    op.create_table(
        "own_thresholds",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=True),
        *(sa.Column(name, sa.SmallInteger(), nullable=True) for name in SETTABLE),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_own_thresholds_clinic_id"),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_own_thresholds_patient_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_own_thresholds"),
    )
    op.create_index("uq_own_thresholds_patient", "own_thresholds", ["patient_id"], unique=True)
    op.create_index(
        "uq_own_thresholds_clinic",
        "own_thresholds",
        ["clinic_id"],
        unique=True,
        sqlite_where=OF_CLINIC,
        postgresql_where=OF_CLINIC,
    )
    op.create_index("ix_own_thresholds_clinic_id", "own_thresholds", ["clinic_id"])
    op.create_table(
        "call",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_call_clinic_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_call_patient_id"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_call_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_clinic_id", "call", ["clinic_id"])
    op.create_index("ix_call_patient", "call", ["patient_id", "at"])
    with op.batch_alter_table("alert") as table:
        table.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("alert") as table:
        table.drop_column("escalated_at")
    op.drop_table("call")
    op.drop_table("own_thresholds")
