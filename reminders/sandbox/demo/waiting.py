"""Which reminders are due, and which of them went the way of every day?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.sandbox.demo.history import Exchange, Exercise
from reminders.sandbox.demo.people import LANDLINES, PEOPLE
from reminders.sandbox.demo.story import answer
from reminders.store.conversation import Message, State
from reminders.store.people import Medium, Patient, Suppression
from reminders.store.plans import Prescription
from reminders.store.record import Occurrence


def ordinary(session: Session, clinic_id: int, now: datetime) -> list[Exchange]:
    """The due reminders that nothing kept from leaving, with what came back to each."""
    patients = _reachable(session, clinic_id)
    messages = session.scalars(
        sa.select(Message)
        .where(
            Message.state == State.DUE,
            Message.kind == Kind.REMINDER,
            Message.patient_id.in_(patients),
        )
        .order_by(Message.due_at, Message.id)
    ).all()
    sittings = _sittings(session, messages)
    plans = _plans(session, messages)
    return [
        _exchange(message, patients[message.patient_id], sittings[message.id], plans, now)
        for message in messages
        if message.patient_id is not None
    ]


def _exchange(
    message: Message,
    patient: Patient,
    sittings: Sequence[Occurrence],
    plans: Mapping[int, Sequence[Prescription]],
    now: datetime,
) -> Exchange:
    person = _PEOPLE[patient.name]
    lines = plans.get(message.plan_version_id or 0, ())
    exercises = tuple(
        Exercise(line.id, line.exercise.words(patient.language).name) for line in lines
    )
    told = answer(person, message.due_at, now)
    return Exchange(message, patient, tuple(sittings), exercises, told)


_PEOPLE = {person.name: person for person in PEOPLE}


def _reachable(session: Session, clinic_id: int) -> dict[int, Patient]:
    """The patients whose texts leave and arrive: the others go through the gate one by one."""
    blocked = set(
        session.scalars(
            sa.select(Suppression.address_index).where(
                Suppression.clinic_id == clinic_id,
                Suppression.medium == Medium.TEXT,
                Suppression.lifted_at.is_(None),
            )
        )
    )
    patients = session.scalars(sa.select(Patient).where(Patient.clinic_id == clinic_id))
    return {
        patient.id: patient
        for patient in patients
        if patient.safety_hold_at is None
        and patient.phone_index not in blocked
        and patient.phone not in LANDLINES
    }


def _sittings(session: Session, messages: Sequence[Message]) -> Mapping[int, list[Occurrence]]:
    found: dict[int, list[Occurrence]] = defaultdict(list)
    wanted = [message.id for message in messages]
    for row in session.scalars(sa.select(Occurrence).where(Occurrence.message_id.in_(wanted))):
        if row.message_id is not None:
            found[row.message_id].append(row)
    return found


def _plans(session: Session, messages: Sequence[Message]) -> Mapping[int, list[Prescription]]:
    found: dict[int, list[Prescription]] = defaultdict(list)
    wanted = {message.plan_version_id for message in messages}
    lines = sa.select(Prescription).where(Prescription.plan_version_id.in_(wanted))
    for row in session.scalars(lines.order_by(Prescription.position)):
        found[row.plan_version_id].append(row)
    return found
