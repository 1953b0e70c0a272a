"""Can anybody speak for the provider, or make it say a thing twice?"""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from setting import ACCOUNT, TOKEN
from test_hooks import brought, text_form
from twilio.request_validator import RequestValidator

from reminders.store.conversation import Attempt, Receipt, Reply
from reminders.store.db import Sessions
from reminders.store.people import Suppression
from reminders.store.record import LogEntry

Form = dict[str, str]


@pytest.fixture(autouse=True)
def ana(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_plan(session, a_patient(session, a_clinic(session)))


def sign(form: Form, url: str = "http://localhost/hooks/text", token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def count(sessions: Sessions, row: type) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(row)) or 0


STOP = text_form("STOP")
FORGED: dict[str, Callable[[FlaskClient], int]] = {
    "no signature": lambda c: c.post("/hooks/text", data=STOP).status_code,
    "an empty signature": lambda c: send(c, STOP, ""),
    "the signature of an empty token": lambda c: send(c, STOP, sign(STOP, token="")),
    "the signature of our account's name": lambda c: send(c, STOP, sign(STOP, token=ACCOUNT)),
    "the signature of another text": lambda c: send(c, STOP, sign(text_form("done"))),
    "the signature of another door": lambda c: send(
        c, STOP, sign(STOP, "http://localhost/hooks/call")
    ),
    "the signature of another host": lambda c: send(
        c, STOP, sign(STOP, "http://evil.example/hooks/text")
    ),
    "another sender after signing": lambda c: send(c, STOP | {"From": "+12075550123"}, sign(STOP)),
    "a field added after signing": lambda c: send(c, STOP | {"OptOutType": "STOP"}, sign(STOP)),
    "a question added to the address": lambda c: send(c, STOP, sign(STOP), "/hooks/text?a=1"),
    "a host of one's own": lambda c: send(
        c, STOP, sign(STOP, "http://evil.example/hooks/text"), Host="evil.example"
    ),
    "a forwarded host": lambda c: send(
        c,
        STOP,
        sign(STOP, "http://evil.example/hooks/text"),
        **{"X-Forwarded-Host": "evil.example"},
    ),
    "a shared key that we have not": lambda c: send(
        c, STOP, sign(STOP), **{"X-Twilio-Webhooks-Signature-Settings": "key=1"}
    ),
    "letters of elsewhere": lambda c: send(c, STOP, "é" * 28),
    "JSON with an empty form's signature": lambda c: (
        c.post("/hooks/text", json=STOP, headers={"X-Twilio-Signature": sign({})}).status_code
    ),
}


def send(
    client: FlaskClient, form: Form, signature: str, place: str = "/hooks/text", **more: str
) -> int:
    headers = {"X-Twilio-Signature": signature, **more}
    return client.post(place, data=form, headers=headers).status_code


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_text_is_refused_and_leaves_nothing(
    client: FlaskClient, sessions: Sessions, forged: str
) -> None:
    assert FORGED[forged](client) in {400, 403}

    assert (count(sessions, Reply), count(sessions, Suppression)) == (0, 0)


def test_the_same_text_signed_as_it_should_be_is_taken(
    client: FlaskClient, sessions: Sessions
) -> None:
    assert send(client, STOP, sign(STOP)) == 200

    assert (count(sessions, Reply), count(sessions, Suppression)) == (1, 1)


def test_a_replayed_text_says_nothing_new_however_late(
    client: FlaskClient, sessions: Sessions
) -> None:
    stop, start = text_form("STOP"), text_form("START", MessageSid="SM" + "2" * 32)
    for form in (stop, start):
        assert send(client, form, sign(form)) == 200
    assert count(sessions, Suppression) == 1

    for _ in range(3):
        assert send(client, stop, sign(stop)) == 200

    with sessions() as session:
        assert session.scalars(sa.select(Suppression)).one().lifted_at is not None
    assert count(sessions, Reply) == 2


def test_an_id_that_was_used_brings_no_other_words(client: FlaskClient, sessions: Sessions) -> None:
    for words in ("done 4", "chest pain", "STOP"):
        form = text_form(words)
        assert send(client, form, sign(form)) == 200

    assert (count(sessions, Reply), count(sessions, Suppression)) == (1, 0)


def test_a_receipt_for_one_attempt_moves_no_other(client: FlaskClient, sessions: Sessions) -> None:
    place = "/hooks/status/attempt-of-somebody"
    form = {"MessageSid": "SM" + "7" * 32, "MessageStatus": "failed", "ErrorCode": "21610"}

    assert brought(client, place, form).status_code == 204
    assert brought(client, "/hooks/status/other", form).status_code == 204
    stolen = RequestValidator(TOKEN).compute_signature(f"http://localhost{place}", form)
    other = client.post("/hooks/status/mine", data=form, headers={"X-Twilio-Signature": stolen})

    assert other.status_code == 403
    counted = [count(sessions, row) for row in (Attempt, Receipt, Suppression, LogEntry)]
    assert counted == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Body", "a\0b\0"),
        ("Body", "x" * 40_000),
        ("Body", "\u202e\ufeff\ud7ff"),
        ("From", "+" + "9" * 300),
        ("From", "tel:<script>"),
        ("To", "\0"),
        ("To", f"{CLINIC_NUMBER}\0"),
        ("From", f"{PATIENT_NUMBER}\0"),
        ("MessageSid", "S" * 5_000),
        ("NumMedia", "9" * 60),
        ("NumMedia", "-1"),
        ("OptOutType", "NOTHING"),
    ],
)
def test_a_signed_text_can_be_as_odd_as_it_likes(
    client: FlaskClient, field: str, value: str
) -> None:
    form = text_form("done 4") | {field: value}

    assert send(client, form, sign(form)) in {200, 400}


def test_the_address_mail_comes_to_is_compared_whole(client: FlaskClient) -> None:
    raw = f"From: a@example.org\r\nTo: {CLINIC_NUMBER}\r\n\r\n{NOW} {PATIENT_NUMBER}".encode()

    for key in ("", "m" * 39, "m" * 41, "M" * 40, "é" * 40, "m" * 39 + "%00"):
        assert client.post(f"/hooks/mail?key={key}", data=raw).status_code == 403, key
