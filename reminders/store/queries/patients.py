"""Who is who in this clinic: what a row says of a patient, and who looks after them?"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Role, Staff
from reminders.store.people import Care, Location, Patient
from reminders.store.queries.asked import IDS
from reminders.store.queries.heard import heard_columns, latest
from reminders.store.queries.today import AnyRow
from reminders.store.record import Visit


@dataclass(frozen=True, slots=True)
class Details:
    """What a row says of a patient beside the fourteen days."""

    last_heard: datetime | None
    birth_year: str
    conditions: str
    zone: str
    language: str
    state: Care
    location: str
    therapist: str | None
    last_visit: date | None


def details(session: Session, ids: Sequence[int]) -> dict[int, Details]:
    """What the rows of one page say."""
    return {row[0]: _details(row) for row in session.execute(_rows_of(), {"ids": ids})}


@cache
def _rows_of() -> sa.Select[*tuple[Any, ...]]:
    visited = sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == Patient.id)
    return (
        sa.select(
            Patient.id,
            Patient.birth_year,
            Patient.conditions,
            Patient.zone,
            Patient.language,
            Patient.state,
            sa.func.coalesce(Location.name, ""),
            Staff.name,
            visited.scalar_subquery(),
            *heard_columns(),
        )
        .outerjoin(Location, Location.id == Patient.location_id)
        .outerjoin(Staff, Staff.id == Patient.therapist_id)
        .where(Patient.id.in_(IDS))
    )


def _details(row: AnyRow) -> Details:
    _, *told, wrote, spoke = row
    return Details(latest(wrote, spoke), *told)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff who can look after patients."""

    id: int
    name: str
    role: Role


def colleagues(session: Session, clinic_id: int) -> tuple[Colleague, ...]:
    """Everyone of a clinic who may sign in, in the order of their coming."""
    rows = session.execute(
        sa.select(Staff.id, Staff.name, Staff.role)
        .where(Staff.clinic_id == clinic_id, Staff.active.is_(True))
        .order_by(Staff.id)
    )
    return tuple(Colleague(*row) for row in rows)


def who_has(session: Session, clinic_id: int, phone: str, but: int | None = None) -> str:
    """The name of a patient with this number, if the clinic has one; `but` is whom to pass over."""
    row = session.execute(
        sa.select(Patient.first_name, Patient.last_name)
        .where(
            Patient.clinic_id == clinic_id,
            Patient.phone_index == phone,
            Patient.state != Care.DISCHARGED,
            Patient.id.is_distinct_from(but),
        )
        .order_by(Patient.id)
        .limit(1)
    ).first()
    return f"{row[0]} {row[1]}".strip() if row is not None else ""


def owners_of(
    session: Session, clinic_id: int, addresses: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """The names of a clinic's patients who have one of these numbers or mail addresses."""
    rows = session.execute(
        sa.select(Patient.phone, Patient.email, Patient.first_name, Patient.last_name).where(
            Patient.clinic_id == clinic_id,
            Patient.state != Care.DISCHARGED,
            sa.or_(Patient.phone_index.in_(addresses), Patient.email_index.in_(addresses)),
        )
    )
    found: dict[str, list[str]] = defaultdict(list)
    for phone, email, first, last in rows:
        for address in filter(None, (phone, email)):
            found[address].append(f"{first} {last}".strip())
    return found
