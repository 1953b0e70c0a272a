"""Is the database's shape the one this code was written for?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from reminders.store import wall

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class LooseRow(Exception):
    """A migration left a row that points to nothing; it was rolled back."""


def config() -> Config:
    """Alembic's settings; the connection is handed over, never written into a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to this code, and its wall up to its tables."""

    def go_up(settings: Config) -> None:
        command.upgrade(settings, revision)
        wall.build(settings.attributes["connection"])

    _run(engine, go_up)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database back to an older shape."""
    _run(engine, lambda settings: command.downgrade(settings, revision))


def check(engine: Engine) -> None:
    """Raise if models and migrations differ."""
    _run(engine, command.check)


@cache
def newest_revision() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(config()).get_current_head()


def revisions() -> frozenset[str]:
    """Every revision this code knows the way from."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(config()).walk_revisions())


def revision(connection: Connection) -> str | None:
    """Which revision a database is of; None where it holds nothing yet."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(engine: Engine, action: Callable[[Config], None]) -> None:
    settings = config()
    with _unchained(engine) as connection, connection.begin():
        settings.attributes["connection"] = connection
        action(settings)
        if connection.dialect.name == "sqlite":
            loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if loose is not None:
                raise LooseRow(f"a row of {loose[0]} points to one of {loose[2]} that is not there")


@contextmanager
def _unchained(engine: Engine) -> Iterator[Connection]:
    """A connection on which a table may be taken down and built anew while others point to it.

    SQLite changes a column by building the table anew, and its foreign keys would take the rows
    that point there for lost. The switch is heard outside a transaction only.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        bare = connection.connection.cursor()
        bare.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
        finally:
            bare.execute("PRAGMA foreign_keys = ON")
            bare.close()
