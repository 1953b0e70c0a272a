"""Real things for every test: both databases, the sandbox on loopback, the app itself."""

import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).parent))

from postgres import drop_database, postgres_url
from setting import ACCOUNT, RING, TOKEN, HandClock, make_settings

from reminders.bootstrap import open_post
from reminders.config import Mode, Settings, SystemClock
from reminders.outbox import Post
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.store.db import Sessions, make_engine, make_sessions
from reminders.store.migrate import upgrade
from reminders.store.models import Base
from reminders.web.house import house_of

# Seconds that a test waits for the sandbox: a machine that stands still for a while fails no test.
PATIENCE = 10

# The same examples for the same code, at any pace.
hypothesis.settings.register_profile(
    "steady",
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, sa.Engine]]:
    """One migrated database of each kind for this worker."""
    folder = tmp_path_factory.mktemp("db")
    made = {
        "sqlite": make_engine(f"sqlite:///{folder}/test.db", RING),
        "postgresql": make_engine(postgres_url(), RING),
    }
    # Rows come backwards where nobody names an order: whoever leans on luck is told at once.
    sa.event.listen(made["sqlite"], "connect", _backwards)
    for engine in made.values():
        upgrade(engine)
    yield made
    for engine in made.values():
        engine.dispose()
    drop_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, engines: dict[str, sa.Engine]) -> Iterator[sa.Engine]:
    """An empty database, SQLite and PostgreSQL in turn."""
    chosen = engines[request.param]
    yield chosen
    _empty(chosen)


@pytest.fixture
def sessions(engine: sa.Engine) -> Sessions:
    return make_sessions(engine)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A provider and a mail server of this test alone, on the machine's clock as real ones are."""
    with Sandbox(
        SandboxSettings(
            mode=Mode.TEST,
            now=SystemClock().now,
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            step_seconds=0.01,
        )
    ) as running:
        yield running


@pytest.fixture
def settings() -> Settings:
    """Settings of a test: no network but loopback, nothing that waits."""
    return make_settings()


@pytest.fixture
def wired(settings: Settings, sandbox: Sandbox) -> Settings:
    """Settings whose provider and mail server are the sandbox."""
    return settings.model_copy(
        update={
            "twilio_base_url": sandbox.base_url,
            "smtp_host": "127.0.0.1",
            "smtp_port": sandbox.smtp_port,
        }
    )


@pytest.fixture
def post(wired: Settings, sessions: Sessions) -> Post:
    """What sends: the real channels, talking to the sandbox."""
    return open_post(wired, timeout=PATIENCE, sessions=sessions)


@pytest.fixture
def app(settings: Settings, sessions: Sessions, clock: HandClock) -> Iterator[Flask]:
    from app import create_app  # the doors: only tests of doors need them

    app = create_app(settings, time=clock, sessions=sessions)
    app.testing = True
    yield app
    house_of(app).courier.close()  # what it still carries must not meet the emptying of tables


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches out: a connection to another machine fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"127.0.0.1", "::1", "localhost", ""}:
            raise OSError("tests may only talk to this machine")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _backwards(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA reverse_unordered_selects = ON")


def _empty(engine: sa.Engine) -> None:
    tables = [table.name for table in Base.metadata.sorted_tables]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(tables):
            connection.exec_driver_sql(f"DELETE FROM {table}")


os.environ.pop("DATABASE_URL", None)
