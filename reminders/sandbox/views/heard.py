"""Which replies came in, how were they read, and what was answered?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import Mark
from reminders.core.gate import Kind
from reminders.core.replies import Intent
from reminders.inbox.explaining import explained
from reminders.sandbox.views.news import KEPT, Desk, Item
from reminders.store.conversation import Door, Fate, Message, Reply, State
from reminders.store.record import LogEntry

_MEANT = {
    Intent.LATER: "later, please",
    Intent.PAIN: "pain without a number",
    Intent.STOP: "no more texts, please",
    Intent.START: "texts again, please",
    Intent.HELP: "asks for help",
    Intent.MESSAGE: "wrote a message",
    Intent.CHATTER: "nothing to log",
    Intent.WRONG_NUMBER: "wrong number",
}
_STANDS = {
    State.DELIVERED: "Answer delivered",
    State.SENT: "Answer sent",
    State.DUE: "Answer on its way",
    State.CLAIMED: "Answer on its way",
    State.FAILED: "Answer not delivered",
}


def replies(desk: Desk) -> Iterator[Item]:
    """The latest replies; one that raised the safety alert stands there instead."""
    rows = desk.session.scalars(
        sa.select(Reply)
        .where(
            Reply.clinic_id == desk.clinic_id,
            Reply.received_at > desk.since,
            Reply.received_at <= desk.now,
        )
        .order_by(Reply.received_at.desc())
        .limit(KEPT)
    ).all()
    ids = [reply.id for reply in rows]
    entries, answers = _entries(desk.session, ids), _answers(desk.session, ids)
    for reply in rows:
        if Kind.SAFETY not in {answer.kind for answer in answers.get(reply.id, ())}:
            yield _item(desk, reply, entries.get(reply.id), answers.get(reply.id, ()))


def answered(answers: Sequence[Message], received_at: datetime, word: str = "Answer") -> str:
    """What became of the answer: "Answer delivered in 0.4 s."."""
    for answer in answers:
        if answer.state in _STANDS:
            said = _STANDS[answer.state].replace("Answer", word)
            ended = answer.state in (State.DELIVERED, State.SENT) and answer.ended_at is not None
            return f"{said}{_in_time(answer.ended_at, received_at) if ended else ''}."
    return ""


def _in_time(ended_at: datetime | None, received_at: datetime) -> str:
    if ended_at is None:
        return ""
    seconds = max((ended_at - received_at).total_seconds(), 0.1)
    return f" in {seconds:.1f} s" if seconds < 60 else ""


def _item(desk: Desk, reply: Reply, entry: LogEntry | None, answers: Sequence[Message]) -> Item:
    mark = Mark(entry.outcome.value) if entry is not None and entry.outcome is not None else None
    parts = (_from(reply), _waits(reply), answered(answers, reply.received_at))
    return Item(
        reply.received_at,
        f"{desk.name(reply.patient_id)}: {_meaning(reply, entry)}",
        " ".join(part for part in parts if part),
        mark,
    )


def _meaning(reply: Reply, entry: LogEntry | None) -> str:
    """What was understood: "done, pain 4"."""
    if reply.read_at is None:
        return "just in"
    if entry is None:
        return _MEANT.get(Intent(reply.intent), "a report") if reply.intent else "could not be read"
    pain = f"pain {entry.pain}" if entry.pain is not None else ""
    said = entry.outcome.value if entry.outcome is not None else ""
    return ", ".join(part for part in (said, pain) if part) or "a note"


def _from(reply: Reply) -> str:
    """Which words led there; on the page nothing is written, only tapped."""
    if reply.door is Door.PAGE:
        return f"On the page: “{reply.text}”." if reply.text else "Tapped on the page."
    why = explained(reply.why)
    if why is None or not why.spans or reply.fate is Fate.FOR_A_PERSON:
        return f"“{reply.text}”."
    begin, end = min(span.start for span in why.spans), max(span.end for span in why.spans)
    return f"Read from “{reply.text[begin:end]}”."


def _waits(reply: Reply) -> str:
    waiting = reply.fate is Fate.FOR_A_PERSON and reply.handled_at is None
    return "Waits for a person." if waiting else ""


def _entries(session: Session, ids: Sequence[int]) -> Mapping[int, LogEntry]:
    rows = session.scalars(sa.select(LogEntry).where(LogEntry.reply_id.in_(ids)))
    return {row.reply_id: row for row in rows if row.reply_id is not None}


def _answers(session: Session, ids: Sequence[int]) -> Mapping[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    wanted = sa.select(Message).where(
        Message.reply_id.in_(ids), Message.kind.in_((Kind.ANSWER, Kind.OPT_OUT, Kind.SAFETY))
    )
    for row in session.scalars(wanted.order_by(Message.id)):
        found.setdefault(row.reply_id or 0, []).append(row)
    return found
