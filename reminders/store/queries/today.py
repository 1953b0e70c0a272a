"""Who needs a person today, worst first, and does the service itself run?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Staff
from reminders.store.people import Care, Location, Patient
from reminders.store.record import Alert, Hold, Visit

AnyRow = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose desk it is; who has patients of their own counts those, others count everyone's."""

    clinic_id: int
    staff_id: int
    own_only: bool


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
    patient: "Person | None"


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of an alert as a row names them."""

    id: int
    name: str
    birth_year: str
    phone: str | None
    language: str
    location: str
    zone: str
    paused: bool
    safety_hold: bool
    last_visit: date | None


def count_needs(session: Session, reader: Reader, now: datetime) -> int:
    """How many people need this reader."""
    return session.scalar(counted_needs(reader, now)) or 0


def counted_needs(reader: Reader, now: datetime) -> sa.Select[int]:
    """The same count for a page that asks for it within another question.

    Good news needs nobody; an alert without a patient counts as one.
    """
    who = sa.func.coalesce(Alert.patient_id, -Alert.id)
    owner = aliased(Patient)
    mine = _mine(reader, owner) if reader.own_only else sa.true()
    return (
        sa.select(sa.func.count(who.distinct()))
        .select_from(Alert)
        .outerjoin(owner, owner.id == Alert.patient_id)
        .where(*_open(reader.clinic_id, now), Alert.urgency < Urgency.GOOD_NEWS.rank, mine)
    )


def needs(
    session: Session, reader: Reader, now: datetime, *, mine: bool, location_id: int | None = None
) -> tuple[Need, ...]:
    """The open alerts of a clinic, of one person, or of one location, worst and oldest first."""
    query = _needs().where(*_open(reader.clinic_id, now))
    if mine:
        query = query.where(_mine(reader, Patient))
    if location_id is not None:
        query = query.where(Patient.location_id == location_id)
    rows = session.execute(query).all()
    found = [_need(row) for row in rows]
    return tuple(sorted(found, key=lambda need: (need.urgency, need.kind.rank, need.opened_at)))


def _needs() -> sa.Select[*tuple[Any, ...]]:
    visited = sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == Patient.id)
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
            visited.scalar_subquery().label("last_visit"),
        )
        .outerjoin(Patient, Patient.id == Alert.patient_id)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .outerjoin(Location, Location.id == Patient.location_id)
    )


def _open(clinic_id: int, now: datetime) -> Sequence[sa.ColumnElement[bool]]:
    return (
        Alert.clinic_id == clinic_id,
        Alert.resolved_at.is_(None),
        sa.or_(Alert.snoozed_until.is_(None), Alert.snoozed_until <= now),
    )


def _mine(reader: Reader, patient: type[Patient]) -> sa.ColumnElement[bool]:
    """One's own patients and alerts, what is nobody's, and any red flag nobody has taken yet."""
    return sa.or_(
        Alert.owner_id == reader.staff_id,
        patient.therapist_id == reader.staff_id,
        sa.and_(patient.therapist_id.is_(None), Alert.owner_id.is_(None)),
        sa.and_(Alert.kind == AlertKind.SAFETY, Alert.acknowledged_at.is_(None)),
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
        row.last_visit,
    )


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A stop on this clinic's reminders."""

    id: int
    reason: str
    since: datetime
    asked_at: datetime | None


def standing_hold(session: Session, clinic_id: int) -> HoldRow | None:
    """The oldest stop that stands; one that nobody has let go yet before the others."""
    row = session.execute(
        sa.select(Hold.id, Hold.reason, Hold.since, Hold.asked_at)
        .where(Hold.clinic_id == clinic_id, Hold.released_at.is_(None))
        .order_by(Hold.asked_at.is_not(None), Hold.id)
        .limit(1)
    ).first()
    return HoldRow(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """A location to filter by."""

    id: int
    name: str


def places(session: Session, clinic_id: int) -> tuple[Place, ...]:
    """The sites of a clinic, in the order they were opened."""
    rows = session.execute(
        sa.select(Location.id, Location.name)
        .where(Location.clinic_id == clinic_id)
        .order_by(Location.id)
    )
    return tuple(Place(*row) for row in rows)
