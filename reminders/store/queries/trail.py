"""Which lines of the audit trail does an admin ask for?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.people import Patient

A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """Whose doings, about whom, of which kind and when; what is empty is not asked."""

    clinic_id: int
    actor: str = ""
    subject: str = ""
    action: str = ""  # its beginning
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """Who did or saw what, when, from where; and whether it is sealed yet."""

    at: datetime
    actor: str
    action: str
    subject: str
    origin: str
    place: int | None


def trail(
    session: Session, sought: Sought, *, limit: int = A_PAGE, skip: int = 0
) -> tuple[TrailLine, ...]:
    """The newest first."""
    lines = sa.select(
        AuditEvent.at,
        AuditEvent.actor,
        AuditEvent.action,
        AuditEvent.subject,
        AuditEvent.origin,
        AuditEvent.place,
    ).where(*_wanted(sought))
    newest = lines.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    return tuple(TrailLine(*row) for row in session.execute(newest.limit(limit).offset(skip)))


def staff_names(session: Session, clinic_id: int) -> Mapping[int, str]:
    """Everyone who ever signed in at a clinic: the trail is older than some of its people."""
    rows = sa.select(Staff.id, Staff.name).where(Staff.clinic_id == clinic_id).order_by(Staff.id)
    return {row.id: row.name for row in session.execute(rows)}


def patient_names(session: Session, clinic_id: int, ids: Iterable[int]) -> Mapping[int, str]:
    """Whom the numbers of a page stand for."""
    rows = sa.select(Patient.id, Patient.first_name, Patient.last_name).where(
        Patient.clinic_id == clinic_id, Patient.id.in_(set(ids))
    )
    return {patient_id: f"{first} {last}" for patient_id, first, last in session.execute(rows)}


def _wanted(sought: Sought) -> list[sa.ColumnElement[bool]]:
    asked = [AuditEvent.clinic_id == sought.clinic_id]
    if sought.actor:
        asked.append(AuditEvent.actor == sought.actor)
    if sought.subject:
        asked.append(AuditEvent.subject == sought.subject)
    if sought.action:
        asked.append(AuditEvent.action.startswith(sought.action, autoescape=True))
    if sought.since is not None:
        asked.append(AuditEvent.at >= sought.since)
    if sought.until is not None:
        asked.append(AuditEvent.at < sought.until)
    return asked
