"""Whose patient is it, and whose is an alert? An open alert always has an owner who is there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Role, Staff
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert

_IN_TURN: Final = (Role.ADMIN, Role.THERAPIST, Role.ASSISTANT)


def owner_of(
    session: Session, clinic: Clinic, therapist_id: int | None, now: datetime
) -> int | None:
    """Who gets an alert: the therapist or who covers them, else the safety contact, else anybody.

    None only in a clinic where nobody can sign in.
    """
    people, today = _there(session, clinic.id), now.astimezone(ZoneInfo(clinic.zone)).date()
    covering = (one.id for one in people if therapist_id in one.covered_on(today))
    return _first_there(people, clinic, next(covering, therapist_id))


def adopt(session: Session, now: datetime) -> int:
    """Give every open alert that nobody looks after to somebody who is there; how many it were.

    One door may open an alert without knowing of an owner, and who owned it may have left: what
    they had taken is anybody's again.
    """
    left = sa.or_(Alert.owner_id.is_(None), Staff.active.is_(False))
    orphans = session.execute(
        sa.select(Alert, Patient.therapist_id)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .outerjoin(Patient, Patient.id == Alert.patient_id)
        .where(Alert.resolved_at.is_(None), left)
        .order_by(Alert.id)
    ).all()
    for alert, therapist_id in orphans:
        clinic = session.get_one(Clinic, alert.clinic_id)
        heir = owner_of(session, clinic, therapist_id, now)
        if heir is not None:
            alert.hand_over(heir)
    session.flush()
    return len(orphans)


def transfer(session: Session, patient: Patient, to: int) -> None:
    """Make somebody a patient's therapist; what stands open goes with the patient.

    What a third person has taken in hand stays with them.
    """
    before, patient.therapist_id = patient.therapist_id, to
    session.flush()
    standing = session.scalars(
        sa.select(Alert).where(Alert.patient_id == patient.id, Alert.resolved_at.is_(None))
    )
    for alert in standing:
        if alert.acknowledged_at is None or alert.owner_id == before:
            alert.hand_over(to)


def standing_with(session: Session, staff_id: int) -> list[Alert]:
    """The open alerts that somebody owns, or that are of their patients and taken by nobody."""
    theirs = sa.select(Patient.id).where(Patient.therapist_id == staff_id)
    untaken = sa.and_(Alert.patient_id.in_(theirs), Alert.acknowledged_at.is_(None))
    query = sa.select(Alert).where(
        Alert.resolved_at.is_(None), sa.or_(Alert.owner_id == staff_id, untaken)
    )
    return list(session.scalars(query.order_by(Alert.id)))


def give_patients(session: Session, before: int, to: int) -> None:
    """Make somebody the therapist of all of another's patients, also of those discharged."""
    session.execute(
        sa.update(Patient).where(Patient.therapist_id == before).values(therapist_id=to)
    )


def _there(session: Session, clinic_id: int) -> list[Staff]:
    people = session.scalars(
        sa.select(Staff)
        .where(Staff.clinic_id == clinic_id, Staff.active.is_(True))
        .order_by(Staff.id)
    )
    return sorted(people, key=lambda person: _IN_TURN.index(person.role))


def _first_there(people: Iterable[Staff], clinic: Clinic, therapist_id: int | None) -> int | None:
    ids = [person.id for person in people]
    wanted = (therapist_id, clinic.safety_contact_id, *ids)
    return next((row for row in wanted if row in ids), None)
