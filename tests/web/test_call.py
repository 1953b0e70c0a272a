"""Somebody rings the number: put through to the clinic while it is open, else told whom to call."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient
from flask import Flask
from flask.testing import FlaskClient
from setting import ACCOUNT, TOKEN, HandClock, make_settings
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app import create_app
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions, make_engine, make_sessions, transaction
from reminders.store.keyring import Keyring
from reminders.store.people import Clinic, Patient
from reminders.store.record import Call
from reminders.web.house import house_of

# NOW is a Monday, half past eight in New York; the clinic opens at eight, Monday to Friday.
SUNDAY = NOW - timedelta(days=1)
NIGHT = NOW + timedelta(hours=15)
SID = "CA" + "1" * 32
DESK = "+12075550142"
NOBODY = "This is Maple PT. Nobody can take your call right now. In an emergency, call 9 1 1."


def ring(client: FlaskClient, token: str = TOKEN, **changes: str) -> TestResponse:
    """Post the webhook of a call as the provider would: signed for the public address."""
    form = {
        "CallSid": SID,
        "AccountSid": ACCOUNT,
        "From": PATIENT_NUMBER,
        "To": CLINIC_NUMBER,
        "CallStatus": "ringing",
        "Direction": "inbound",
    } | changes
    signature = RequestValidator(token).compute_signature("http://localhost/hooks/call", form)
    return client.post("/hooks/call", data=form, headers={"X-Twilio-Signature": signature})


def verbs(answer: TestResponse) -> list[tuple[str, str | None]]:
    """What the provider is told to do: each verb with its words."""
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    return [(verb.tag, verb.text) for verb in ElementTree.fromstring(answer.data)]


def events(sessions: Sessions) -> list[AuditEvent]:
    with sessions() as session:
        return list(session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)))


@pytest.fixture
def ana(sessions: Sessions) -> Patient:
    with transaction(sessions) as session:
        return a_patient(session, a_clinic(session))


def calls(sessions: Sessions) -> list[tuple[int, bool, int | None]]:
    """Whose each call is, whether it was taken, and by which of staff it was made."""
    with sessions() as session:
        rows = session.execute(
            sa.select(Call.patient_id, Call.reached, Call.by_id).order_by(Call.id)
        )
        return [tuple(row) for row in rows.all()]


def change(sessions: Sessions, **values: object) -> None:
    with transaction(sessions) as session:
        session.execute(sa.update(Clinic).values(**values))


def test_a_caller_is_put_through_to_the_clinic_while_it_is_open(
    ana: Patient, client: FlaskClient
) -> None:
    answer = ring(client)

    assert verbs(answer) == [("Dial", DESK)]
    [dial] = ElementTree.fromstring(answer.data)
    assert dial.attrib["action"] == "http://localhost/hooks/call"
    assert int(dial.attrib["timeout"]) <= 30


@pytest.mark.parametrize("moment", [SUNDAY, NIGHT], ids=["a Sunday", "at night"])
def test_outside_its_hours_a_caller_hears_the_emergency_number(
    ana: Patient, client: FlaskClient, clock: HandClock, moment: datetime
) -> None:
    clock.moment = moment

    assert verbs(ring(client)) == [("Say", NOBODY)]


def test_on_a_closed_day_a_caller_hears_the_emergency_number(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    change(sessions, closed_days=["2026-03-16"])

    assert verbs(ring(client)) == [("Say", NOBODY)]


def test_hours_are_those_of_the_clinics_own_zone(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    change(sessions, zone="America/Los_Angeles")

    assert verbs(ring(client)) == [("Say", NOBODY)]


def test_a_spanish_clinic_speaks_spanish_and_names_the_number_of_its_country(
    ana: Patient, client: FlaskClient, clock: HandClock, sessions: Sessions
) -> None:
    change(sessions, language="es", emergency_number="112", short_name="Clínica <Sol>")
    clock.moment = SUNDAY

    answer = ring(client)

    [(verb, words)] = verbs(answer)
    assert verb == "Say"
    assert words == (
        "Esta es la línea de Clínica <Sol>. En este momento nadie puede atender su llamada. "
        "En una emergencia, llame al 1 1 2."
    )
    assert b'language="es-MX"' in answer.data


@pytest.mark.parametrize("ended", ["no-answer", "busy", "failed", "canceled"])
def test_when_the_clinic_does_not_pick_up_the_caller_hears_the_emergency_number(
    ana: Patient, client: FlaskClient, ended: str
) -> None:
    assert verbs(ring(client, DialCallStatus=ended)) == [("Say", NOBODY)]


def test_after_a_talk_the_call_just_ends(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    assert verbs(ring(client, DialCallStatus="completed")) == []
    assert events(sessions) == []


@pytest.mark.parametrize(
    "phone", [CLINIC_NUMBER, "ask at the desk", ""], ids=["this very number", "words", "none"]
)
def test_a_clinic_whose_phone_cannot_be_rung_rings_nobody(
    ana: Patient, client: FlaskClient, sessions: Sessions, phone: str
) -> None:
    change(sessions, phone=phone)

    assert verbs(ring(client)) == [("Say", NOBODY)]


def test_a_call_is_logged_as_a_contact_with_ids_only(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    ring(client)
    ring(client, DialCallStatus="no-answer")

    noted = [(e.action, e.subject, e.actor, e.origin, e.at) for e in events(sessions)]
    assert noted == [
        ("called", f"patient:{ana.id}", "caller", f"call:{SID}", NOW),
        ("called, nobody there", f"patient:{ana.id}", "caller", f"call:{SID}", NOW),
    ]
    assert PATIENT_NUMBER not in str(noted)


@pytest.mark.parametrize(("ended", "taken"), [("completed", True), ("no-answer", False)])
def test_a_call_stands_once_in_the_conversation_with_how_it_ended(
    ana: Patient, client: FlaskClient, sessions: Sessions, ended: str, taken: bool
) -> None:
    ring(client)
    ring(client)
    before = calls(sessions)

    ring(client, DialCallStatus=ended)

    assert before == [(ana.id, False, None)]
    assert calls(sessions) == [(ana.id, taken, None)]


def test_a_second_call_stands_beside_the_first(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    ring(client)
    ring(client, CallSid="CA" + "2" * 32)
    ring(client, CallSid="CA" + "2" * 32, DialCallStatus="completed")

    assert calls(sessions) == [(ana.id, False, None), (ana.id, True, None)]


def test_a_call_from_a_shared_phone_is_noted_for_each_of_its_patients(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        clinic = session.get_one(Clinic, ana.clinic_id)
        ben = a_patient(session, clinic, first_name="Ben", email=None)
        other = a_clinic(session, "+12075550101", "care@other.example")
        a_patient(session, other, email=None)

    ring(client)

    subjects = [event.subject for event in events(sessions)]
    assert subjects == [f"patient:{ana.id}", f"patient:{ben.id}"]
    assert [row[0] for row in calls(sessions)] == [ana.id, ben.id]


@pytest.mark.parametrize("caller", ["+12075559999", "Anonymous", ""])
def test_whoever_we_do_not_know_is_put_through_like_everybody(
    ana: Patient, client: FlaskClient, sessions: Sessions, caller: str
) -> None:
    assert verbs(ring(client, From=caller)) == [("Dial", DESK)]
    assert [event.subject for event in events(sessions)] == ["caller"]
    assert calls(sessions) == []


def test_a_call_to_a_number_that_is_not_ours_just_ends(
    ana: Patient, client: FlaskClient, sessions: Sessions
) -> None:
    assert verbs(ring(client, To="+12075550177")) == []
    assert events(sessions) == []


@pytest.mark.parametrize("token", ["", "another token"])
def test_a_call_that_nobody_signed_is_turned_away(
    ana: Patient, client: FlaskClient, sessions: Sessions, token: str
) -> None:
    assert ring(client, token).status_code == 403
    assert events(sessions) == []


def test_a_call_of_another_account_or_without_its_number_is_turned_away(
    ana: Patient, client: FlaskClient
) -> None:
    assert ring(client, AccountSid="AC" + "9" * 32).status_code == 403
    assert ring(client, To="").status_code == 400
    assert ring(client, CallSid="").status_code == 400
    assert client.get("/hooks/call").status_code == 405


@pytest.fixture
def without_database(ana: Patient, sessions: Sessions, clock: HandClock) -> Flask:
    """A web whose database has gone since it started."""
    settings = make_settings()
    gone = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none", Keyring.of(settings))
    remembered = house_of(create_app(settings, time=clock, sessions=sessions)).emergencies
    app = create_app(settings, time=clock, sessions=make_sessions(gone))
    house_of(app).emergencies.update(remembered)
    return app


def test_with_the_database_dead_a_caller_hears_the_remembered_emergency_number(
    without_database: Flask,
) -> None:
    client = without_database.test_client()

    assert verbs(ring(client)) == [("Say", NOBODY)]
    assert ring(client, To="+12075550177").status_code == 503
