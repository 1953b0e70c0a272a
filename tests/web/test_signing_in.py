"""Does the desk open to its staff, and to nobody else?"""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from builders import a_clinic, a_therapist
from conftest import HandClock, make_settings
from flask import Flask
from flask.testing import FlaskClient
from flask_security import auth_required
from werkzeug.test import TestResponse

from reminders.bootstrap import open_post
from reminders.config import Mode, Settings
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.web.courier import Courier
from reminders.web.headers import guard
from reminders.web.house import House, open_house
from reminders.web.signing_in import open_door

ROOT = Path(__file__).parents[2]
MAIL = "lena@maplept.example"
PASSWORD = "seven green apples on a tree"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


def a_house_with_a_door(settings: Settings, sessions: Sessions, clock: HandClock) -> Flask:
    """The door alone, with a desk behind it that only says who came in."""
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config.update(
        SECRET_KEY="s" * 40,
        TESTING=True,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            f"argon2__{key}": cost for key, cost in CHEAP.items()
        },
    )
    post = open_post(settings, timeout=1, sessions=sessions)
    things = House(settings, clock, sessions, post, Courier(lambda _: None))
    open_house(app, things)
    guard(app, secure=settings.secure)
    open_door(app, things)

    @app.route("/desk", methods=["GET", "POST"])
    @auth_required()
    def desk() -> str:
        return "the desk"

    return app


@pytest.fixture
def door(settings: Settings, sessions: Sessions, clock: HandClock) -> Flask:
    with sessions.begin() as session:
        lena = session.scalars(
            sa.select(Staff).where(Staff.clinic_id == a_clinic(session).id)
        ).one()
        lena.password = PasswordHasher(**CHEAP).hash(PASSWORD)
    return a_house_with_a_door(settings, sessions, clock)


@pytest.fixture
def client(door: Flask) -> FlaskClient:
    return door.test_client()


def token_on(page: TestResponse) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[0]


def sign_in(
    client: FlaskClient, email: str = MAIL, password: str = PASSWORD, place: str = "/login"
) -> TestResponse:
    page = client.get(place)
    fields = {"csrf_token": token_on(page), "email": email, "password": password}
    found = re.findall(r'name="next"[^>]*value="([^"]*)"', page.text)
    return client.post("/login", data=fields | ({"next": found[0]} if found else {}))


def is_in(client: FlaskClient) -> bool:
    return client.get("/desk").status_code == 200


def events(sessions: Sessions) -> list[tuple[str, str, str]]:
    with sessions() as session:
        rows = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))
        return [(row.actor, row.action, row.subject) for row in rows]


# In and out


def test_the_right_password_opens_the_desk(client: FlaskClient) -> None:
    assert not is_in(client)

    answer = sign_in(client)

    assert (answer.status_code, answer.location) == (302, "/desk")
    assert is_in(client)


def test_an_address_is_the_same_in_capitals_and_with_a_space_behind_it(client: FlaskClient) -> None:
    sign_in(client, email="Lena@MaplePT.example ")

    assert is_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param(MAIL, "wrong", id="wrong password"),
        pytest.param("nobody@maplept.example", PASSWORD, id="unknown address"),
        pytest.param("not an address", PASSWORD, id="no address"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_every_failure_says_the_same_and_opens_nothing(
    client: FlaskClient, email: str, password: str
) -> None:
    answer = sign_in(client, email, password)

    assert answer.text.count("Email or password is not right.") == 1
    assert not is_in(client)


def test_a_closed_account_is_out_at_once_and_stays_out(
    client: FlaskClient, sessions: Sessions
) -> None:
    sign_in(client)
    assert is_in(client)

    with sessions.begin() as session:
        session.scalars(sa.select(Staff)).one().active = False

    assert not is_in(client)
    assert sign_in(client).status_code == 200
    assert not is_in(client)


def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one(
    client: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.scalars(sa.select(Staff)).one().password = None

    for password in ("", PASSWORD):
        sign_in(client, password=password)

        assert not is_in(client)


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


def test_looking_at_the_way_out_signs_nobody_out(client: FlaskClient) -> None:
    sign_in(client)

    assert client.get("/logout").status_code == 405
    assert is_in(client)


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
def test_a_session_ends_when_idle_or_a_day_old(
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


def test_the_demo_keeps_its_people_in_when_its_clock_jumps(
    sessions: Sessions, clock: HandClock, door: Flask
) -> None:
    demo = make_settings(run_mode=Mode.DEMO)
    client = a_house_with_a_door(demo, sessions, clock).test_client()
    sign_in(client)

    clock.moment += timedelta(days=1)

    assert is_in(client)


# Where it leads


def test_signing_in_leads_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    door = client.get("/desk?q=ana")
    assert door.location == "/login?next=/desk?q%3Dana"

    answer = sign_in(client, place=door.location)

    assert answer.location == "/desk?q=ana"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/desk",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://localhost@evil.example",
    ],
)
def test_signing_in_never_leads_away_from_here(client: FlaskClient, place: str) -> None:
    page = client.get("/login")
    fields = {"csrf_token": token_on(page), "email": MAIL, "password": PASSWORD, "next": place}

    answer = client.post("/login", data=fields)

    assert answer.status_code == 302
    assert urlsplit(urljoin("http://localhost/login", answer.location)).netloc == "localhost"
    assert is_in(client)


# Guessing


def test_the_sixth_wrong_try_of_a_minute_has_to_wait(client: FlaskClient) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 200

    answer = sign_in(client)

    assert answer.status_code == 429
    assert "Wait a minute" in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert not is_in(client)


def test_a_whole_clinic_behind_one_address_can_sign_in(client: FlaskClient, door: Flask) -> None:
    for _ in range(8):
        assert sign_in(door.test_client()).status_code == 302


def test_somebody_elsewhere_is_not_slowed_down(client: FlaskClient, door: Flask) -> None:
    for _ in range(6):
        sign_in(client, password="wrong")
    elsewhere = door.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"

    assert sign_in(elsewhere).status_code == 302


# Forms of our own only


def test_a_form_without_our_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/login", data={"email": MAIL, "password": PASSWORD})

    assert answer.status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("cross-site", 403), ("same-site", 403), ("same-origin", 302), ("none", 302)],
)
def test_a_form_sent_from_another_site_is_refused_even_with_a_token(
    client: FlaskClient, origin: str, status: int
) -> None:
    fields = {"csrf_token": token_on(client.get("/login")), "email": MAIL, "password": PASSWORD}

    answer = client.post("/login", data=fields, headers={"Sec-Fetch-Site": origin})

    assert answer.status_code == status


def test_a_token_from_before_signing_in_is_worth_nothing_after(client: FlaskClient) -> None:
    token = token_on(client.get("/login"))
    client.post("/login", data={"csrf_token": token, "email": MAIL, "password": PASSWORD})

    assert client.post("/desk", data={"csrf_token": token}).status_code == 400


def test_a_form_works_over_https_though_our_pages_send_no_referer(client: FlaskClient) -> None:
    client.environ_base["wsgi.url_scheme"] = "https"

    assert sign_in(client).status_code == 302


def test_a_post_to_nowhere_is_not_found(client: FlaskClient) -> None:
    assert client.post("/nowhere").status_code == 404


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
        pytest.param(PASSWORD, "a" * 14, "a" * 14, "At least 15 characters, please.", id="short"),
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


def test_nobody_reaches_the_change_of_password(client: FlaskClient) -> None:
    assert client.get("/password").location == "/login?next=/password"


# What is kept of it


def test_coming_going_and_failing_are_written_down(client: FlaskClient, sessions: Sessions) -> None:
    sign_in(client, password="wrong")
    sign_in(client)
    client.post("/logout", data={"csrf_token": token_on(client.get("/password"))})

    [person] = {subject for _, _, subject in events(sessions)}
    assert events(sessions) == [
        ("nobody", "sign_in_failed", person),
        (person, "sign_in", person),
        (person, "sign_out", person),
    ]


def test_a_new_password_is_written_down(client: FlaskClient, sessions: Sessions) -> None:
    sign_in(client)
    client.post("/password", data=a_change(client, "eight red pears in a bowl"))

    assert "password_changed" in [action for _, action, _ in events(sessions)]


def test_an_unknown_address_leaves_no_trace_of_itself(
    client: FlaskClient, sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(client, email="stranger@elsewhere.example")

    said = capsys.readouterr()
    assert events(sessions) == []
    assert "sign_in_failed" in said.out
    assert "stranger" not in said.out + said.err


# The demo


def test_the_demo_lets_its_own_people_in_by_one_press(
    client: FlaskClient, sessions: Sessions
) -> None:
    page = client.get("/login")
    assert "Sign in as Lena Ortiz" in page.text
    [person] = re.findall(r'name="staff" value="(\d+)"', page.text)

    answer = client.post("/demo-sign-in", data={"csrf_token": token_on(page), "staff": person})

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert is_in(client)


def test_the_demo_offers_nobody_else(client: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        first = session.scalars(sa.select(Staff)).one()
        left = a_therapist(session, first.clinic, "Gone Away", "gone@maplept.example")
        left.active = False
        a_clinic(session, "+12075550101", "care@other.example")
        other = session.scalars(sa.select(Staff).where(Staff.clinic_id != first.clinic_id)).one()
        others = [left.id, other.id, 0]
    page = client.get("/login")

    answers = [
        client.post("/demo-sign-in", data={"csrf_token": token_on(page), "staff": str(person)})
        for person in others
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert page.text.count("Sign in as") == 1


def test_production_has_no_way_in_without_a_password(
    sessions: Sessions, clock: HandClock, door: Flask
) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")
    app = a_house_with_a_door(real, sessions, clock)

    assert "/demo-sign-in" in {rule.rule for rule in door.url_map.iter_rules()}
    assert "/demo-sign-in" not in {rule.rule for rule in app.url_map.iter_rules()}
    assert "Sign in as" not in app.test_client().get("/login").text


def test_nobody_can_register_or_get_a_token(client: FlaskClient, door: Flask) -> None:
    rules = {rule.rule for rule in door.url_map.iter_rules()}

    assert not rules & {
        "/register",
        "/reset",
        "/verify",
        "/us-signin",
        "/fs-static/<path:filename>",
    }
    answer = client.post(
        "/login?include_auth_token",
        json={"email": MAIL, "password": PASSWORD},
        headers={"X-CSRFToken": token_on(client.get("/login"))},
    )
    assert b"token" not in answer.data or not answer.is_json
