"""Which replies wait for a person, and whose may they be?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Staff
from reminders.store.conversation import WAITING, Door, Fate, Reply
from reminders.store.people import Patient
from reminders.store.queries.asked import CLINIC, WHOSE
from reminders.store.queries.today import AnyRow, Reader
from reminders.store.record import Occurrence

MOST = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the queue names them."""

    id: int
    name: str
    language: str
    carer: bool = False  # this phone is their carer's, not their own


@dataclass(frozen=True, slots=True)
class Waiting:
    """One reply with what is known of it; without a patient, the phone it came from."""

    id: int
    at: datetime
    door: Door
    sender: str
    text: str
    form: str | None
    media: int
    intent: str
    why: str | None
    fate: Fate | None
    handled_at: datetime | None
    handled_by: str
    reminded_at: datetime | None
    patient: Person | None


def count_unread(session: Session, reader: Reader) -> int:
    """How many replies wait for this reader."""
    query = _counted(own_only=reader.own_only)
    return session.scalar(query, {"clinic": reader.clinic_id, "whose": reader.whose}) or 0


@cache
def _counted(*, own_only: bool) -> sa.Select[int]:
    return (
        sa.select(sa.func.count(Reply.id))
        .outerjoin(Patient, Patient.id == Reply.patient_id)
        .where(*_waits(mine=own_only))
    )


def unread(session: Session, reader: Reader, *, mine: bool) -> list[Waiting]:
    """What waits, the longest first."""
    rows = session.execute(
        _replies().where(*_waits(mine=mine)).order_by(Reply.received_at, Reply.id).limit(MOST),
        {"clinic": reader.clinic_id, "whose": reader.whose},
    )
    return [_waiting(row) for row in rows]


def one_reply(session: Session, reader: Reader, reply_id: int) -> Waiting | None:
    """Any reply of this clinic, whether it waits or not."""
    row = session.execute(
        _replies().where(Reply.id == reply_id, Reply.clinic_id == reader.clinic_id)
    ).one_or_none()
    return _waiting(row) if row is not None else None


def candidates(
    session: Session, clinic_id: int, replies: Sequence[Waiting]
) -> Mapping[str, list[Person]]:
    """By phone: the patients who use it, and those whose carer does."""
    phones = {one.sender for one in replies if one.patient is None and one.door is Door.TEXT}
    if not phones:
        return {}
    found: defaultdict[str, list[Person]] = defaultdict(list)
    patients = session.scalars(
        sa.select(Patient)
        .where(
            Patient.clinic_id == clinic_id,
            sa.or_(Patient.phone_index.in_(phones), Patient.carer_phone_index.in_(phones)),
        )
        .order_by(Patient.id)
    )
    for patient in patients:
        for phone in {patient.phone, patient.carer_phone} & phones:
            by_carer = phone != patient.phone
            person = Person(patient.id, patient.name, patient.language, carer=by_carer)
            found[phone or ""].append(person)
    return found


def _waits(*, mine: bool) -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    """What is nobody's is everybody's: words of who knows whom, patients without a therapist."""
    own = sa.or_(Patient.therapist_id.in_(WHOSE), Patient.therapist_id.is_(None))
    return (
        Reply.clinic_id == CLINIC,
        WAITING,
        own if mine else sa.true(),
    )


def _replies() -> sa.Select[*tuple[Any, ...]]:
    reminded = (
        sa.select(sa.func.max(Occurrence.due_at))
        .where(Occurrence.patient_id == Reply.patient_id, Occurrence.due_at <= Reply.received_at)
        .correlate(Reply)
        .scalar_subquery()
    )
    return (
        sa.select(
            Reply.id,
            Reply.received_at,
            Reply.door,
            Reply.sender,
            Reply.text,
            Reply.form,
            Reply.media,
            Reply.intent,
            Reply.why,
            Reply.fate,
            Reply.handled_at,
            Staff.name.label("handled_by"),
            reminded.label("reminded_at"),
            Reply.patient_id,
            Patient.first_name,
            Patient.last_name,
            Patient.language,
        )
        .outerjoin(Patient, Patient.id == Reply.patient_id)
        .outerjoin(Staff, Staff.id == Reply.handled_by_id)
    )


def _waiting(row: AnyRow) -> Waiting:
    *fields, handled_by, reminded_at, patient_id, first, last, language = row
    name = f"{first} {last}".strip()
    person = Person(patient_id, name, language) if patient_id is not None else None
    return Waiting(*(*fields, handled_by or "", reminded_at, person))
