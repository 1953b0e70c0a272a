"""What is known of one patient?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.schedule import Pause
from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.people import (
    Care,
    Consent,
    ConsentStep,
    Location,
    Medium,
    Patient,
    PatientPause,
    Source,
    Suppression,
    Why,
)
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.queries.asked import CLINIC, PATIENT
from reminders.store.queries.today import AnyRow, Reader, counted_needs
from reminders.store.record import Alert, Visit


@dataclass(frozen=True, slots=True)
class Header:
    """Who it is and how they are reached."""

    id: int
    first_name: str
    last_name: str
    birth_year: str
    conditions: str
    phone: str | None
    email: str | None
    medium: Medium
    language: str
    zone: str
    opens: time | None
    closes: time | None
    state: Care
    safety_hold_at: datetime | None
    landline: bool
    location: str
    therapist: str | None
    last_visit: date | None
    fault: str  # why a routine of the plan in force cannot be scheduled
    needs: int  # of the reader, for the bar above
    pauses: tuple[Pause, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def paused_on(self, day: date) -> bool:
        return any(pause.covers(day) for pause in self.pauses)


def header(session: Session, reader: Reader, patient_id: int, now: datetime) -> Header | None:
    """The head of a patient's page, or None if this clinic has no such patient."""
    query = _head(own_only=reader.own_only)
    rows = session.execute(query, {"patient": patient_id} | reader.asks(now)).all()
    return _header(rows) if rows else None


@cache
def _head(*, own_only: bool) -> sa.Select[*tuple[Any, ...]]:
    visited = sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == Patient.id)
    return (
        sa.select(
            Patient.id,
            Patient.first_name,
            Patient.last_name,
            Patient.birth_year,
            Patient.conditions,
            Patient.phone,
            Patient.email,
            Patient.medium,
            Patient.language,
            Patient.zone,
            Patient.opens,
            Patient.closes,
            Patient.state,
            Patient.safety_hold_at,
            Patient.landline,
            sa.func.coalesce(Location.name, ""),
            Staff.name,
            visited.scalar_subquery(),
            _fault(),
            counted_needs(own_only=own_only).scalar_subquery(),
            PatientPause.first_day,
            PatientPause.last_day,
        )
        .outerjoin(Location, Location.id == Patient.location_id)
        .outerjoin(Staff, Staff.id == Patient.therapist_id)
        .outerjoin(PatientPause, PatientPause.patient_id == Patient.id)
        .where(Patient.id == PATIENT, Patient.clinic_id == CLINIC)
        .order_by(PatientPause.first_day)
    )


def _fault() -> sa.ColumnElement[str]:
    in_force = sa.and_(PlanVersion.number == Plan.current_number, Plan.ended_at.is_(None))
    found = (
        sa.select(sa.func.max(Routine.fault))
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Routine.patient_id == Patient.id, in_force)
        .scalar_subquery()
    )
    return sa.func.coalesce(found, "")


def _header(rows: Sequence[AnyRow]) -> Header:
    *told, needs, _, _ = rows[0]
    pauses = tuple(Pause(row[-2], row[-1]) for row in rows if row[-2] is not None)
    return Header(*(*told, needs, pauses))


def seen_before(session: Session, patient_id: int, day: date) -> date | None:
    """The last visit before a day: on the day itself the note is about what came until then."""
    return session.scalar(
        sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == patient_id, Visit.day < day)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One open alert of a patient."""

    id: int
    kind: AlertKind
    sentence: str
    evidence: str
    opened_at: datetime
    acknowledged_at: datetime | None


def standing_alerts(session: Session, patient_id: int) -> tuple[Standing, ...]:
    """What is open for a patient, worst first."""
    return tuple(Standing(*row) for row in session.execute(_standing(), {"patient": patient_id}))


@cache
def _standing() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Alert.id,
            Alert.kind,
            Alert.sentence,
            Alert.evidence,
            Alert.opened_at,
            Alert.acknowledged_at,
        )
        .where(Alert.patient_id == PATIENT, Alert.resolved_at.is_(None))
        .order_by(Alert.urgency, Alert.id)
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the consent ledger for an address in use, with what blocks that address."""

    medium: Medium
    step: ConsentStep
    at: datetime
    how: str
    blocked: Why | None
    blocked_by: Source | None
    blocked_at: datetime | None


def consent_steps(session: Session, patient_id: int) -> tuple[Step, ...]:
    """The ledger for the addresses a patient has now, oldest first."""
    return tuple(Step(*row) for row in session.execute(_steps(), {"patient": patient_id}))


@cache
def _steps() -> sa.Select[*tuple[Any, ...]]:
    now_in_use = sa.or_(
        sa.and_(Consent.medium == Medium.TEXT, Consent.address_index == Patient.phone_index),
        sa.and_(Consent.medium == Medium.EMAIL, Consent.address_index == Patient.email_index),
    )
    block = sa.and_(
        Suppression.clinic_id == Consent.clinic_id,
        Suppression.medium == Consent.medium,
        Suppression.address_index == Consent.address_index,
        Suppression.lifted_at.is_(None),
    )
    return (
        sa.select(
            Consent.medium,
            Consent.step,
            Consent.at,
            Consent.how,
            Suppression.why,
            Suppression.source,
            Suppression.at,
        )
        .join(Patient, Patient.id == Consent.patient_id)
        .outerjoin(Suppression, block)
        .where(Consent.patient_id == PATIENT, now_in_use)
        .order_by(Consent.id)
    )
