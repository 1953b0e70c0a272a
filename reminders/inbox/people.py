"""Who may a reply be from, and what have they been told lately?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from reminders.core.gate import Kind
from reminders.core.replies import Asked
from reminders.core.schedule import Window
from reminders.store.conversation import Message, State
from reminders.store.people import Care, Clinic, Medium, Patient
from reminders.store.spelling import spelt_out
from reminders.store.statements import is_one_of

REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
SPOKEN = (*REMINDING, Kind.ANSWER, Kind.QUESTION)
SAID = (State.DUE, State.CLAIMED, State.SENT, State.DELIVERED)


@dataclass(frozen=True)
class Spoken:
    """A message to a patient, as an answer to it needs to know it."""

    kind: Kind
    asks: Asked | None
    due_at: datetime
    occurrence_id: int | None
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class Person:
    """A patient whom a reply may be about."""

    id: int
    clinic_id: int
    therapist_id: int | None
    phone: str | None = field(repr=False)
    phone_index: bytes | None = field(repr=False)
    email: str | None = field(repr=False)
    zone: str
    language: str
    medium: Medium
    opens: time
    closes: time
    told: tuple[Spoken, ...] = field(default=(), repr=False)  # lately, the newest first

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def window(self) -> Window:
        return Window(self.opens, self.closes)

    def address(self, medium: Medium) -> str | None:
        return self.phone if medium is Medium.TEXT else self.email


@dataclass(frozen=True)
class Told:
    """Which of what was said still counts: after one moment, up to another."""

    since: datetime
    until: datetime


def the_patient(connection: sa.Connection, patient_id: int, told: Told) -> tuple[Person, ...]:
    """The patient of this id."""
    return tuple(_read(connection, _BY_ID, told, patient_id=patient_id))


def people_of(
    connection: sa.Connection, clinic_id: int, phone_index: bytes, told: Told
) -> tuple[Person, ...]:
    """Whose phone it is in this clinic."""
    known = tuple(_read(connection, _BY_PHONE, told, clinic=clinic_id, phone=phone_index))
    own = tuple(person for person in known if person.phone_index == phone_index)
    # A carer speaks for a patient only where nobody has the phone themselves.
    return own or known


def _read(
    connection: sa.Connection, statement: sa.Executable, told: Told, **bound: object
) -> Iterator[Person]:
    rows = connection.execute(statement, {**vars(told), **bound})
    for _, lines in groupby(rows, key=attrgetter("id")):
        first, *others = (tuple(line) for line in lines)
        said = (line[_OWN:] for line in (first, *others) if line[_OWN] is not None)
        yield Person(*(*first[:_OWN], tuple(Spoken(*one) for one in said)))


_PERSON = (
    Patient.id,
    Patient.clinic_id,
    Patient.therapist_id,
    Patient.phone,
    Patient.phone_index,
    Patient.email,
    Patient.zone,
    Patient.language,
    Patient.medium,
    sa.func.coalesce(Patient.opens, Clinic.opens),
    sa.func.coalesce(Patient.closes, Clinic.closes),
)
_SPOKEN = (Message.kind, Message.asks, Message.due_at, Message.occurrence_id, Message.text)
_OWN = len(_PERSON)
_PEOPLE: sa.Select[*tuple[Any, ...]] = (
    sa.select(*_PERSON, *_SPOKEN)
    .select_from(Patient)
    .join(Clinic, Clinic.id == Patient.clinic_id)
    .outerjoin(
        Message,
        sa.and_(
            Message.patient_id == Patient.id,
            is_one_of(Message.kind, SPOKEN),
            is_one_of(Message.state, SAID),
            Message.due_at > sa.bindparam("since"),
            Message.due_at <= sa.bindparam("until"),
        ),
    )
    .order_by(Patient.id, Message.due_at.desc(), Message.id.desc())
)
_BY_ID = spelt_out(_PEOPLE.where(Patient.id == sa.bindparam("patient_id")))
_HERE = Patient.clinic_id == sa.bindparam("clinic")
# The clinic in both arms: each is looked up by its own index.
_BY_PHONE = spelt_out(
    _PEOPLE.where(
        sa.or_(
            sa.and_(_HERE, Patient.phone_index == sa.bindparam("phone")),
            sa.and_(
                _HERE,
                Patient.carer_phone_index == sa.bindparam("phone"),
                # Both have agreed to it.
                Patient.carer_may_report.is_(True),
                Patient.carer_consent_at.is_not(None),
            ),
        ),
        Patient.state != Care.DISCHARGED,
    )
)
