"""What happens on a day that is not like the others? Each function is one event, by the verbs."""

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.core.wording import Key
from reminders.outbox import replan
from reminders.sandbox.demo.founding import consent
from reminders.sandbox.demo.people import Note
from reminders.store.accounts import Staff
from reminders.store.conversation import Message, Reply
from reminders.store.people import ConsentStep, Medium, Patient, new_key
from reminders.store.record import open_alert


def welcome(session: Session, patient: Patient, now: datetime) -> None:
    """Ask a new patient whether the texts may begin."""
    session.add(_letter(patient, Kind.WELCOME, "welcome", Key.WELCOME, now))


def answer_question(
    session: Session, patient: Patient, staff: Staff, note: Note, now: datetime
) -> None:
    """Answer what a patient asked, and close the alert that stood for it."""
    message = _letter(patient, Kind.NOTE, new_key(), Key.NOTE, now)
    message.staff_id = staff.id
    message.filling = json.dumps({"note": note.text, "staff": staff.name.split()[0]})
    session.add(message)
    session.execute(
        sa.update(Reply)
        .where(Reply.patient_id == patient.id, Reply.handled_at.is_(None))
        .values(handled_at=now, handled_by_id=staff.id)
    )
    alert = open_alert(session, patient.id, AlertKind.MESSAGE)
    if alert is not None:
        alert.resolve(staff.id, now)


def change_number(session: Session, patient: Patient, now: datetime, *, phone: str) -> None:
    """Take down a new number, and the consent that a new number needs."""
    patient.phone = phone
    for step in (ConsentStep.GIVEN, ConsentStep.CONFIRMED):
        session.add(consent(patient, Medium.TEXT, step, now))


def discharge(session: Session, patient: Patient, now: datetime) -> None:
    """End the care of a patient: nothing is due any more."""
    patient.discharge()
    replan(session, patient, now)


def _letter(patient: Patient, kind: Kind, key: str, wording: Key, now: datetime) -> Message:
    return Message(
        clinic_id=patient.clinic_id,
        recipient=f"p{patient.id}",
        kind=kind,
        key=key,
        patient_id=patient.id,
        medium=patient.medium,
        wording=wording,
        due_at=now,
        ready_at=now,
        created_at=now,
    )
