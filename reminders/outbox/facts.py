"""What does the gate need to know of this message?"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core import gate, schedule
from reminders.core.gate import Facts, Kind
from reminders.store.conversation import Message, State
from reminders.store.people import (
    Care,
    Clinic,
    Patient,
    Sender,
    Why,
    consent_of,
    why_suppressed,
)
from reminders.store.plans import Plan, PlanVersion
from reminders.store.record import LogEntry, Occurrence, on_hold

SAID = (State.CLAIMED, State.SENT, State.DELIVERED)
TRIED = (*SAID, State.FAILED)
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
# These go back to the address they answer, whoever lives there; the others to the patient's own.
ANSWERING = (Kind.ANSWER, Kind.OPT_OUT, Kind.SAFETY, Kind.STAFF)
SAME_TEXT = timedelta(minutes=10)
PUNCTUAL = timedelta(minutes=5)
NOTES_A_DAY = 10


def facts_of(
    session: Session, settings: Settings, message: Message, sender: Sender | None, now: datetime
) -> Facts:
    """Gather, in one place, every fact that core/gate judges a message by."""
    address = address_of(message)
    if message.patient is None:
        return _facts_of_stranger(session, settings, message, sender, address, now)
    patient = message.patient
    why = _why_suppressed(session, message, address)
    opens, closes = _window(patient, now)
    return Facts(
        kind=message.kind,
        due_at=message.due_at,
        opens_at=opens,
        closes_at=closes,
        has_address=bool(address and sender is not None),
        sender_works=sender is not None and not sender.fault,
        ready=patient.clinic.ready,
        held=on_hold(session, patient.clinic_id),
        active=patient.state is not Care.DISCHARGED,
        paused=patient.paused_on(schedule.local_day(now, patient.tz)),
        safety_pause=patient.safety_hold_at is not None,
        plan_current=_plan_is_current(session, message),
        consent=consent_of(session, patient, message.medium),
        needs_confirmation=patient.clinic.double_opt_in,
        suppressed=why is not None,
        unreachable=why is Why.DEAD_ADDRESS,
        logged=_is_logged(session, message),
        sent_today=_sent_today(session, message, address, now),
        cap=_cap(session, settings, message, now),
        lateness=_lateness_now(session, settings, message, now),
    )


def address_of(message: Message) -> str | None:
    """Where the message goes: a patient's address of this moment, else the one it was made for."""
    if message.kind in ANSWERING or message.patient is None:
        return message.address
    return message.patient.address(message.medium)


def lateness(settings: Settings, kind: Kind) -> timedelta:
    """How late a message of this kind may still leave."""
    if kind in REMINDING:
        return timedelta(minutes=settings.reminder_lateness_minutes)
    if kind in (Kind.ANSWER, Kind.LINK):
        return timedelta(minutes=settings.answer_lateness_minutes)
    return gate.LATENESS[kind]


def said_lately(session: Session, message: Message, outgoing: Outgoing, now: datetime) -> bool:
    """Whether the same text went to the same address within ten minutes (a guard against loops)."""
    lately = session.execute(
        sa.select(Message.text, Message.kind).where(
            Message.address_index == outgoing.to,
            Message.clinic_id == message.clinic_id,
            Message.id != message.id,
            Message.state.in_(SAID),
            Message.ready_at > now - SAME_TEXT,
            Message.kind != Kind.STAFF,
        )
    )
    return any(
        text == outgoing.text or (kind is message.kind is Kind.SAFETY) for text, kind in lately
    )


def _facts_of_stranger(
    session: Session,
    settings: Settings,
    message: Message,
    sender: Sender | None,
    address: str | None,
    now: datetime,
) -> Facts:
    """Staff, carers and numbers we do not know: no plan, no window, no consent to ask for."""
    clinic = session.get_one(Clinic, message.clinic_id)
    always = schedule.window_on(
        now.date(), ZoneInfo(clinic.zone), schedule.Window(time(0), time.max)
    )
    return Facts(
        kind=message.kind,
        due_at=message.due_at,
        opens_at=always[0],
        closes_at=always[1],
        has_address=bool(address and sender is not None),
        ready=clinic.ready,
        suppressed=message.staff_id is None
        and _why_suppressed(session, message, address) is not None,
        sent_today=_sent_today(session, message, address, now),
        cap=settings.answers_a_day,
        lateness=lateness(settings, message.kind),
    )


def _lateness_now(
    session: Session, settings: Settings, message: Message, now: datetime
) -> timedelta:
    """After downtime only the newest reminder of a patient may be late."""
    late = message.kind is Kind.REMINDER and now - message.due_at > PUNCTUAL
    overtaken = late and _overtaken(session, message, now)
    return PUNCTUAL if overtaken else lateness(settings, message.kind)


def _overtaken(session: Session, message: Message, now: datetime) -> bool:
    newer = sa.exists().where(
        Message.patient_id == message.patient_id,
        Message.kind == Kind.REMINDER,
        Message.due_at > message.due_at,
        Message.due_at <= now,
        Message.state.in_((State.DUE, *TRIED)),
    )
    return bool(session.scalar(sa.select(newer)))


def _window(patient: Patient, now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(patient.tz).date()
    opens, closes = schedule.window_on(today, patient.tz, patient.window)
    if now >= closes:
        return schedule.window_on(today + timedelta(days=1), patient.tz, patient.window)
    return opens, closes


def _plan_is_current(session: Session, message: Message) -> bool:
    if message.plan_version_id is None:
        return True
    current = session.scalar(
        sa.select(PlanVersion.id)
        .join(Plan)
        .where(
            PlanVersion.id == message.plan_version_id,
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
        )
    )
    return current is not None


def _why_suppressed(session: Session, message: Message, address: str | None) -> Why | None:
    return why_suppressed(session, message.clinic_id, message.medium, address) if address else None


def _is_logged(session: Session, message: Message) -> bool:
    """An outcome for every sitting this message speaks of; bare pain or "later" is none."""
    reported = sa.exists().where(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.superseded_at.is_(None),
        LogEntry.outcome.is_not(None),
    )
    sittings = session.scalars(
        sa.select(reported)
        .select_from(Occurrence)
        .where(sa.or_(Occurrence.message_id == message.id, Occurrence.id == message.occurrence_id))
    ).all()
    return bool(sittings) and all(sittings)


def _sent_today(session: Session, message: Message, address: str | None, now: datetime) -> int:
    counting = REMINDING if message.kind in REMINDING else (message.kind,)
    since = now - timedelta(days=1)
    if message.patient is not None:
        day = schedule.local_day(now, message.patient.tz)
        since = schedule.day_ends(day - timedelta(days=1), message.patient.tz)
    query = (
        sa.select(sa.func.count())
        .select_from(Message)
        .where(
            Message.clinic_id == message.clinic_id,
            Message.kind.in_(counting),
            Message.state.in_(TRIED),
            Message.id != message.id,
            Message.ready_at >= since,
        )
    )
    if message.kind in REMINDING:
        return session.scalar(query.where(Message.patient_id == message.patient_id)) or 0
    return session.scalar(query.where(Message.address_index == address)) or 0


def _cap(session: Session, settings: Settings, message: Message, now: datetime) -> int:
    if message.kind not in REMINDING:
        return NOTES_A_DAY if message.kind is Kind.NOTE else settings.answers_a_day
    assert message.patient is not None
    day = schedule.local_day(now, message.patient.tz)
    due = session.scalar(
        sa.select(sa.func.count(Occurrence.message_id.distinct())).where(
            Occurrence.patient_id == message.patient_id, Occurrence.day == day
        )
    )
    return (due or 0) + settings.extra_reminders_a_day
