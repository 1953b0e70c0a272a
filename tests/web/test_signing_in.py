"""Does the desk open to its staff, and to nobody else?"""

import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_therapist
from flask import Flask
from flask.testing import FlaskClient
from front_door import (
    MAIL,
    PASSWORD,
    a_house_with_a_door,
    is_in,
    show_phone,
    sign_in,
    token_on,
)
from setting import HandClock, make_settings

from reminders.config import Mode, Settings
from reminders.store.accounts import Staff
from reminders.store.db import Sessions


@pytest.fixture
def client(door: Flask) -> FlaskClient:
    return door.test_client()


# In and out


def test_the_right_password_opens_the_desk(client: FlaskClient) -> None:
    assert not is_in(client)

    answer = sign_in(client)

    assert (answer.status_code, answer.location) == (303, "/desk")
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


def test_looking_at_the_way_out_signs_nobody_out(client: FlaskClient) -> None:
    sign_in(client)

    assert client.get("/logout").status_code == 405
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
        "/\t/evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://localhost@evil.example",
    ],
)
def test_signing_in_never_leads_away_from_here(client: FlaskClient, place: str) -> None:
    page = client.get("/login")
    fields = {"csrf_token": token_on(page), "email": MAIL, "password": PASSWORD, "next": place}

    assert client.post("/login", data=fields).location == "/factor"
    answer = show_phone(client)

    assert answer.status_code == 303
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
        assert sign_in(door.test_client()).status_code == 303


def test_somebody_elsewhere_is_not_slowed_down(client: FlaskClient, door: Flask) -> None:
    for _ in range(6):
        sign_in(client, password="wrong")
    elsewhere = door.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"

    assert sign_in(elsewhere).status_code == 303


def test_a_minute_later_the_right_password_is_heard_again(
    client: FlaskClient, clock: HandClock
) -> None:
    for _ in range(6):
        sign_in(client, password="wrong")
    clock.moment += timedelta(minutes=1)

    assert sign_in(client).status_code == 303


def test_tries_are_counted_for_every_process_together(
    client: FlaskClient, settings: Settings, sessions: Sessions, clock: HandClock
) -> None:
    other = a_house_with_a_door(settings, sessions, clock).test_client()
    for browser in (client, other, client, other, client):
        sign_in(browser, password="wrong")

    assert sign_in(other).status_code == 429


def test_one_account_is_not_guessed_from_many_addresses(client: FlaskClient, door: Flask) -> None:
    for number in range(30):
        sign_in(somewhere(door, number), password="wrong")

    assert sign_in(somewhere(door, 30)).status_code == 429
    assert sign_in(somewhere(door, 31), email="nobody@maplept.example").status_code == 200


def somewhere(door: Flask, number: int) -> FlaskClient:
    client = door.test_client()
    client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return client


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
    half_way = token_on(client.get("/factor"))
    show_phone(client)

    assert client.post("/desk", data={"csrf_token": half_way}).status_code == 400
    assert client.post("/desk", data={"csrf_token": token}).status_code == 400


def test_a_form_works_over_https_though_our_pages_send_no_referer(client: FlaskClient) -> None:
    client.environ_base["wsgi.url_scheme"] = "https"

    assert sign_in(client).status_code == 303


def test_a_post_to_nowhere_is_not_found(client: FlaskClient) -> None:
    assert client.post("/nowhere").status_code == 404


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
    assert not answer.is_json
