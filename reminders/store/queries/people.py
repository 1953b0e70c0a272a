"""Who works at a clinic, and what hangs on them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Role, Staff
from reminders.store.people import Care, Patient
from reminders.store.record import Alert


@dataclass(frozen=True, slots=True)
class Worker:
    """One account as the list shows it."""

    id: int
    name: str
    email: str
    role: Role
    active: bool
    joined: bool
    has_factor: bool
    seen_at: datetime | None
    patients: int
    alerts: int


def workers(session: Session, clinic_id: int) -> Sequence[Worker]:
    """Everyone with an account: who is there first, then who has left."""
    patients = (
        sa.select(sa.func.count(Patient.id))
        .where(Patient.therapist_id == Staff.id, Patient.state != Care.DISCHARGED)
        .scalar_subquery()
    )
    alerts = (
        sa.select(sa.func.count(Alert.id))
        .where(Alert.owner_id == Staff.id, Alert.resolved_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Staff.id,
            Staff.name,
            Staff.email,
            Staff.role,
            Staff.active,
            Staff.password.is_not(None),
            Staff.factor_secret.is_not(None),
            Staff.seen_at,
            patients,
            alerts,
        )
        .where(Staff.clinic_id == clinic_id)
        .order_by(Staff.active.desc(), Staff.id)
    )
    return tuple(Worker(*row) for row in rows)
