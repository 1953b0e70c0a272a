"""What do the rows say of how far a clinic is set up?"""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.setting_up import Known
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Door, Message, Reply, State
from reminders.store.people import Clinic, Medium, Patient, Sender
from reminders.store.queries.patients import Colleague


class Proof(StrEnum):
    """What went well, or was looked at, as the audit trail keeps it."""

    HOURS = "clinic.hours"
    TEXTS = "set_up.texts"
    DOOR = "set_up.door"
    MAIL = "set_up.mail"
    WORDINGS = "wordings.view"


_LEFT = (State.SENT, State.DELIVERED)


def known_of(session: Session, clinic: Clinic) -> Known:
    """The facts of a clinic: what has gone out and come in proves as much as a test."""
    seen = session.execute(_seen(clinic)).one()
    proofs = {(row.action, row.subject) for row in session.execute(_proofs(clinic.id))}
    from_where = {row.medium: row for row in session.scalars(_senders(clinic.id))}
    texts, mails = from_where.get(Medium.TEXT), from_where.get(Medium.EMAIL)
    return Known(
        name=clinic.name,
        short_name=clinic.short_name,
        phone=clinic.phone,
        zone=clinic.zone,
        language=clinic.language,
        emergency=clinic.emergency_number,
        crisis=clinic.crisis_number,
        contact_has_phone=seen.contact,
        hours_kept=(Proof.HOURS, f"clinic:{clinic.id}") in proofs,
        texts_from=texts.address if texts else "",
        texts_proved=seen.text_left or (Proof.TEXTS, named(texts)) in proofs,
        door_proved=seen.text_came or (Proof.DOOR, named(texts)) in proofs,
        mails_from=mails.address if mails else "",
        mail_proved=seen.mail_left or (Proof.MAIL, named(mails)) in proofs,
        wordings_seen=(Proof.WORDINGS, f"clinic:{clinic.id}") in proofs,
        has_therapist=seen.therapist,
        has_patient=seen.patient,
        text_arrived=seen.text_arrived,
    )


def named(sender: Sender | None) -> str:
    """A sender as the audit trail names it: another number must be tried anew."""
    return f"sender:{sender.id}" if sender is not None else ""


def sender_of(session: Session, clinic_id: int, medium: Medium) -> Sender | None:
    """What a clinic writes from in one way."""
    return session.scalars(_senders(clinic_id).where(Sender.medium == medium)).first()


def in_use(session: Session, sender: Sender) -> bool:
    """Whether anybody has been written to from it, who may answer there."""
    used = sa.select(Message.id).where(Message.sender_id == sender.id)
    return bool(session.scalar(sa.select(sa.exists(used))))


def with_phone(session: Session, clinic_id: int) -> tuple[Colleague, ...]:
    """Who of a clinic can be told of an alert by text."""
    rows = session.execute(
        sa.select(Staff.id, Staff.name, Staff.role)
        .where(Staff.clinic_id == clinic_id, Staff.active.is_(True), Staff.phone.is_not(None))
        .order_by(Staff.id)
    )
    return tuple(Colleague(*row) for row in rows)


def last_tests(session: Session, clinic_id: int) -> dict[Medium, Message]:
    """The newest test of each way."""
    rows = session.scalars(
        sa.select(Message)
        .where(
            Message.clinic_id == clinic_id, Message.kind == Kind.TEST, Message.staff_id.is_not(None)
        )
        .order_by(Message.id)
    )
    return {row.medium: row for row in rows}


def _seen(clinic: Clinic) -> sa.Select[bool, bool, bool, bool, bool, bool, bool]:
    here = clinic.id
    left = sa.select(Message.id).where(Message.clinic_id == here, Message.state.in_(_LEFT))
    texts = left.where(Message.medium == Medium.TEXT)
    came = sa.select(Reply.id).where(Reply.clinic_id == here, Reply.door == Door.TEXT)
    people = sa.select(Staff.id).where(Staff.clinic_id == here, Staff.active.is_(True))
    contact = people.where(Staff.id == clinic.safety_contact_id, Staff.phone.is_not(None))
    return sa.select(
        sa.exists(contact).label("contact"),
        sa.exists(people.where(Staff.role == Role.THERAPIST)).label("therapist"),
        sa.exists(sa.select(Patient.id).where(Patient.clinic_id == here)).label("patient"),
        sa.exists(texts).label("text_left"),
        sa.exists(texts.where(Message.state == State.DELIVERED)).label("text_arrived"),
        sa.exists(left.where(Message.medium == Medium.EMAIL)).label("mail_left"),
        sa.exists(came).label("text_came"),
    )


def _proofs(clinic_id: int) -> sa.Select[str, str]:
    wanted = AuditEvent.action.in_([str(one) for one in Proof])
    found = sa.select(AuditEvent.action, AuditEvent.subject)
    return found.where(AuditEvent.clinic_id == clinic_id, wanted).distinct()


def _senders(clinic_id: int) -> sa.Select[Sender]:
    return sa.select(Sender).where(Sender.clinic_id == clinic_id).order_by(Sender.id)
