"""what a programme keeps: phases, templates, checks, suggestions"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_programmes"
down_revision = "2026_11_21_conversation"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SEALED = sa.LargeBinary()


def upgrade() -> None:
    with op.batch_alter_table("clinic") as clinic:
        clinic.add_column(sa.Column("checks_off", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("patient") as patient:
        patient.add_column(sa.Column("minded", SEALED, nullable=True))
    with op.batch_alter_table("plan_version") as version:
        version.add_column(sa.Column("kept", SEALED, nullable=True))
    # Nothing has written phases or templates so far: their plain columns make way for sealed ones.
    with op.batch_alter_table("phase") as phase:
        for name in ("name", "entry", "exit"):
            phase.drop_column(name)
    with op.batch_alter_table("phase") as phase:
        phase.add_column(sa.Column("phase_key", sa.String(length=40), nullable=False))
        for name in ("name", "entry", "exit", "exercises"):
            phase.add_column(sa.Column(name, SEALED, nullable=False))
        phase.add_column(sa.Column("goal_fields", sa.JSON(), nullable=False))
        phase.add_column(sa.Column("current", sa.Boolean(), nullable=False))
        phase.add_column(sa.Column("since", sa.Date(), nullable=True))
        phase.add_column(sa.Column("signed_by_id", ID, nullable=True))
        phase.add_column(sa.Column("signed_at", MOMENT, nullable=True))
        phase.create_foreign_key("fk_phase_signed_by_id", "staff", ["signed_by_id"], ["id"])
    with op.batch_alter_table("template") as template:
        for name in ("name", "content"):
            template.drop_column(name)
    with op.batch_alter_table("template") as template:
        for name in ("name", "content"):
            template.add_column(sa.Column(name, SEALED, nullable=False))
    op.create_table(
        "suggestion_answer",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column(
            "step",
            sa.Enum("ready", "back", "not_helping", name="step", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum("do", "not_now", name="answer", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("evidence", SEALED, nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name="fk_suggestion_answer_clinic_id"
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name="fk_suggestion_answer_patient_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_suggestion_answer_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_answer"),
    )
    with op.batch_alter_table("suggestion_answer") as answer:
        answer.create_index("ix_suggestion_answer_clinic_id", ["clinic_id"])
        answer.create_index("ix_suggestion_answer_patient", ["patient_id", "until"])


def downgrade() -> None:
    op.drop_table("suggestion_answer")
    # What is sealed cannot be read here: sealed phases and templates do not survive the way down.
    op.execute("DELETE FROM template")
    op.execute("UPDATE prescription SET phase_id = NULL")
    op.execute("DELETE FROM phase")
    with op.batch_alter_table("template") as template:
        for name in ("content", "name"):
            template.drop_column(name)
    with op.batch_alter_table("template") as template:
        template.add_column(sa.Column("name", sa.String(length=80), nullable=False))
        template.add_column(sa.Column("content", sa.JSON(), nullable=False))
    with op.batch_alter_table("phase") as phase:
        phase.drop_constraint("fk_phase_signed_by_id", type_="foreignkey")
        for name in (
            "signed_at",
            "signed_by_id",
            "since",
            "current",
            "goal_fields",
            "exercises",
            "exit",
            "entry",
            "name",
            "phase_key",
        ):
            phase.drop_column(name)
    with op.batch_alter_table("phase") as phase:
        phase.add_column(sa.Column("name", sa.String(length=80), nullable=False))
        phase.add_column(sa.Column("entry", sa.Text(), nullable=False))
        phase.add_column(sa.Column("exit", sa.Text(), nullable=False))
    with op.batch_alter_table("plan_version") as version:
        version.drop_column("kept")
    with op.batch_alter_table("patient") as patient:
        patient.drop_column("minded")
    with op.batch_alter_table("clinic") as clinic:
        clinic.drop_column("checks_off")
