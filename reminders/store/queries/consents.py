"""What has a patient agreed to, when, in which words, and who wrote it down?"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Staff
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    PatientPause,
    Source,
    Suppression,
    Why,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    at: datetime
    medium: Medium
    step: ConsentStep
    how: str
    wording: str
    version: str
    by: str  # a name of the clinic's staff; empty where nobody of the staff wrote it
    in_use: bool  # whether it speaks of an address that the patient still has


def ledger(session: Session, patient: Patient) -> tuple[Line, ...]:
    """Every line about a patient and their carer, newest first; nothing is ever taken out."""
    rows = session.execute(
        sa.select(
            Consent.at,
            Consent.medium,
            Consent.step,
            Consent.how,
            Consent.wording,
            Consent.wording_version,
            Consent.by,
            Consent.address_index,
        )
        .where(Consent.patient_id == patient.id)
        .order_by(Consent.id.desc())
    ).all()
    people = _staff(session, patient.clinic_id)
    mine = {patient.phone_index, patient.email_index, patient.carer_phone_index}
    return tuple(
        Line(
            at=row.at,
            medium=row.medium,
            step=row.step,
            how=row.how,
            wording=row.wording,
            version=row.wording_version,
            by=people.get(row.by, ""),
            in_use=row.address_index in mine,
        )
        for row in rows
    )


def _staff(session: Session, clinic_id: int) -> dict[str, str]:
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.clinic_id == clinic_id))
    return {"service": "the service", **{f"staff:{row_id}": name for row_id, name in rows}}


def in_doubt(session: Session, patient: Patient) -> bool:
    """Whether somebody must ask first if the number is still theirs."""
    last = sa.select(Consent.step).where(
        Consent.patient_id == patient.id,
        Consent.medium == Medium.TEXT,
        Consent.address_index == patient.phone_index,
    )
    return session.scalar(last.order_by(Consent.id.desc()).limit(1)) is ConsentStep.DOUBTED


@dataclass(frozen=True, slots=True)
class Block:
    """An address of a patient's that the clinic may not write to, or might not once."""

    medium: Medium
    why: Why
    source: Source
    at: datetime
    lifted_at: datetime | None


def blocks(session: Session, patient: Patient) -> tuple[Block, ...]:
    """What is and was blocked of the addresses that a patient has agreed for."""
    addresses = sa.select(Consent.address_index).where(Consent.patient_id == patient.id)
    rows = session.execute(
        sa.select(
            Suppression.medium,
            Suppression.why,
            Suppression.source,
            Suppression.at,
            Suppression.lifted_at,
        )
        .where(Suppression.clinic_id == patient.clinic_id, Suppression.address_index.in_(addresses))
        .order_by(Suppression.at.desc())
    )
    return tuple(Block(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Paused:
    """A time without reminders, and why."""

    first: date
    last: date | None
    reason: str
    by: str


def paused(session: Session, patient: Patient) -> tuple[Paused, ...]:
    """Every pause of a patient, newest first."""
    people = _staff(session, patient.clinic_id)
    rows = session.scalars(
        sa.select(PatientPause)
        .where(PatientPause.patient_id == patient.id)
        .order_by(PatientPause.first_day.desc(), PatientPause.id.desc())
    )
    return tuple(
        Paused(one.first_day, one.last_day, one.reason, people.get(one.by, "")) for one in rows
    )
