"""Is the database's shape the one this code was written for?"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def config() -> Config:
    """Alembic's settings; the connection is handed over, never written into a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to this code."""
    _run(engine, lambda settings: command.upgrade(settings, revision))


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
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        action(settings)
