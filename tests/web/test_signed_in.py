"""What becomes of somebody who has signed in: how long, until when, and what is kept of it?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from front_door import (
    PASSWORD,
    a_house_with_a_door,
    is_in,
    sign_in,
    token_on,
)
from setting import HandClock, make_settings

from reminders.config import Mode
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions


@pytest.fixture
def client(door: Flask) -> FlaskClient:
    return door.test_client()


# How long it lasts


@pytest.mark.parametrize(
    ("pauses", "still_in"),
    [
        pytest.param([timedelta(minutes=15)], True, id="a quarter of an hour"),
        pytest.param([timedelta(minutes=15, seconds=1)], False, id="longer"),
        pytest.param([timedelta(minutes=10)] * 6, True, id="an hour of use"),
        pytest.param([timedelta(minutes=10)] * 73, False, id="more than twelve hours of use"),
    ],
)
def test_a_session_ends_when_idle_too_long_or_too_old(
    client: FlaskClient, clock: HandClock, pauses: list[timedelta], *, still_in: bool
) -> None:
    sign_in(client)

    for pause in pauses:
        clock.moment += pause
        client.get("/desk")

    assert is_in(client) is still_in


def test_a_form_of_an_ended_session_leads_to_the_door_and_says_why(
    client: FlaskClient, clock: HandClock
) -> None:
    sign_in(client)
    token = token_on(client.get("/password"))
    clock.moment += timedelta(hours=1)

    answer = client.post("/desk", data={"csrf_token": token}, follow_redirects=True)

    assert answer.request.path == "/login"
    assert "You were signed out" in answer.text


def test_a_patients_form_is_taken_in_the_browser_of_somebody_long_gone(
    door: Flask, clock: HandClock
) -> None:
    patient = Blueprint("patient", __name__)
    patient.post("/x")(lambda: "taken")
    door.register_blueprint(patient)
    client = door.test_client()
    sign_in(client)
    clock.moment += timedelta(days=1)

    assert client.post("/x").text == "taken"


def test_the_demo_keeps_its_people_in_when_its_clock_jumps(
    sessions: Sessions, clock: HandClock, door: Flask
) -> None:
    demo = make_settings(run_mode=Mode.DEMO)
    client = a_house_with_a_door(demo, sessions, clock).test_client()
    sign_in(client)

    clock.moment += timedelta(days=1)

    assert is_in(client)


# Copied cookies


def test_signing_out_ends_a_copied_cookie_too(client: FlaskClient, door: Flask) -> None:
    sign_in(client)
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief = door.test_client()
    thief.set_cookie("session", cookie.value)
    assert is_in(thief)

    answer = client.post("/logout", data={"csrf_token": token_on(client.get("/password"))})

    assert answer.status_code == 302
    assert not is_in(client)
    assert not is_in(thief)


def test_a_cookie_carried_to_another_browser_is_worth_nothing(
    client: FlaskClient, door: Flask
) -> None:
    sign_in(client)
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief = door.test_client()
    thief.set_cookie("session", cookie.value)

    answer = thief.get("/desk", headers={"User-Agent": "another browser"})

    assert answer.status_code == 303


# The password


def test_a_new_password_replaces_the_old_one_and_ends_the_other_sessions(
    client: FlaskClient, door: Flask
) -> None:
    sign_in(client)
    other = door.test_client()
    sign_in(other)
    new = "eight red pears in a bowl"

    answer = client.post("/password", data=a_change(client, new))

    assert (answer.status_code, answer.location) == (302, "/desk")
    assert (is_in(client), is_in(other)) == (True, False)
    sign_in(other)
    assert not is_in(other)
    sign_in(other, password=new)
    assert is_in(other)


@pytest.mark.parametrize(
    ("now", "new", "again", "said"),
    [
        pytest.param(
            "wrong", "a" * 15, "a" * 15, "This is not the password you use now.", id="wrong"
        ),
        pytest.param(PASSWORD, "a" * 14, "a" * 14, "At least 15 characters, please", id="short"),
        pytest.param(PASSWORD, "a" * 15, "a" * 15, "one of the first", id="common"),
        pytest.param(PASSWORD, "Lena Ortiz Lena", "Lena Ortiz Lena", "Not your name", id="name"),
        pytest.param(PASSWORD, "a" * 15, "b" * 15, "The same password twice, please.", id="typo"),
    ],
)
def test_a_change_that_cannot_be_says_what_is_right(
    client: FlaskClient, now: str, new: str, again: str, said: str
) -> None:
    sign_in(client)

    answer = client.post("/password", data=a_change(client, new, now=now, again=again))

    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text


def a_change(
    client: FlaskClient, new: str, *, now: str = PASSWORD, again: str = ""
) -> dict[str, str]:
    return {
        "csrf_token": token_on(client.get("/password")),
        "password": now,
        "new_password": new,
        "new_password_confirm": again or new,
    }


def test_whoever_guesses_the_password_of_an_open_desk_has_to_wait(client: FlaskClient) -> None:
    sign_in(client)
    new = "eight red pears in a bowl"
    for _ in range(5):
        assert client.post("/password", data=a_change(client, new, now="x")).status_code == 200

    assert client.post("/password", data=a_change(client, new)).status_code == 429


def test_nobody_reaches_the_change_of_password(client: FlaskClient) -> None:
    assert client.get("/password").location == "/login?next=/password"


# What is kept of it


def events(sessions: Sessions) -> list[tuple[str, str, str]]:
    with sessions() as session:
        rows = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
        return [(row.actor, row.action, row.subject) for row in rows]


def test_coming_going_and_failing_are_written_down(client: FlaskClient, sessions: Sessions) -> None:
    sign_in(client, password="wrong")
    sign_in(client)
    client.post("/logout", data={"csrf_token": token_on(client.get("/password"))})

    [person] = {subject for _, _, subject in events(sessions)}
    assert events(sessions) == [
        ("nobody", "staff.sign_in_failed", person),
        (person, "staff.sign_in", person),
        (person, "staff.sign_out", person),
    ]


def test_a_new_password_is_written_down(client: FlaskClient, sessions: Sessions) -> None:
    sign_in(client)
    client.post("/password", data=a_change(client, "eight red pears in a bowl"))

    assert [action for _, action, _ in events(sessions)] == ["staff.sign_in", "staff.password"]


def test_an_unknown_address_leaves_no_trace_of_itself(
    client: FlaskClient, sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(client, email="stranger@elsewhere.example")

    said = capsys.readouterr()
    assert events(sessions) == []
    assert "sign_in_failed" in said.out
    assert "stranger" not in said.out + said.err
