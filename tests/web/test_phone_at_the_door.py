"""Does a password alone open nothing, and a phone or a code on paper the rest, each once?"""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from front_door import (
    PASSWORD,
    PHONE,
    give,
    is_in,
    show_new_phone,
    show_phone,
    sign_in,
    token_on,
    type_code,
)
from setting import HandClock
from werkzeug.test import TestResponse

from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.factors import drop_phone


@pytest.fixture
def client(door: Flask) -> FlaskClient:
    return door.test_client()


@pytest.fixture
def without_phone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        drop_phone(session, session.scalars(sa.select(Staff)).one())


def lena(sessions: Sessions) -> Staff:
    with sessions() as session:
        return session.scalars(sa.select(Staff)).one()


# The password is not enough


def test_a_right_password_opens_nothing_but_the_second_door(client: FlaskClient) -> None:
    answer = give(client)

    assert answer.location == "/factor"
    assert client.get("/factor").status_code == 200
    assert client.get("/desk").location.startswith("/login")
    assert client.get("/password").location.startswith("/login")


def test_the_number_of_now_opens_the_desk(client: FlaskClient, sessions: Sessions) -> None:
    give(client)

    answer = show_phone(client)

    assert (answer.status_code, answer.location) == (303, "/desk")
    assert is_in(client)
    assert lena(sessions).seen_at is not None


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("000000", id="wrong"),
        pytest.param("", id="nothing"),
        pytest.param("12345678", id="too long"),
        pytest.param("six digits", id="words"),
    ],
)
def test_anything_else_is_told_and_opens_nothing(client: FlaskClient, typed: str) -> None:
    give(client)

    answer = type_code(client, typed)

    assert answer.status_code == 422
    assert "is not right" in answer.text
    assert not is_in(client)


@pytest.mark.parametrize(
    ("seconds", "good"),
    [(-61, False), (-30, True), (30, True), (61, False)],
    ids=["long past", "a little late", "a little early", "far ahead"],
)
def test_a_phone_may_be_half_a_minute_off(
    client: FlaskClient, clock: HandClock, seconds: int, *, good: bool
) -> None:
    give(client)

    type_code(client, PHONE.number(clock.moment + timedelta(seconds=seconds)))

    assert is_in(client) is good


def test_a_number_is_good_once_and_no_earlier_one_after_it(
    client: FlaskClient, door: Flask, clock: HandClock
) -> None:
    number, earlier = PHONE.number(clock.moment), clock.moment - timedelta(seconds=30)
    give(client)
    assert type_code(client, number).status_code == 303
    other = door.test_client()
    give(other)

    for replayed in (number, PHONE.number(earlier)):
        assert type_code(other, replayed).status_code == 422
    assert not is_in(other)


def test_whoever_guesses_numbers_has_to_wait_whatever_browser_they_use(
    client: FlaskClient, door: Flask, clock: HandClock
) -> None:
    give(client)
    other = door.test_client()
    give(other)
    for browser in (client, other, client, other, client):
        assert type_code(browser, "000000").status_code == 422

    assert type_code(other, PHONE.number(clock.moment)).status_code == 429
    clock.moment += timedelta(minutes=5)
    assert type_code(other, PHONE.number(clock.moment)).status_code == 303


def test_waiting_at_the_second_door_ends_after_ten_minutes(
    client: FlaskClient, clock: HandClock
) -> None:
    give(client)
    clock.moment += timedelta(minutes=10, seconds=1)

    assert client.get("/factor").location == "/login"


def test_nobody_at_the_second_door_is_sent_to_the_first(client: FlaskClient) -> None:
    for place in ("/factor", "/factor/recovery", "/factor/new"):
        assert client.get(place).location == "/login"


def test_a_closed_account_does_not_get_past_the_second_door(
    client: FlaskClient, sessions: Sessions
) -> None:
    give(client)
    with sessions.begin() as session:
        session.scalars(sa.select(Staff)).one().active = False

    assert client.get("/factor").location == "/login"


def test_what_was_in_the_browser_before_the_password_is_gone_after_it(client: FlaskClient) -> None:
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"

    give(client)
    show_phone(client)

    with client.session_transaction() as kept:
        assert "planted" not in kept


# The first phone


def test_whoever_has_no_phone_yet_opens_nothing_but_its_set_up(
    client: FlaskClient, without_phone: None
) -> None:
    assert give(client).location == "/factor/new"
    assert client.get("/factor").location == "/factor/new"

    assert not is_in(client)
    assert client.get("/desk").location.startswith("/login")


def test_a_phone_is_set_up_with_a_picture_or_by_typing_the_key(
    client: FlaskClient, without_phone: None, sessions: Sessions
) -> None:
    give(client)
    page, again = client.get("/factor/new").text, client.get("/factor/new").text
    assert picture(page) == picture(again)
    assert "otpauth://totp/Maple%20PT:lena@maplept.example?secret=" in page

    answer = show_new_phone(client)

    assert answer.status_code == 200
    assert is_in(client)
    with sessions() as session:
        kept = session.execute(sa.text("SELECT factor_secret FROM staff")).scalar_one()
    assert (lena(sessions).factor_secret or "?").encode() not in bytes(kept)


def picture(page: str) -> str:
    return re.findall(r'<svg class="qr".*?</svg>', page, re.DOTALL)[0]


def test_a_wrong_number_keeps_no_phone(
    client: FlaskClient, without_phone: None, sessions: Sessions
) -> None:
    give(client)

    answer = type_code(client, "000000", "/factor/new")

    assert answer.status_code == 422
    assert not lena(sessions).has_factor
    assert not is_in(client)


def test_the_number_of_the_set_up_does_not_sign_in_once_more(
    client: FlaskClient, door: Flask, without_phone: None, clock: HandClock, sessions: Sessions
) -> None:
    give(client)
    show_new_phone(client)
    assert lena(sessions).factor_step == int(clock.moment.timestamp()) // 30


def test_two_tabs_set_up_one_phone(client: FlaskClient, door: Flask, without_phone: None) -> None:
    give(client)
    other = door.test_client()
    give(other)
    show_new_phone(client)

    assert other.get("/factor/new").location == "/login"


# Codes on paper


def codes(client: FlaskClient) -> list[str]:
    give(client)
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", show_new_phone(client).text)


def test_ten_codes_are_shown_once_and_not_kept(
    client: FlaskClient, without_phone: None, sessions: Sessions
) -> None:
    shown = codes(client)

    assert len(set(shown)) == 10
    kept = " ".join(lena(sessions).recovery_codes or [])
    assert kept.count("$argon2id$") == 10
    assert not [code for code in shown if code in kept or code.replace("-", "") in kept]


def test_each_code_comes_in_once_however_it_is_typed(
    client: FlaskClient, door: Flask, without_phone: None
) -> None:
    first, second, *_ = codes(client)
    other = door.test_client()

    for typed, status in [(first, 303), (first, 422), (f" {second.upper()} ", 303)]:
        client = door.test_client()
        give(client)

        assert type_code(client, typed, "/factor/recovery").status_code == status
        assert is_in(client) is (status == 303)
    assert not is_in(other)


def test_a_phones_number_is_no_code_and_a_code_is_no_number(
    client: FlaskClient, door: Flask, without_phone: None
) -> None:
    code, *_ = codes(client)
    client = door.test_client()
    give(client)

    assert type_code(client, code).status_code == 422
    assert type_code(client, "", "/factor/recovery").status_code == 422


# What is kept of it


def test_what_happens_at_the_second_door_is_written_down(
    client: FlaskClient, door: Flask, without_phone: None, sessions: Sessions
) -> None:
    code, *_ = codes(client)
    other = door.test_client()
    give(other)
    type_code(other, "wrong", "/factor/recovery")
    type_code(other, code, "/factor/recovery")

    with sessions() as session:
        found = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert found == [
        "staff.factor",
        "staff.sign_in",
        "staff.code_failed",
        "staff.recovery_code",
        "staff.sign_in",
    ]


def test_signing_in_again_ends_nothing_elsewhere(client: FlaskClient, door: Flask) -> None:
    sign_in(client)
    other = door.test_client()

    sign_in(other)

    assert is_in(client)
    assert token_on(client.get("/password")) != token_on(other.get("/password"))


# Another phone


def anew(client: FlaskClient, password: str) -> TestResponse:
    fields = {"csrf_token": token_on(client.get("/factor/anew")), "password": password}
    return client.post("/factor/anew", data=fields)


def test_another_phone_takes_the_place_of_the_first_after_the_password(
    client: FlaskClient, door: Flask, sessions: Sessions
) -> None:
    other = door.test_client()
    sign_in(other)
    sign_in(client)

    assert anew(client, PASSWORD).location == "/factor/new"
    assert lena(sessions).factor_secret == PHONE.key, "the old one counts until then"
    assert show_new_phone(client).status_code == 200

    assert lena(sessions).factor_secret != PHONE.key
    assert len(lena(sessions).recovery_codes or []) == 10
    assert is_in(client)
    assert not is_in(other)


def test_nobody_at_an_open_desk_changes_the_phone_without_the_password(
    client: FlaskClient, sessions: Sessions
) -> None:
    sign_in(client)

    for _ in range(5):
        assert anew(client, "wrong").status_code == 422
    assert anew(client, PASSWORD).status_code == 429
    assert client.get("/factor/new").location == "/login"
    assert lena(sessions).factor_secret == PHONE.key


def test_a_password_alone_does_not_lead_to_another_phone(client: FlaskClient) -> None:
    give(client)

    assert client.get("/factor/anew").location.startswith("/login")
    assert client.get("/factor/new").location == "/login"
