"""The provider's doors: signed, once, and clear about garbage and a dead database."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask import Flask
from flask.testing import FlaskClient
from setting import ACCOUNT, TOKEN, HandClock, make_settings
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app import create_app
from reminders import outbox
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.store.conversation import Attempt, Message, Receipt, Reply, State
from reminders.store.db import Sessions, make_engine, make_sessions, transaction
from reminders.store.keyring import Keyring
from reminders.store.record import LogEntry
from reminders.web.house import house_of

DUE = NOW + timedelta(minutes=31)


def text_form(words: str, **changes: str) -> dict[str, str]:
    return {
        "MessageSid": "SM" + "1" * 32,
        "AccountSid": ACCOUNT,
        "From": PATIENT_NUMBER,
        "To": CLINIC_NUMBER,
        "Body": words,
        "NumMedia": "0",
        "ANewParameter": "that nobody has heard of",
    } | changes


def brought(
    client: FlaskClient, path: str, form: dict[str, str], token: str = TOKEN
) -> TestResponse:
    """Post a form as the provider would: signed for the public address."""
    signature = RequestValidator(token).compute_signature(f"http://localhost{path}", form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def reminded(sessions: Sessions, post: Post, clock: HandClock) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    clock.moment = DUE + timedelta(minutes=20)


def count(sessions: Sessions, row: type) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(row)) or 0


def test_a_signed_text_is_stored_read_and_its_answer_is_a_row(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    answer = brought(client, "/hooks/text", text_form("done 4"))

    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Message" not in answer.data
    with sessions() as session:
        entry = session.scalars(sa.select(LogEntry)).one()
        assert (entry.outcome, entry.pain) == (Outcome.DONE, 4)
        assert session.scalars(sa.select(Message).where(Message.kind == Kind.ANSWER)).one()


def test_a_repeat_is_200_and_changes_nothing(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    for _ in range(3):
        assert brought(client, "/hooks/text", text_form("done 4")).status_code == 200

    assert (count(sessions, Reply), count(sessions, LogEntry)) == (1, 1)


@pytest.mark.parametrize("token", ["", "another token"])
def test_whoever_did_not_sign_is_turned_away_and_nothing_is_kept(
    reminded: None, client: FlaskClient, sessions: Sessions, token: str
) -> None:
    answer = brought(client, "/hooks/text", text_form("done 4"), token)

    assert answer.status_code == 403
    assert count(sessions, Reply) == 0


def test_a_text_of_another_account_is_turned_away(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    stray = text_form("done 4", AccountSid="AC" + "9" * 32)

    assert brought(client, "/hooks/text", stray).status_code == 403
    assert count(sessions, Reply) == 0


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_a_form_that_lacks_what_it_must_have_is_a_clear_400(
    reminded: None, client: FlaskClient, sessions: Sessions, missing: str
) -> None:
    form = {name: value for name, value in text_form("done 4").items() if name != missing}

    assert brought(client, "/hooks/text", form).status_code == 400
    assert count(sessions, Reply) == 0


def test_a_flood_of_bytes_is_413(reminded: None, client: FlaskClient, sessions: Sessions) -> None:
    answer = brought(client, "/hooks/text", text_form("x" * 70_000))

    assert answer.status_code == 413
    assert count(sessions, Reply) == 0


def test_get_is_no_way_in(client: FlaskClient) -> None:
    assert client.get("/hooks/text").status_code == 405
    assert client.get("/hooks/status/abc").status_code == 405


def test_receipts_move_a_message_on_once(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    with sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    form = {"MessageSid": str(attempt.provider_id), "MessageStatus": "delivered"}

    for _ in range(2):
        answer = brought(client, f"/hooks/status/{attempt.public_id}", form)
        assert answer.status_code == 204
    outbox.apply_receipts(sessions, DUE)

    assert count(sessions, Receipt) == 1
    with sessions() as session:
        assert session.get_one(Message, attempt.message_id).state is State.DELIVERED


def test_a_receipt_for_nobody_is_taken_without_a_word(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    form = {"MessageSid": "SM" + "7" * 32, "MessageStatus": "delivered"}

    assert brought(client, "/hooks/status/nobody", form).status_code == 204
    assert count(sessions, Receipt) == 0


@pytest.fixture
def without_database(sessions: Sessions, clock: HandClock) -> Flask:
    """A web whose database has gone since it started."""
    with transaction(sessions) as session:
        a_clinic(session)
    settings = make_settings()
    gone = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none", Keyring.of(settings))
    remembered = house_of(create_app(settings, time=clock, sessions=sessions)).emergencies
    app = create_app(settings, time=clock, sessions=make_sessions(gone))
    house_of(app).emergencies.update(remembered)
    return app


def test_with_the_database_dead_a_red_flag_is_answered_in_the_response(
    without_database: Flask,
) -> None:
    answer = brought(without_database.test_client(), "/hooks/text", text_form("chest pain"))

    assert answer.status_code == 200
    assert b"<Message>Maple PT: This may be serious. Call 911" in answer.data


def test_with_the_database_dead_anything_else_is_503_so_that_it_comes_again(
    without_database: Flask,
) -> None:
    client = without_database.test_client()
    receipt = {"MessageSid": "SM" + "7" * 32, "MessageStatus": "delivered"}

    assert brought(client, "/hooks/text", text_form("done 4")).status_code == 503
    assert brought(client, "/hooks/status/abc", receipt).status_code == 503
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz/heartbeat").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_mail_comes_in_only_at_its_secret_address(
    reminded: None, client: FlaskClient, sessions: Sessions
) -> None:
    raw = b"From: a@example.org\r\nTo: reply+abc@in.maplept.example\r\n\r\ndone 4"

    assert client.post("/hooks/mail", data=raw).status_code == 403
    assert client.post("/hooks/mail?key=guess", data=raw).status_code == 403
    assert client.post(f"/hooks/mail?key={'m' * 40}", data=raw).status_code == 200
    assert client.post(f"/hooks/mail?key={'m' * 40}", data=b"\xff\x00\xfe").status_code == 200
    assert count(sessions, Reply) == 0
