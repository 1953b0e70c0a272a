"""What have we said lately, and what did we ask?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from reminders.core import schedule
from reminders.core.gate import Kind
from reminders.core.replies import Asked
from reminders.inbox.case import Case, Heard, Person, heard
from reminders.store.conversation import Message, Reply, State

REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
SPOKEN = (*REMINDING, Kind.ANSWER, Kind.QUESTION)
SAID = (State.DUE, State.CLAIMED, State.SENT, State.DELIVERED)
WHO_KEPT = timedelta(hours=2)
OURS_KEPT = 5


@dataclass(frozen=True)
class Spoken:
    """A message to a patient, as an answer to it needs to know it."""

    kind: Kind
    asks: Asked | None
    due_at: datetime
    occurrence_id: int | None
    text: str | None = field(repr=False)


def spoken_to(case: Case, patient: Person) -> Sequence[Spoken]:
    """What we said to this patient lately, newest first."""

    def read() -> Sequence[Spoken]:
        rows = case.rows(_SPOKEN, patient=patient.id, since=case.since, until=case.now)
        return [Spoken(**row._mapping) for row in rows]

    return case.once((spoken_to, case.reply.id, patient.id), read)


def asked_last(case: Case, patient: Person) -> Asked | None:
    """What we asked last; a reminder that came since does not take a morning's question back."""
    spoken = spoken_to(case, patient)
    if morning_asked(case, patient) is not None:
        return Asked.NEXT_MORNING
    asked = spoken[0].asks if spoken else None
    return None if asked is Asked.NEXT_MORNING else asked


def morning_asked(case: Case, patient: Person) -> Spoken | None:
    """This morning's question, if a number may answer it: said last, or not answered yet."""
    spoken = spoken_to(case, patient)
    today = schedule.local_day(case.reply.received_at, patient.tz)
    asked = next((one for one in spoken if one.asks is Asked.NEXT_MORNING), None)
    if asked is None or schedule.local_day(asked.due_at, patient.tz) != today:
        return None
    if asked is spoken[0]:
        return asked
    unanswered = asked.kind is Kind.QUESTION and spoken[0].kind in REMINDING
    return asked if unanswered else None


def asked_before(case: Case, occurrence_id: int | None, question: Asked) -> bool:
    """Whether this question was put for this sitting already: none is put twice."""
    if occurrence_id is None:
        return False
    asked = {"occurrence": occurrence_id, "question": question, "reply": case.reply.id}
    return case.rows(_ASKED, **asked).first() is not None


def pending_reply(case: Case) -> Heard | None:
    """The reply of a shared phone that waits for "A" or "B"."""

    def read() -> int | None:
        reply = case.reply
        return case.session.scalar(
            sa.select(Reply.id)
            .join(Message, Message.reply_id == Reply.id)
            .where(
                Reply.sender_index == reply.sender_index,
                Reply.clinic_id == reply.clinic_id,
                Reply.patient_id.is_(None),
                Reply.id < reply.id,
                Reply.received_at > reply.received_at - WHO_KEPT,
                Message.asks == Asked.WHO,
            )
            .order_by(Reply.id.desc())
            .limit(1)
        )

    kept = case.once((pending_reply, case.reply.id), read)
    return heard(case.session, kept) if kept is not None else None


def asked_of(case: Case, kept: Heard) -> Sequence[int]:
    """The patients that "A", "B" stood for when we asked about this reply, in that order."""
    question = case.session.scalars(
        sa.select(Message).where(Message.reply_id == kept.id, Message.asks == Asked.WHO)
    ).first()
    filling = json.loads(question.filling) if question is not None and question.filling else {}
    candidates: Sequence[int] = filling.get("candidates", ())
    return candidates


# Spelt out: a list would be written into the statement anew each time.
_SPOKEN = (
    sa.select(Message.kind, Message.asks, Message.due_at, Message.occurrence_id, Message.text)
    .where(
        Message.patient_id == sa.bindparam("patient"),
        sa.or_(*(Message.kind == kind for kind in SPOKEN)),
        sa.or_(*(Message.state == state for state in SAID)),
        Message.due_at > sa.bindparam("since"),
        Message.due_at <= sa.bindparam("until"),
    )
    .order_by(Message.due_at.desc(), Message.id.desc())
    .limit(OURS_KEPT)
)
_ASKED = (
    sa.select(Message.id)
    .where(
        Message.occurrence_id == sa.bindparam("occurrence"),
        Message.asks == sa.bindparam("question"),
        Message.reply_id != sa.bindparam("reply"),
    )
    .limit(1)
)
