"""a phone stands beside the password, and guesses are counted"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_second_factor"
down_revision = "2026_11_21_clinic_hours"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guess",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("door", sa.String(24), nullable=False),
        sa.Column("whose", sa.LargeBinary(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guess"),
        sa.UniqueConstraint("door", "whose", name="uq_guess_door_whose"),
    )
    op.create_index("ix_guess_since", "guess", ["since"])
    with op.batch_alter_table("staff") as table:
        table.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("factor_secret", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("factor_step", NUMBER, nullable=True))
        table.add_column(sa.Column("recovery_codes", sa.JSON(), nullable=True))
        # Nothing has ever been written to these.
        table.drop_column("tf_primary_method")
        table.drop_column("tf_totp_secret")
        table.drop_column("mf_recovery_codes")


def downgrade() -> None:
    with op.batch_alter_table("staff") as table:
        table.add_column(sa.Column("mf_recovery_codes", sa.JSON(), nullable=True))
        table.add_column(sa.Column("tf_totp_secret", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("tf_primary_method", sa.String(64), nullable=True))
        table.drop_column("recovery_codes")
        table.drop_column("factor_step")
        table.drop_column("factor_secret")
        table.drop_column("seen_at")
    op.drop_index("ix_guess_since", "guess")
    op.drop_table("guess")
