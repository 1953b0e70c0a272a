"""What have we said lately, and what did we ask?"""

import json
from collections.abc import Sequence
from itertools import islice, takewhile

import sqlalchemy as sa

from reminders.core import schedule
from reminders.core.gate import Kind
from reminders.core.replies import Asked
from reminders.inbox.case import WHO_KEPT, Case, Heard, heard
from reminders.inbox.people import REMINDING, Person, Spoken
from reminders.store.conversation import Message, Reply

OURS_KEPT = 5


def spoken_to(case: Case, patient: Person) -> Sequence[Spoken]:
    """What we said to this patient lately, newest first."""
    within = takewhile(lambda one: one.due_at > case.since, patient.told)
    return tuple(islice(within, OURS_KEPT))


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


_ASKED = (
    sa.select(Message.id)
    .where(
        Message.occurrence_id == sa.bindparam("occurrence"),
        Message.asks == sa.bindparam("question"),
        Message.reply_id != sa.bindparam("reply"),
    )
    .limit(1)
)
