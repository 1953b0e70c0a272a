"""Does whoever was invited come in once, and nobody else?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_therapist
from flask import Flask
from flask.testing import FlaskClient
from front_door import give, show_new_phone, token_on
from setting import HandClock
from werkzeug.test import TestResponse

from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.invitations import invite

PASSWORD = "three green herons at noon"


@pytest.fixture
def token(sessions: Sessions) -> str:
    """Ada's, who has no password yet."""
    with sessions.begin() as session:
        ada = a_therapist(session, a_clinic(session), "Ada Berg", "ada@maplept.example", Role.ADMIN)
        ada.password = None
        return invite(session, ada, NOW)


def join(client: FlaskClient, token: str, password: str, again: str = "") -> TestResponse:
    page = client.get(f"/join/{token}")
    fields = {"csrf_token": token_on(page), "password": password, "again": again or password}
    return client.post(f"/join/{token}", data=fields)


def test_a_password_of_ones_own_lets_in_and_the_address_is_spent(
    app: Flask, client: FlaskClient, sessions: Sessions, token: str
) -> None:
    answer = join(client, token, PASSWORD)

    assert answer.location == "/factor/new"
    assert client.get("/desk").status_code == 303
    assert show_new_phone(client).status_code == 200
    assert client.get("/desk").status_code == 200
    assert app.test_client().get(f"/join/{token}").status_code == 404
    with sessions() as session:
        actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert "staff.join" in actions


def test_letters_that_can_be_written_in_two_ways_are_one_password(
    app: Flask, client: FlaskClient, token: str
) -> None:
    join(client, token, "tres garzas ví al mediodía")
    other = app.test_client()

    answer = give(other, "ada@maplept.example", "tres garzas vi\u0301 al mediodi\u0301a")

    assert answer.location == "/factor/new"


def test_opening_the_address_changes_nothing(
    client: FlaskClient, sessions: Sessions, token: str
) -> None:
    for _ in range(3):
        assert "Welcome, Ada Berg" in client.get(f"/join/{token}").text

    with sessions() as session:
        ada = session.scalars(sa.select(Staff).where(Staff.role == Role.ADMIN)).one()
    assert ada.password is None


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "", "At least 15 characters"),
        ("x" * 129, "", "at most 128"),
        ("aaaaaaaaaaaaaaaaaaaa", "", "one of the first"),
        ("qwertyuiopasdfghjkl", "", "one of the first"),
        ("Maple Physical Therapy 1", "", "your clinic’s name"),
        ("ada@maplept.example", "", "Not your name"),
        ("Ada Berg Ada Berg", "", "Not your name"),
        (PASSWORD, PASSWORD + "!", "The same password twice"),
    ],
)
def test_a_weak_or_mistyped_password_is_told_and_keeps_the_address_good(
    client: FlaskClient, token: str, password: str, again: str, said: str
) -> None:
    answer = join(client, token, password, again)

    assert answer.status_code == 422
    assert said in answer.text
    assert password not in answer.text.replace("ada@maplept.example", "")
    assert join(client, token, PASSWORD).location == "/factor/new"


def test_an_address_ends_after_three_days_with_a_newer_one_and_with_the_account(
    client: FlaskClient, clock: HandClock, sessions: Sessions, token: str
) -> None:
    with sessions.begin() as session:
        ada = session.scalars(sa.select(Staff).where(Staff.role == Role.ADMIN)).one()
        newer = invite(session, ada, NOW)
    assert client.get(f"/join/{token}").status_code == 404
    assert client.get(f"/join/{newer}").status_code == 200
    with sessions.begin() as session:
        session.get_one(Staff, ada.id).active = False
    assert client.get(f"/join/{newer}").status_code == 404
    with sessions.begin() as session:
        session.get_one(Staff, ada.id).active = True
    clock.moment = NOW + timedelta(hours=72)
    assert client.get(f"/join/{newer}").status_code == 404


def test_a_wrong_address_looks_like_no_page_at_all(client: FlaskClient) -> None:
    assert client.get(f"/join/{'0' * 40}").text == client.get("/nowhere").text


def test_two_taps_on_the_button_are_one(app: Flask, client: FlaskClient, token: str) -> None:
    page = client.get(f"/join/{token}")
    other = app.test_client()
    second = other.get(f"/join/{token}")
    fields = {"password": PASSWORD, "again": PASSWORD}

    first = client.post(f"/join/{token}", data={"csrf_token": token_on(page)} | fields)
    late = other.post(f"/join/{token}", data={"csrf_token": token_on(second)} | fields)

    assert (first.status_code, late.status_code) == (302, 404)
