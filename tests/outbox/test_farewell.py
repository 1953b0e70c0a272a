"""Does a farewell leave with the discharge, and nothing after it?"""

import json
from datetime import timedelta

import pytest
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan

from reminders import outbox
from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, Source, Why, suppress

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def patient(sessions: Sessions) -> int:
    """Ana, discharged with last words and with a reminder that was still to come."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        session.add(
            Message(
                clinic_id=patient.clinic_id,
                recipient=f"p{patient.id}",
                kind=Kind.FAREWELL,
                key="once",
                patient_id=patient.id,
                medium=Medium.TEXT,
                wording=Key.NOTE,
                filling=json.dumps({"note": "Goodbye and well done.", "staff": "Lena"}),
                due_at=NOW,
                ready_at=NOW,
                created_at=NOW,
            )
        )
        patient.discharge()
        outbox.replan(session, patient, NOW)
        return patient.id


def test_the_last_words_leave_and_no_reminder_follows(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(post, NOW)
    outbox.plan(sessions, LATER)
    outbox.send_due(post, LATER)

    [text] = sandbox.texts(PATIENT_NUMBER)
    assert text.body == "Maple PT: Goodbye and well done. Lena"


def test_who_wants_no_more_gets_no_farewell_either(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic_id = session.get_one(Patient, patient).clinic_id
        args = (session, clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT)
        suppress(*args, source=Source.PATIENT, now=NOW)

    outbox.send_due(post, NOW)

    assert list(sandbox.texts(PATIENT_NUMBER)) == []
    with sessions() as session:
        assert session.query(Message).one().state is State.WITHHELD
