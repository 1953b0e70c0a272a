"""Who rings the number, and who takes the call?

The number is for texts. A caller is put through to the clinic while it is open, and otherwise
told at once whom to call in an emergency.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders import channels
from reminders.channels import Leg
from reminders.core.hours import open_at
from reminders.core.wording import Sentence, nobody_there
from reminders.store.audit import audit
from reminders.store.db import insert_once
from reminders.store.people import Clinic, Medium, Patient, Sender
from reminders.store.record import Call

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PutThrough:
    """Ring this number for the caller."""

    number: str


def receive_call(
    session: Session, call: channels.Call, now: datetime
) -> PutThrough | Sentence | None:
    """Log the contact and say what becomes of the caller; None if the number is not ours."""
    clinic = session.scalar(
        sa.select(Clinic)
        .join(Sender, Sender.clinic_id == Clinic.id)
        .where(Sender.address == call.recipient, Sender.medium == Medium.TEXT)
    )
    if clinic is None:
        log.warning("call_to_unknown_sender", provider_id=call.provider_id)
        return None
    desk = _desk(clinic, call)
    reached = call.leg is Leg.RINGING and desk is not None and open_at(clinic.hours, now)
    _log(session, clinic, call, "called" if reached else "called, nobody there", now)
    if reached and desk is not None:
        return PutThrough(desk)
    return nobody_there(clinic.language, clinic.short_name, clinic.emergency_number or "911")


def took_call(session: Session, call: channels.Call) -> None:
    """Somebody of the clinic has talked with the caller: the conversation says so."""
    mine = sa.update(Call).where(Call.provider_id == call.provider_id)
    session.execute(mine.values(reached=True))


def _desk(clinic: Clinic, call: channels.Call) -> str | None:
    """The clinic's own number as a phone company wants it, if it is another than the one rung."""
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(call.recipient))
        number = phonenumbers.parse(clinic.phone, country)
    except phonenumbers.NumberParseException:
        return None
    desk = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # A clinic that gives this very number as its own would ring itself for ever.
    return desk if desk != call.recipient else None


def _log(session: Session, clinic: Clinic, call: channels.Call, action: str, now: datetime) -> None:
    """Note the contact for each patient with that phone; who of them it was nobody knows."""
    known = session.scalars(
        sa.select(Patient.id)
        .where(Patient.clinic_id == clinic.id, Patient.phone_index == call.sender)
        .order_by(Patient.id)
    ).all()
    insert_once(session, Call, [_row(clinic, call, patient, now) for patient in known])
    for subject in [f"patient:{patient}" for patient in known] or ["caller"]:
        audit(
            session,
            clinic.id,
            actor="caller",
            action=action,
            subject=subject,
            now=now,
            origin=f"call:{call.provider_id}",
        )


def _row(clinic: Clinic, call: channels.Call, patient: int, now: datetime) -> dict[str, Any]:
    """What the conversation shows; the second leg of the same call finds it there."""
    return {
        "clinic_id": clinic.id,
        "patient_id": patient,
        "provider_id": call.provider_id,
        "at": now,
        "reached": False,
    }
