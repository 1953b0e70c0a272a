"""Which waiting messages may leave now, and as what?

One transaction claims a message, asks the gate, writes text, address and link from the state of
this moment, and commits the attempt: only then is the network touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Leave, Never, Outcome, Reason, Wait, decide
from reminders.outbox.composing import compose, sender_of
from reminders.outbox.facts import facts_of, said_lately
from reminders.store.conversation import Attempt, Message, State, move
from reminders.store.db import db_now
from reminders.store.people import Medium, Sender, new_key
from reminders.store.record import Occurrence

EXCUSES = {
    Reason.PAUSED: Excuse.PAUSED,
    Reason.SAFETY: Excuse.SAFETY,
    Reason.SUPPRESSED: Excuse.OPTED_OUT,
    Reason.LATE: Excuse.MISSED,
    Reason.WINDOW: Excuse.MISSED,
}
_STATES = {
    Outcome.WITHHELD: State.WITHHELD,
    Outcome.MISSED: State.MISSED,
    Outcome.WITHDRAWN: State.WITHDRAWN,
}


@dataclass(frozen=True)
class Claimed:
    """A message on its way out: everything the network part needs, and no row."""

    message_id: int
    attempt_id: int
    number: int
    kind: Kind
    medium: Medium
    outgoing: Outgoing


def claim(
    session: Session, settings: Settings, now: datetime, *, limit: int, only: Sequence[int] = ()
) -> tuple[list[Claimed], int]:
    """Claim up to `limit` due messages (or those named); returns what may leave, and the count."""
    lease_until = db_now(session) + timedelta(seconds=settings.lease_seconds)
    due = (
        sa.select(Message)
        .where(Message.state == State.DUE, Message.ready_at <= now)
        .order_by(Message.ready_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
    )
    if only:
        due = due.where(Message.id.in_(only))
    messages = session.scalars(due).all()
    leaving = [
        claimed
        for message in messages
        if move(session, message.id, State.CLAIMED, lease_until=lease_until)
        and (claimed := _admit(session, settings, message, now)) is not None
    ]
    return leaving, len(messages)


def _admit(session: Session, settings: Settings, message: Message, now: datetime) -> Claimed | None:
    sender = sender_of(session, message)
    verdict = decide(facts_of(session, settings, message, sender, now), now)
    match verdict:
        case Never(outcome, reason):
            _end(session, message, _STATES[outcome], reason, now)
            return None
        case Wait(at, reason):
            move(session, message.id, State.DUE, ready_at=at, reason=reason, lease_until=None)
            return None
        case Leave(until):
            assert sender is not None
            return _start(session, settings, message, sender, now, until)


def _start(
    session: Session,
    settings: Settings,
    message: Message,
    sender: Sender,
    now: datetime,
    until: datetime,
) -> Claimed | None:
    public_id = new_key()
    outgoing = compose(session, settings, message, sender, now, until, public_id)
    message.text, message.sender_id = outgoing.text, sender.id
    message.address = message.address_index = outgoing.to  # type: ignore[assignment]
    if said_lately(session, message, now):
        _end(session, message, State.WITHHELD, Reason.REPEATED, now)
        return None
    message.attempts += 1
    attempt = Attempt(
        clinic_id=message.clinic_id,
        message_id=message.id,
        public_id=public_id,
        number=message.attempts,
        started_at=db_now(session),
    )
    session.add(attempt)
    session.flush()
    return Claimed(message.id, attempt.id, attempt.number, message.kind, message.medium, outgoing)


def _end(session: Session, message: Message, state: State, reason: Reason, now: datetime) -> None:
    move(session, message.id, state, reason=reason, ended_at=now, lease_until=None)
    excuse = EXCUSES.get(reason, Excuse.WITHHELD)
    if message.kind is not Kind.REMINDER or reason is Reason.LOGGED:
        return
    for occurrence in session.scalars(
        sa.select(Occurrence).where(Occurrence.message_id == message.id)
    ):
        occurrence.exclude(excuse)
