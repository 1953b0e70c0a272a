"""what delivery keeps: nudges, fading, spending, holds"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_delivery"
down_revision = "2026_11_21_first_tables"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("clinic") as clinic:
        clinic.add_column(sa.Column("budget_cents", ID, nullable=True))
        clinic.add_column(
            sa.Column("thousand_texts_cents", ID, nullable=False, server_default="1100")
        )
    with op.batch_alter_table("patient") as patient:
        patient.add_column(sa.Column("nudge_hours", sa.SmallInteger(), nullable=True))
        patient.add_column(
            sa.Column(
                "nudge_medium",
                sa.Enum("text", "email", name="medium", native_enum=False, length=24),
                nullable=True,
            )
        )
    with op.batch_alter_table("routine") as routine:
        routine.add_column(
            sa.Column(
                "fades_to",
                sa.Enum(
                    "every_other",
                    "twice_a_week",
                    "weekly",
                    "gradual",
                    name="pace",
                    native_enum=False,
                    length=24,
                ),
                nullable=True,
            )
        )
        routine.add_column(sa.Column("fades_from", sa.Date(), nullable=True))
    with op.batch_alter_table("hold") as hold:
        hold.add_column(
            sa.Column(
                "cause",
                sa.Enum(
                    "person",
                    "silence",
                    "restore",
                    "clocks",
                    name="cause",
                    native_enum=False,
                    length=24,
                ),
                nullable=False,
                server_default="person",
            )
        )
        hold.add_column(sa.Column("dark_since", MOMENT, nullable=True))
        hold.add_column(sa.Column("asked_at", MOMENT, nullable=True))
    # A clinic's messages are counted by day and by month: one index serves both, and finds the
    # clinic's messages at all.
    with op.batch_alter_table("message") as message:
        message.drop_index("ix_message_clinic_id")
        message.create_index("ix_message_clinic", ["clinic_id", "due_at"])
    op.create_table(
        "spending",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder",
                "nudge",
                "later",
                "answer",
                "opt_out",
                "safety",
                "welcome",
                "note",
                "link",
                "staff",
                name="kind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("messages", ID, nullable=False),
        sa.Column("segments", ID, nullable=False),
        sa.Column("millicents", ID, nullable=False),
        sa.Column("counted_to", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_spending_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_spending"),
        sa.UniqueConstraint("clinic_id", "month", "kind", name="uq_spending_clinic_id_month_kind"),
    )
    op.create_table(
        "job_event",
        sa.Column("job", sa.String(length=48), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("times", ID, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_event"),
        sa.UniqueConstraint("job", "event", name="uq_job_event_job_event"),
    )


def downgrade() -> None:
    op.drop_table("job_event")
    op.drop_table("spending")
    with op.batch_alter_table("message") as message:
        message.drop_index("ix_message_clinic")
        message.create_index("ix_message_clinic_id", ["clinic_id"])
    with op.batch_alter_table("hold") as hold:
        hold.drop_column("asked_at")
        hold.drop_column("dark_since")
        hold.drop_column("cause")
    with op.batch_alter_table("routine") as routine:
        routine.drop_column("fades_from")
        routine.drop_column("fades_to")
    with op.batch_alter_table("patient") as patient:
        patient.drop_column("nudge_medium")
        patient.drop_column("nudge_hours")
    with op.batch_alter_table("clinic") as clinic:
        clinic.drop_column("thousand_texts_cents")
        clinic.drop_column("budget_cents")
