"""The migrations and the models say the same, up and down, on both databases."""

from pathlib import Path

import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan, an_alert
from setting import RING

from reminders.store import migrate
from reminders.store.db import make_engine, make_sessions
from reminders.store.models import Base

FIRST = "2026_11_21_first_tables"


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


def test_the_rows_of_a_clinic_come_through_every_later_migration_and_back(
    engine: sa.Engine,
) -> None:
    """A release migrates what is there: tables that others point to, full of rows."""
    with make_sessions(engine).begin() as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        an_alert(session, patient)

    migrate.downgrade(engine, FIRST)
    try:
        assert _rows(engine, "patient", "staff", "routine", "alert") == [1, 1, 1, 1]
    finally:
        migrate.upgrade(engine)

    assert _rows(engine, "patient", "staff", "routine", "alert") == [1, 1, 1, 1]
    with engine.connect() as connection:
        assert (
            connection.dialect.name != "sqlite"
            or connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
        )


def _rows(engine: sa.Engine, *tables: str) -> list[int]:
    with engine.connect() as connection:
        counts = (sa.select(sa.func.count()).select_from(sa.table(name)) for name in tables)
        return [connection.scalars(count).one() for count in counts]
