"""Which waiting message may leave now, and as what?

One transaction locks a message, asks the gate, writes text, address and link from the state of
this moment, and commits the attempt: only then is the network touched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Leave, Never, Outcome, Reason, Wait, decide
from reminders.outbox.composing import compose, sender_of
from reminders.outbox.excusing import EXCUSES, exclude
from reminders.outbox.facts import facts_of, said_lately
from reminders.outbox.settling import not_told, set_aside
from reminders.store.conversation import Attempt, Message, State, move
from reminders.store.db import db_now
from reminders.store.people import Medium, Sender, new_key

# Somebody waits for these: they go before everything else that is due.
AWAITED = (Kind.SAFETY, Kind.OPT_OUT, Kind.ANSWER, Kind.LINK, Kind.STAFF)
_STATES = {
    Outcome.WITHHELD: State.WITHHELD,
    Outcome.MISSED: State.MISSED,
    Outcome.WITHDRAWN: State.WITHDRAWN,
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A message on its way out: everything the network part needs, and no row."""

    message_id: int
    attempt_id: int
    kind: Kind
    medium: Medium
    outgoing: Outgoing


def count_due(session: Session, now: datetime, most: int, *only: sa.ColumnElement[bool]) -> int:
    """How many messages wait for a seat, counted up to so many."""
    due = _due(now, *only).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(due)) or 0


def next_due(session: Session, now: datetime, *only: sa.ColumnElement[bool]) -> int | None:
    """Lock the message that has waited longest; those in other hands are passed over."""
    # Not by id as well: a crowd due at one moment would be sorted anew for each of them.
    longest = _due(now, *only).order_by(Message.ready_at).limit(1)
    return session.scalar(longest.with_for_update(skip_locked=True))


def _due(now: datetime, *only: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(Message.id).where(Message.state == State.DUE, Message.ready_at <= now, *only)


def admit(session: Session, settings: Settings, message_id: int, now: datetime) -> Claimed | None:
    """Claim a locked message if it may leave; else it waits or ends, and the row says why.

    A message that cannot even be judged is set aside: its neighbours must not wait for it.
    """
    try:
        with session.begin_nested():
            return _admit(session, settings, session.get_one(Message, message_id), now)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the message's
    except Exception:
        log.exception("message_set_aside", message=message_id)
        set_aside(session, message_id, now)
        return None


def _admit(session: Session, settings: Settings, message: Message, now: datetime) -> Claimed | None:
    sender = sender_of(session, message)
    verdict = decide(facts_of(session, settings, message, sender, now), now)
    match verdict:
        case Never(outcome, reason):
            _end(session, message, _STATES[outcome], reason, now)
            return None
        case Wait(at, reason):
            message.ready_at, message.reason = at, reason
            return None
        case Leave(until):
            assert sender is not None
            return _claim(session, settings, message, sender, now, until)


def _claim(
    session: Session,
    settings: Settings,
    message: Message,
    sender: Sender,
    now: datetime,
    until: datetime,
) -> Claimed | None:
    outgoing = compose(session, settings, message, sender, now, until, new_key())
    if said_lately(session, message, outgoing, now):
        _end(session, message, State.WITHHELD, Reason.REPEATED, now)
        return None
    started_at = db_now(session)
    claimed = move(
        session,
        message.id,
        State.CLAIMED,
        lease_until=started_at + timedelta(seconds=settings.lease_seconds),
        attempts=message.attempts + 1,
        sender_id=sender.id,
        address=outgoing.to,
        address_index=outgoing.to,
        text=outgoing.text,
    )
    if not claimed:
        return None
    attempt = Attempt(
        clinic_id=message.clinic_id,
        message_id=message.id,
        public_id=outgoing.attempt_id,
        number=message.attempts,
        started_at=started_at,
    )
    session.add(attempt)
    session.flush()
    return Claimed(message.id, attempt.id, message.kind, message.medium, outgoing)


def _end(session: Session, message: Message, state: State, reason: Reason, now: datetime) -> None:
    move(session, message.id, state, reason=reason, ended_at=now)
    exclude(session, (message.id,), EXCUSES.get(reason, Excuse.WITHHELD))
    if reason is not Reason.REPEATED:
        not_told(session, message.id)
