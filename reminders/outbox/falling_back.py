"""What takes over when a reminder's text does not arrive?

One email of the same reminder, to a patient who has agreed to emails. Only where the text failed
for a reason of lines, numbers and machines: who may have wanted no more texts is not written to by
another way, and a text that may have arrived is not repeated.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Reason as Fault
from reminders.core import gate
from reminders.core.gate import Kind, Reason
from reminders.store.conversation import Message, State, move
from reminders.store.db import insert_returning
from reminders.store.people import Medium, Patient, consent_of, why_suppressed
from reminders.store.record import Occurrence

# An opt-out, a block by the phone's owner or a legal filter is no reason to come by another door.
FALLS_BACK = frozenset(
    {
        Fault.NOT_A_MOBILE,
        Fault.UNKNOWN_NUMBER,
        Fault.COUNTRY_OFF,
        Fault.UNREACHABLE,
        Fault.FILTERED,
        Fault.SENDER_FAULT,
        Fault.ACCOUNT_FAULT,
        Fault.MESSAGE_FAULT,
        Fault.CONGESTED,
        Fault.DAILY_LIMIT,
        Fault.UNEXPLAINED,
        Reason.UNREACHABLE,
    }
)


def fall_back(session: Session, message: Message, why: Fault | Reason, now: datetime) -> bool:
    """Write the email of a reminder whose text failed; its sittings go with it from here on."""
    if not _may(session, message, why, now):
        return False
    written = insert_returning(session, Message, [_email_of(message, now)], (Message.id,))
    if not written:
        return False
    _hand_over(session, message.id, written[0].id)
    return True


def take_back(session: Session, message: Message) -> None:
    """The text arrived after all: its email is not needed, unless it has left already."""
    email = session.scalar(
        sa.select(Message).where(
            Message.recipient == message.recipient,
            Message.kind == message.kind,
            Message.key == _key(message),
        )
    )
    if email is None or not move(session, email.id, State.WITHDRAWN, reason=Reason.ARRIVED):
        return
    _hand_over(session, email.id, message.id)


def _hand_over(session: Session, from_id: int, to_id: int) -> None:
    """Let the sittings that one message speaks of be spoken of by another."""
    session.execute(
        sa.update(Occurrence)
        .where(Occurrence.message_id == from_id)
        .values(message_id=to_id)
        .execution_options(synchronize_session="fetch")
    )


def _key(message: Message) -> str:
    return f"{message.key}:{Medium.EMAIL}"


def _may(session: Session, message: Message, why: Fault | Reason, now: datetime) -> bool:
    a_reminder = message.kind is Kind.REMINDER and message.medium is Medium.TEXT
    in_time = now <= message.due_at + gate.LATENESS[Kind.REMINDER]
    if not (a_reminder and in_time and why in FALLS_BACK) or message.patient is None:
        return False
    return _agreed(session, message.patient)


def _agreed(session: Session, patient: Patient) -> bool:
    consent = consent_of(session, patient, Medium.EMAIL)
    if patient.clinic.double_opt_in and consent is not gate.Consent.CONFIRMED:
        return False
    if consent is gate.Consent.NONE or not patient.email:
        return False
    return why_suppressed(session, patient.clinic_id, Medium.EMAIL, patient.email) is None


def _email_of(message: Message, now: datetime) -> dict[str, object]:
    return {
        "clinic_id": message.clinic_id,
        "recipient": message.recipient,
        "kind": message.kind,
        "key": _key(message),
        "patient_id": message.patient_id,
        "plan_version_id": message.plan_version_id,
        "medium": Medium.EMAIL,
        "due_at": message.due_at,
        "ready_at": now,
        "created_at": now,
    }
