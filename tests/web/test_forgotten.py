"""Does whoever forgot the password get another, and nobody learn who signs in here?"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_therapist
from flask import Flask
from flask.testing import FlaskClient
from front_door import MAIL, PASSWORD, give, give_password, show_phone, sign_in, token_on
from setting import HandClock
from werkzeug.test import TestResponse

from app import create_app
from reminders.config import Settings
from reminders.sandbox import Sandbox
from reminders.store.accounts import Staff
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.invitations import invite
from reminders.store.people import Clinic
from reminders.web.house import house_of

NEW = "three green herons at noon"


@pytest.fixture
def app(wired: Settings, sessions: Sessions, clock: HandClock) -> Iterator[Flask]:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff).where(Staff.clinic_id == clinic.id)).one()
        give_password(lena)
    app = create_app(wired, time=clock, sessions=sessions)
    yield app
    house_of(app).courier.close()


def ask(client: FlaskClient, email: str) -> TestResponse:
    fields = {"csrf_token": token_on(client.get("/forgotten")), "email": email}
    return client.post("/forgotten", data=fields, follow_redirects=True)


def mailed(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count(Message.id))) or 0


def way_in(app: Flask, sandbox: Sandbox) -> str:
    """What the mail brings, once it has arrived."""
    house_of(app).courier.close()
    [mail] = sandbox.mails(MAIL)
    return re.findall(r"/join/[0-9a-f]{40}", mail.text)[0]


def choose(client: FlaskClient, place: str, password: str = NEW) -> TestResponse:
    fields = {"csrf_token": token_on(client.get(place)), "password": password, "again": password}
    return client.post(place, data=fields)


def test_the_mail_leads_to_another_password_and_the_phone_is_asked_as_ever(
    app: Flask, client: FlaskClient, sandbox: Sandbox
) -> None:
    other = app.test_client()
    sign_in(other)
    ask(client, f" {MAIL.upper()} ")
    place = way_in(app, sandbox)
    assert "A new password" in client.get(place).text

    assert choose(client, place).location == "/factor"

    assert client.get("/desk").status_code == 303
    assert other.get("/desk").status_code == 303, "the sessions of before have ended"
    assert show_phone(client).location == "/desk"
    assert client.get(place).status_code == 404
    assert give(app.test_client(), password=PASSWORD).status_code == 200
    assert give(app.test_client(), password=NEW).location == "/factor"


def test_asking_changes_nothing_until_the_address_is_used(client: FlaskClient) -> None:
    ask(client, MAIL)

    assert sign_in(client).location == "/desk"


def test_the_address_ends_after_half_an_hour(
    app: Flask, client: FlaskClient, sandbox: Sandbox, clock: HandClock
) -> None:
    ask(client, MAIL)
    place = way_in(app, sandbox)
    clock.moment += timedelta(minutes=30)

    assert client.get(place).status_code == 404


@pytest.mark.parametrize(
    "email",
    ["stranger@elsewhere.example", "not an address", "", "gone@maplept.example"],
    ids=["unknown", "no address", "nothing", "of a closed account"],
)
def test_the_answer_is_the_same_for_every_address(
    client: FlaskClient, sessions: Sessions, email: str
) -> None:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        gone = a_therapist(session, clinic, "Gone Away", "gone@maplept.example")
        give_password(gone)
        gone.active = False

    unknown = ask(client, email)

    assert mailed(sessions) == 0
    known = ask(client, MAIL)
    assert mailed(sessions) == 1
    assert bare(unknown) == bare(known)
    assert "a mail is on its way" in known.text


def bare(page: TestResponse) -> str:
    return re.sub(r'value="[^"]*"', "", page.text)


def test_whoever_was_invited_and_has_no_password_yet_gets_no_mail(
    client: FlaskClient, sessions: Sessions, clock: HandClock
) -> None:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        ben = a_therapist(session, clinic, "Ben Cho", "ben@maplept.example")
        token = invite(session, ben, clock.now())

    ask(client, "ben@maplept.example")

    assert mailed(sessions) == 0
    assert client.get(f"/join/{token}").status_code == 200


def test_nobodys_mailbox_is_filled(client: FlaskClient, sessions: Sessions) -> None:
    for _ in range(5):
        assert "on its way" in ask(client, MAIL).text

    assert mailed(sessions) == 3


def test_whoever_tries_many_addresses_has_to_wait(client: FlaskClient) -> None:
    for number in range(10):
        ask(client, f"p{number}@elsewhere.example")

    assert ask(client, MAIL).status_code == 429


def test_without_a_mail_server_there_is_no_such_page(
    settings: Settings, sessions: Sessions, clock: HandClock
) -> None:
    client = create_app(settings, time=clock, sessions=sessions).test_client()

    assert client.get("/forgotten").status_code == 404
    assert "Forgotten" not in client.get("/login").text


def test_with_one_the_sign_in_offers_it(client: FlaskClient) -> None:
    assert 'href="/forgotten"' in client.get("/login").text
