"""Who needs a person today, worst first, and does the service itself run?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Staff
from reminders.store.audit import Heartbeat
from reminders.store.conversation import Message
from reminders.store.people import Care, Clinic, Location, Patient
from reminders.store.queries.asked import CLINIC, IDS, NOW, WHOSE
from reminders.store.queries.heard import heard_columns, latest
from reminders.store.record import Alert, Call, Hold, Visit

AnyRow = sa.Row[*tuple[Any, ...]]
# A note of longer ago is no news to whoever thinks of calling.
_NOTES: Final = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose desk it is; who has patients of their own counts those, others count everyone's."""

    clinic_id: int
    staff_id: int
    own_only: bool
    covers: tuple[int, ...] = ()

    @property
    def whose(self) -> tuple[int, ...]:
        """Oneself, and the colleagues one stands in for today."""
        return self.staff_id, *self.covers

    def asks(self, now: datetime) -> dict[str, object]:
        """The values for CLINIC, WHOSE and NOW."""
        return {"clinic": self.clinic_id, "whose": self.whose, "now": now}


@dataclass(frozen=True, slots=True)
class Line:
    """One open alert, as far as its place in the list is concerned."""

    alert_id: int
    patient_id: int | None
    kind: AlertKind
    urgency: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Need:
    """One open alert with its patient."""

    alert_id: int
    kind: AlertKind
    urgency: int
    sentence: str
    evidence: str
    opened_at: datetime
    acknowledged_at: datetime | None
    owner: str
    tellings: int
    told_at: datetime | None
    escalated_at: datetime | None
    patient: "Person | None"


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of an alert as a row names them, and when there was contact last."""

    id: int
    name: str
    birth_year: str
    phone: str | None
    language: str
    location: str
    zone: str
    paused: bool
    safety_hold: bool
    last_heard: datetime | None
    last_note: datetime | None
    last_call: datetime | None
    last_visit: date | None


def count_needs(session: Session, reader: Reader, now: datetime) -> int:
    """How many people need this reader."""
    return session.scalar(counted_needs(own_only=reader.own_only), reader.asks(now)) or 0


@cache
def counted_needs(*, own_only: bool) -> sa.Select[int]:
    """The same count, to be asked within another question too, with what the reader asks with.

    Good news needs nobody; an alert without a patient counts as one.
    """
    who = sa.func.coalesce(Alert.patient_id, -Alert.id)
    mine = _mine() if own_only else sa.true()
    return (
        sa.select(sa.func.count(who.distinct()))
        .select_from(Alert)
        .where(*_open(), Alert.urgency < Urgency.GOOD_NEWS.rank, mine)
    )


def lines(
    session: Session, reader: Reader, now: datetime, *, mine: bool, location_id: int | None = None
) -> tuple[Line, ...]:
    """The open alerts of a clinic, of one person, or of one location, worst and oldest first."""
    query = _lines(mine=mine)
    if location_id is not None:
        query = query.where(Patient.location_id == location_id)
    found = [Line(*row) for row in session.execute(query, reader.asks(now))]
    return tuple(sorted(found, key=lambda line: (line.urgency, line.kind.rank, line.opened_at)))


@cache
def _lines(*, mine: bool) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Alert.id, Alert.patient_id, Alert.kind, Alert.urgency, Alert.opened_at)
        .outerjoin(Patient, Patient.id == Alert.patient_id)
        .where(*_open(), _mine() if mine else sa.true())
    )


def needs(session: Session, alert_ids: Sequence[int], now: datetime) -> dict[int, Need]:
    """What these alerts say, and of whom."""
    rows = session.execute(_needs(), {"ids": alert_ids, "notes_since": now - _NOTES})
    return {row.id: _need(row) for row in rows}


@cache
def _needs() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Alert.id,
            Alert.kind,
            Alert.urgency,
            Alert.sentence,
            Alert.evidence,
            Alert.opened_at,
            Alert.acknowledged_at,
            Alert.tellings,
            Alert.told_at,
            Alert.escalated_at,
            Staff.name.label("owner"),
            Alert.patient_id,
            Patient.first_name,
            Patient.last_name,
            Patient.birth_year,
            Patient.phone,
            Patient.language,
            Patient.zone,
            Patient.state,
            Patient.safety_hold_at,
            Location.name.label("location"),
            *_contacts(),
        )
        .outerjoin(Patient, Patient.id == Alert.patient_id)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .outerjoin(Location, Location.id == Patient.location_id)
        .where(Alert.id.in_(IDS))
    )


def _contacts() -> Sequence[sa.ColumnElement[Any]]:
    """When a patient was last heard, written to by a person, rung and seen."""
    newest = sa.func.max
    wrote, spoke = heard_columns()
    noted = sa.select(newest(Message.ended_at)).where(
        Message.patient_id == Patient.id,
        Message.due_at > sa.bindparam("notes_since", type_=Message.due_at.type),
        Message.kind == Kind.NOTE,
    )
    rung = sa.select(newest(Call.at)).where(Call.patient_id == Patient.id, Call.by_id.is_not(None))
    seen = sa.select(newest(Visit.day)).where(Visit.patient_id == Patient.id)
    return [
        wrote.label("wrote"),
        spoke.label("spoke"),
        noted.scalar_subquery().label("last_note"),
        rung.scalar_subquery().label("last_call"),
        seen.scalar_subquery().label("last_visit"),
    ]


def _open() -> Sequence[sa.ColumnElement[bool]]:
    return (
        Alert.clinic_id == CLINIC,
        Alert.resolved_at.is_(None),
        sa.or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= NOW),
    )


def _mine() -> sa.ColumnElement[bool]:
    """One's own alerts and patients, and what nobody has taken that must not lie.

    That is: a red flag, what has waited too long for its owner, and what is about nobody's patient.
    """
    # Each side by an index: joined and compared, it would read every patient of the clinic.
    patient = aliased(Patient)
    patients = sa.select(patient.id).where(patient.clinic_id == CLINIC)
    must_not_lie = sa.or_(
        Alert.kind == AlertKind.SAFETY,
        Alert.escalated_at.is_not(None),
        Alert.patient_id.is_(None),
        Alert.patient_id.in_(patients.where(patient.therapist_id.is_(None))),
    )
    return sa.or_(
        Alert.owner_id.in_(WHOSE),
        Alert.patient_id.in_(patients.where(patient.therapist_id.in_(WHOSE))),
        sa.and_(Alert.acknowledged_at.is_(None), must_not_lie),
    )


def _need(row: AnyRow) -> Need:
    return Need(
        row.id,
        row.kind,
        row.urgency,
        row.sentence,
        row.evidence,
        row.opened_at,
        row.acknowledged_at,
        row.owner or "",
        row.tellings,
        row.told_at,
        row.escalated_at,
        _person(row) if row.patient_id is not None else None,
    )


def _person(row: AnyRow) -> Person:
    return Person(
        row.patient_id,
        f"{row.first_name} {row.last_name}".strip(),
        row.birth_year,
        row.phone,
        row.language,
        row.location or "",
        row.zone,
        row.state is Care.PAUSED,
        row.safety_hold_at is not None,
        latest(row.wrote, row.spoke),
        row.last_note,
        row.last_call,
        row.last_visit,
    )


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A stop on this clinic's reminders."""

    id: int
    reason: str
    since: datetime
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Service:
    """How the service itself is: a stop that stands, and when a clock last ticked."""

    hold: HoldRow | None
    beat: datetime | None


def service(session: Session, clinic_id: int) -> Service:
    """The oldest stop that stands, one that nobody has let go yet before the others."""
    row = session.execute(_service(), {"clinic": clinic_id}).one()
    hold = HoldRow(row.id, row.reason, row.since, row.asked_at) if row.id is not None else None
    return Service(hold, row[-1])


@cache
def _service() -> sa.Select[*tuple[Any, ...]]:
    beat = sa.select(sa.func.max(Heartbeat.beat_at)).scalar_subquery()
    stands = sa.and_(Hold.clinic_id == Clinic.id, Hold.released_at.is_(None))
    return (
        sa.select(Hold.id, Hold.reason, Hold.since, Hold.asked_at, beat)
        .select_from(Clinic)
        .outerjoin(Hold, stands)
        .where(Clinic.id == CLINIC)
        .order_by(Hold.asked_at.is_not(None), Hold.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A location to filter by."""

    id: int
    name: str


def places(session: Session, clinic_id: int) -> tuple[Place, ...]:
    """The sites of a clinic, in the order they were opened."""
    return tuple(Place(*row) for row in session.execute(_places(), {"clinic": clinic_id}))


@cache
def _places() -> sa.Select[int, str]:
    return (
        sa.select(Location.id, Location.name)
        .where(Location.clinic_id == CLINIC)
        .order_by(Location.id)
    )
