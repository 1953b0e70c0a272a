"""How does a patient want to be written to, as it stands now?"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.conversation import Link, Purpose
from reminders.store.people import Medium, Patient, Suppression
from reminders.store.plans import Plan, PlanVersion, Routine


@dataclass(frozen=True)
class Wishes:
    """The patient, the routines of their plan, what is blocked, and their calendar's address."""

    patient: Patient
    routines: tuple[Routine, ...]
    blocked: frozenset[Medium]
    calendar: Link | None


def wishes_of(session: Session, patient_id: int) -> Wishes:
    """Read it in two statements, the pauses being one."""
    in_force = sa.and_(PlanVersion.plan_id == Plan.id, PlanVersion.number == Plan.current_number)
    rows = session.execute(
        sa.select(
            Patient,
            _blocked(Medium.TEXT).label("text"),
            _blocked(Medium.EMAIL).label("email"),
            Link,
            Routine,
        )
        .select_from(Patient)
        .outerjoin(Link, Link.id == _newest_calendar())
        .outerjoin(Plan, sa.and_(Plan.patient_id == Patient.id, Plan.ended_at.is_(None)))
        .outerjoin(PlanVersion, in_force)
        .outerjoin(Routine, Routine.plan_version_id == PlanVersion.id)
        .where(Patient.id == patient_id)
        .order_by(Routine.id)
    ).all()
    first = rows[0]
    blocked = frozenset(medium for medium in Medium if getattr(first, medium.value))
    routines = tuple(row.Routine for row in rows if row.Routine is not None)
    return Wishes(first.Patient, routines, blocked, first.Link)


def _blocked(medium: Medium) -> sa.ColumnElement[bool]:
    index = Patient.phone_index if medium is Medium.TEXT else Patient.email_index
    return (
        sa.exists()
        .where(
            Suppression.clinic_id == Patient.clinic_id,
            Suppression.medium == medium,
            Suppression.address_index == index,
            Suppression.lifted_at.is_(None),
        )
        .correlate(Patient)
    )


def _newest_calendar() -> sa.ScalarSelect[int]:
    other = Link.__table__.alias("calendar")
    return (
        sa.select(sa.func.max(other.c.id))
        .where(
            other.c.patient_id == Patient.id,
            other.c.purpose == Purpose.CALENDAR,
            other.c.revoked_at.is_(None),
        )
        .correlate(Patient.__table__)
        .scalar_subquery()
    )
