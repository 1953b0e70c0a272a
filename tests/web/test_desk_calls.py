"""Does the call list hold whom only a call reaches, and is a call kept?"""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_patient, a_plan, a_therapist
from desk_door import an_alert, asked, press
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reminders.core.triage import AlertKind
from reminders.store.conversation import Door, Fate, Reply
from reminders.store.db import Sessions
from reminders.store.people import (
    Clinic,
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Why,
    suppress,
)
from reminders.store.record import Call

LANDLINE = "it is a landline"


def names(page: str) -> list[str]:
    return re.findall(r'<li class="to-call"><div><h3><a href="[^"]+">([^<]+)<', page)


def blocked(session: Session, patient: Patient, why: Why) -> None:
    source = Source.PATIENT
    suppress(
        session,
        patient.clinic_id,
        Medium.TEXT,
        PATIENT_NUMBER,
        why,
        source=source,
        now=NOW,
    )


def landline(_session: Session, patient: Patient) -> None:
    patient.landline = True


def opted_out(session: Session, patient: Patient) -> None:
    blocked(session, patient, Why.OPT_OUT)


def wrong_number(session: Session, patient: Patient) -> None:
    blocked(session, patient, Why.WRONG_NUMBER)


def dead(session: Session, patient: Patient) -> None:
    blocked(session, patient, Why.DEAD_ADDRESS)


def never_agreed(session: Session, patient: Patient) -> None:
    session.query(Consent).filter_by(patient_id=patient.id).delete()


def took_it_back(session: Session, patient: Patient) -> None:
    given = session.query(Consent).filter_by(patient_id=patient.id, medium=Medium.TEXT).one()
    session.add(
        Consent(
            clinic_id=given.clinic_id,
            patient_id=patient.id,
            medium=Medium.TEXT,
            step=ConsentStep.REVOKED,
            address_index=PATIENT_NUMBER,
            wording="No more.",
            wording_version="1",
            how="phone",
            at=NOW,
            by="staff:1",
        )
    )


def undelivered(session: Session, patient: Patient) -> None:
    an_alert(session, patient, AlertKind.NOT_DELIVERED)


def asks(session: Session, patient: Patient, text: str = "please call me about Friday") -> None:
    session.add(
        Reply(
            clinic_id=patient.clinic_id,
            door=Door.TEXT,
            provider_id="SM1",
            sender=PATIENT_NUMBER,
            sender_index=PATIENT_NUMBER,
            text=text,
            received_at=NOW - timedelta(hours=2),
            read_at=NOW,
            patient_id=patient.id,
            fate=Fate.FOR_A_PERSON,
        )
    )


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (landline, LANDLINE),
        (opted_out, "Has stopped our texts"),
        (wrong_number, "Somebody else has this number"),
        (dead, "This number does not work"),
        (never_agreed, "Has not agreed to texts"),
        (took_it_back, "Has not agreed to texts"),
        (undelivered, "Our texts do not arrive"),
        (asks, "Asked for a call"),
    ],
)
def test_whom_only_a_call_reaches_stands_on_the_list_with_the_reason(
    client: FlaskClient, sessions: Sessions, ana: int, what: object, why: str
) -> None:
    assert names(client.get("/desk/calls").text) == []
    with sessions.begin() as session:
        assert callable(what)
        what(session, session.get_one(Patient, ana))

    page = client.get("/desk/calls").text

    assert names(page) == ["Ana Morales"]
    assert why in page
    # Once to press, once for paper, where nothing can be pressed.
    assert page.count("(207) 555-0118") == 2


@pytest.mark.parametrize(
    "how", ["paused", "away", "discharged", "no plan", "another medium", "not ours"]
)
def test_who_is_not_expected_or_is_reached_otherwise_is_not_rung(
    client: FlaskClient, sessions: Sessions, ana: int, how: str
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        clinic = patient.clinic
        landline(session, patient)
        match how:
            case "paused":
                patient.pause(NOW.date(), by="staff:1")
            case "away":
                patient.pause(NOW.date(), NOW.date() + timedelta(days=7), by="staff:1")
            case "discharged":
                patient.discharge()
            case "no plan":
                patient.landline = False
                a_patient(session, clinic, phone="+12075550119", landline=True)
            case "another medium":
                patient.medium = Medium.EMAIL
            case "not ours":
                patient.therapist_id = a_therapist(session, clinic, "Carla", "c@x.example").id

    assert names(client.get("/desk/calls").text) == []


def test_words_that_ask_for_nothing_put_nobody_on_the_list(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        asks(session, session.get_one(Patient, ana), "is it ok to walk?")

    assert names(client.get("/desk/calls").text) == []


def test_who_was_reached_stands_apart_and_who_was_not_waits_on(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        landline(session, session.get_one(Patient, ana))

    press(client, "/desk/calls", f"/desk/patients/{ana}/call", came="no_answer", back="calls")
    tried = client.get("/desk/calls").text
    answer = press(
        client, "/desk/calls", f"/desk/patients/{ana}/call", came="reached", back="calls"
    )
    spoken = client.get("/desk/calls").text

    assert answer.location == "/desk/calls"
    assert "No answer, 8:30 am today, by Lena Ortiz." in tried
    assert "Reached in the last 7 days" not in tried
    assert "Reached in the last 7 days" in spoken
    assert "Nobody to call." in spoken


def test_a_wish_is_answered_by_a_talk_after_it(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        asks(session, session.get_one(Patient, ana))

    press(client, "/desk/calls", f"/desk/patients/{ana}/call", came="left_word", back="calls")
    assert names(client.get("/desk/calls").text) == ["Ana Morales"]
    press(client, "/desk/calls", f"/desk/patients/{ana}/call", came="reached", back="calls")

    assert names(client.get("/desk/calls").text) == []


def test_what_was_said_is_kept_and_stands_in_the_conversation(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    place = f"/desk/patients/{ana}/call"

    answer = press(client, place, came="left_word", note="Asked her to ring back about Friday.")

    assert answer.location == f"/desk/patients/{ana}"
    with sessions() as session:
        call = session.query(Call).one()
        assert (call.reached, call.left_word, call.at) == (False, True, NOW)
    page = client.get(f"/desk/patients/{ana}").text
    assert "Asked her to ring back about Friday." in page
    assert "Left a message" in page


def test_a_call_without_an_outcome_is_not_kept_and_its_words_are_not_lost(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    answer = press(client, f"/desk/patients/{ana}/call", note="She rang off.")

    assert answer.status_code == 422
    assert "She rang off." in answer.text
    with sessions() as session:
        assert session.query(Call).count() == 0


def test_the_list_asks_few_questions_however_many_stand_on_it(
    client: FlaskClient, sessions: Sessions, engine: sa.Engine, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, session.get_one(Patient, ana).clinic_id)
        for nth in range(12):
            one = a_patient(session, clinic, phone=f"+12075551{nth:03}", landline=True)
            a_plan(session, one)

    with asked(engine) as questions:
        page = client.get("/desk/calls").text

    assert len(names(page)) == 12
    assert len(questions) <= 10
