"""The migrations and the models say the same, up and down, on both databases."""

from pathlib import Path

import sqlalchemy as sa
from setting import RING

from reminders.store import migrate
from reminders.store.db import make_engine
from reminders.store.models import Base


def test_models_and_migrations_say_the_same(engine: sa.Engine) -> None:
    migrate.check(engine)


def test_every_migration_goes_down_and_up_again(engine: sa.Engine) -> None:
    migrate.downgrade(engine)
    try:
        left = set(sa.inspect(engine).get_table_names())
    finally:
        migrate.upgrade(engine)

    assert left <= {"alembic_version"}
    assert set(Base.metadata.tables) <= set(sa.inspect(engine).get_table_names())


def test_a_second_upgrade_changes_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/twice.db", RING)

    migrate.upgrade(engine)
    migrate.upgrade(engine)

    assert "patient" in sa.inspect(engine).get_table_names()
    engine.dispose()
