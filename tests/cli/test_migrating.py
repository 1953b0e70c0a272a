"""What becomes of the wall between clinics where the database is somebody else's?"""

import os
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient
from flask import Flask
from postgres import another_url, drop_another, on_the_server
from setting import RING, HandClock, make_settings
from structlog.testing import capture_logs
from test_config import PRODUCTION

from app import create_app
from reminders.cli import main
from reminders.config import Settings
from reminders.store.db import make_engine, make_sessions
from reminders.store.people import Patient
from reminders.web.house import house_of, session

PLAIN = f"reminders_plain_{os.getpid()}"


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database whose owner administers nothing else, but for what the test gives."""
    drop_another()
    on_the_server(f"DROP ROLE IF EXISTS {PLAIN}")  # of a killed run, under the same number
    on_the_server(f"CREATE ROLE {PLAIN} LOGIN PASSWORD 'plain' {request.param}")
    place = sa.make_url(another_url())
    on_the_server(f"ALTER DATABASE {place.database} OWNER TO {PLAIN}")
    yield place.set(username=PLAIN, password="plain").render_as_string(hide_password=False)
    drop_another()
    on_the_server(f"DROP ROLE {PLAIN}")


def migrate(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settled = {"DATABASE_URL": url, "RED_FLAGS_REVIEWED_BY": "Dr. Berg, 2026-11-21"}
    for name, value in (PRODUCTION | settled).items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    main(["migrate"])
    return capsys.readouterr().out.splitlines()


def a_web(url: str) -> tuple[Flask, sa.Engine]:
    """A web whose one page tells as whom it asks, and how many patients it finds."""
    engine = make_engine(url, RING)
    sessions = make_sessions(engine)
    with sessions.begin() as owners:
        if owners.scalar(sa.select(sa.func.count(Patient.id))) == 0:
            a_patient(owners, a_clinic(owners))
    app = create_app(make_settings(), time=HandClock(), sessions=sessions)

    def who() -> str:
        patients = session().scalar(sa.select(sa.func.count(Patient.id)))
        return f"{session().scalar(sa.text('SELECT current_user'))} {patients}"

    app.add_url_rule("/who", "who", who)
    return app, engine


def ask(url: str) -> tuple[str, list[str]]:
    """What the page says when it is asked twice, and what the log does."""
    with capture_logs() as logs:
        app, engine = a_web(url)
        answers = {app.test_client().get("/who").text for _ in range(2)}
    house_of(app).courier.close()
    engine.dispose()
    [answer] = answers
    return answer, [line["event"] for line in logs]


@pytest.mark.parametrize("url", ["NOCREATEROLE"], indirect=True)
def test_a_clinic_that_may_make_no_role_goes_on_and_is_told_what_to_do(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done, to_do = migrate(url, monkeypatch, capsys)

    assert done == "The database is up to this version."
    assert to_do.startswith("Worth doing: PostgreSQL keeps clinics apart by row-level security")
    assert ask(url) == (f"{PLAIN} 1", ["no_row_level_security"]), "the queries alone, told once"

    [statements] = re.findall(r"`(CREATE ROLE [^`]+)`", to_do)
    for statement in statements.rstrip(";").split(";"):
        on_the_server(statement)

    assert ask(url)[0] == f"{PLAIN} 1", "a role without rights would shut every page"
    assert migrate(url, monkeypatch, capsys) == [done]
    answer, log = ask(url)
    assert re.fullmatch(r"reminders_web_\d+ 0", answer)
    assert log == []


@pytest.mark.parametrize("url", ["CREATEROLE"], indirect=True)
def test_a_clinic_that_may_make_roles_has_the_wall_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate(url, monkeypatch, capsys) == ["The database is up to this version."]

    assert re.fullmatch(r"reminders_web_\d+ 0", ask(url)[0])
