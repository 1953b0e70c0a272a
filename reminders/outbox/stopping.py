"""How does somebody's "no more" take effect, whichever door it came by?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core import gate
from reminders.outbox.planning import withdraw_unsent
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Why,
    consent_of,
    suppress,
)


@dataclass(frozen=True)
class Refusal:
    """Who wants no more at which address; `by` empty means the patient's own word."""

    clinic_id: int
    medium: Medium
    address: str
    why: Why
    source: Source
    how: str
    by: str = ""
    reply_id: int | None = None


def stop_writing(session: Session, refusal: Refusal, now: datetime) -> None:
    """Write no more to this address: all its patients, this clinic, this medium."""
    suppress(
        session,
        refusal.clinic_id,
        refusal.medium,
        refusal.address,
        refusal.why,
        source=refusal.source,
        now=now,
    )
    for patient in _cared_for_from(session, refusal):
        # Nothing of the patient's own changes: the carer alone gets no more.
        session.add(_revoked(patient, refusal, now))
    for patient in patients_at(session, refusal.clinic_id, refusal.medium, refusal.address):
        if consent_of(session, patient, refusal.medium) is not gate.Consent.NONE:
            session.add(_revoked(patient, refusal, now))
        if patient.medium is refusal.medium:
            withdraw_unsent(session, patient.id, gate.Reason.SUPPRESSED)


def patients_at(
    session: Session, clinic_id: int, medium: Medium, address: str
) -> Sequence[Patient]:
    """Everybody of this clinic who is reached at an address."""
    index = Patient.phone_index if medium is Medium.TEXT else Patient.email_index
    return session.scalars(
        sa.select(Patient)
        .where(Patient.clinic_id == clinic_id, index == address)
        .order_by(Patient.id)
    ).all()


def _cared_for_from(session: Session, refusal: Refusal) -> Sequence[Patient]:
    """Everybody whose carer is reached at this address."""
    cared_for = (
        sa.select(Patient)
        .where(Patient.clinic_id == refusal.clinic_id, Patient.carer_consent_at.is_not(None))
        .order_by(Patient.id)
    )
    if refusal.medium is Medium.TEXT:
        return session.scalars(cared_for.where(Patient.carer_phone_index == refusal.address)).all()
    # Carers are few, and their mail has no index: they are read one by one.
    return [one for one in session.scalars(cared_for) if one.carer_email == refusal.address]


def _revoked(patient: Patient, refusal: Refusal, now: datetime) -> Consent:
    return Consent(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        medium=refusal.medium,
        step=ConsentStep.REVOKED,
        address_index=refusal.address,
        wording="",
        wording_version="",
        how=refusal.how,
        at=now,
        by=refusal.by or f"patient:{patient.id}",
        reply_id=refusal.reply_id,
    )
