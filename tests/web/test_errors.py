"""What does a reader see when something goes wrong?"""

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from patient_story import words_of
from setting import RING, HandClock
from structlog.testing import capture_logs

from app import create_app
from reminders.config import Settings
from reminders.store.db import make_engine, make_sessions
from reminders.web.house import Emergency, house_of

SECRET = "+12075550118 wrote of a knee"


@pytest.fixture
def broken(app: Flask) -> FlaskClient:
    """A web with a door that fails as asked, as it would in production."""

    @app.get("/fails/<int:status>")
    def fails(status: int) -> str:
        abort(status, SECRET)

    @app.get("/breaks")
    def breaks() -> str:
        raise RuntimeError(SECRET)

    app.testing = False
    return app.test_client()


@pytest.fixture
def without_records(settings: Settings, clock: HandClock) -> FlaskClient:
    """A web whose database is gone."""
    gone = make_sessions(make_engine("sqlite:////nowhere/gone.db", RING))
    app = create_app(settings, time=clock, sessions=gone)
    known = Emergency("Maple PT", "(207) 555-0142", "112", "988", "en")
    house_of(app).emergencies["+12075550100"] = known
    return app.test_client()


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "That did not work"),
        (403, "This is not open to you"),
        (404, "There is nothing here"),
        (405, "That did not work"),
        (413, "That was too much at once"),
        (429, "Please wait a little"),
        (500, "Something went wrong here"),
        (502, "Something went wrong here"),
        (503, "We cannot save anything right now"),
    ],
)
def test_an_error_has_a_kind_page_that_says_nothing_of_anybody(
    broken: FlaskClient, status: int, says: str
) -> None:
    answer = broken.get(f"/fails/{status}")

    assert answer.status_code == status
    assert says in words_of(answer.text)
    assert SECRET not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_error_page_speaks_the_readers_language(broken: FlaskClient) -> None:
    answer = broken.get("/nowhere", headers={"Accept-Language": "es-US, es"})

    assert answer.status_code == 404
    assert "Aquí no hay nada" in words_of(answer.text)


def test_what_nobody_expected_is_logged_by_its_place_and_shown_without_it(
    broken: FlaskClient,
) -> None:
    with capture_logs() as logs:
        answer = broken.get("/breaks")

    assert answer.status_code == 500
    assert "Something went wrong here" in words_of(answer.text)
    assert "RuntimeError" not in answer.text
    assert [log["event"] for log in logs] == ["unexpected"]
    assert SECRET not in str(logs)


@pytest.mark.parametrize("path", ["/hooks/text", "/hooks/nothing"])
def test_a_machine_gets_a_line_of_text(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in (404, 405)
    assert answer.mimetype == "text/plain"


def test_a_form_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/x/anybody", data={"note": "n" * 300_000})

    assert answer.status_code == 413
    assert "Nothing was changed." in answer.text


def test_without_records_the_page_says_so(without_records: FlaskClient) -> None:
    for answer in (without_records.get("/x/a"), without_records.post("/x/a", data={"act": "all"})):
        assert answer.status_code == 503
        assert "We cannot save anything right now" in words_of(answer.text)


def test_danger_is_answered_even_without_records(without_records: FlaskClient) -> None:
    answer = without_records.post("/x/a", data={"act": "all", "note": "I have chest pain"})

    assert answer.status_code == 503
    assert "This may be serious. Call 112 or go to the ER now." in words_of(answer.text)
    assert 'href="tel:112"' in answer.text
    assert 'href="tel:2075550142"' in answer.text
