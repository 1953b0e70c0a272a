"""what a clinic's own library keeps: exercises and pictures"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_library"
down_revision = "2026_11_21_programmes"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exercise_photo",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        sa.Column("width", ID, nullable=False),
        sa.Column("height", ID, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_exercise_photo_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_photo")),
        sa.UniqueConstraint("clinic_id", "digest", name=op.f("uq_exercise_photo_clinic_id_digest")),
    )
    op.create_index(op.f("ix_exercise_photo_digest"), "exercise_photo", ["digest"])
    with op.batch_alter_table("exercise") as table:
        # Until now there was no way to write an exercise of one's own.
        table.drop_column("texts")
        table.add_column(sa.Column("sheet_fields", sa.JSON(), nullable=True))
        table.add_column(
            sa.Column("drawn_as", sa.String(length=48), nullable=False, server_default="")
        )
        table.add_column(sa.Column("photo_id", ID, nullable=True))
        table.add_column(
            sa.Column("reviewer", sa.String(length=60), nullable=False, server_default="")
        )
        table.add_column(sa.Column("reviewed_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            op.f("fk_exercise_photo_id"), "exercise_photo", ["photo_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("exercise") as table:
        table.drop_constraint(op.f("fk_exercise_photo_id"), type_="foreignkey")
        for column in (
            "retired_at",
            "reviewed_on",
            "reviewer",
            "photo_id",
            "drawn_as",
            "sheet_fields",
        ):
            table.drop_column(column)
        table.add_column(sa.Column("texts", sa.JSON(), nullable=True))
    op.drop_table("exercise_photo")
