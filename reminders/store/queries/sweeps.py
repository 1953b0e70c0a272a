"""What lies longer than it should, and how does the service run: figures without names?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.store.audit import JobEvent
from reminders.store.conversation import Attempt, Message, Reply, State, Try
from reminders.store.people import Medium
from reminders.store.plans import Routine
from reminders.store.record import Alert, Hold

# What a tick has not had the time for is not late yet.
A_MOMENT: Final = timedelta(minutes=1)
RECEIPT_DUE: Final = timedelta(hours=1)
RECEIPT_GIVEN_UP: Final = timedelta(hours=72)
TODAY: Final = timedelta(hours=24)
_TAKEN: Final = (Try.ACCEPTED, Try.SENT, Try.DELIVERED)

Finder = Callable[[datetime, datetime], sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of thing that should not lie about: how many do, and how long the oldest has."""

    name: str
    count: int
    oldest_seconds: float


def sweeps(session: Session, now: datetime, db_time: datetime) -> tuple[Sweep, ...]:
    """Every sweep; `db_time` judges what the database's clock has stamped."""
    return tuple(_swept(session, name, find(now, db_time)) for name, find in _SWEEPS.items())


def _swept(session: Session, name: str, query: sa.Select[Any]) -> Sweep:
    count, oldest, moment = session.execute(query).one()
    age = (moment - oldest).total_seconds() if oldest is not None else 0.0
    return Sweep(name, count, max(0.0, age))


def _older(since: Any, moment: datetime, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """How many, since when the oldest, and by which clock."""
    judged_by = sa.literal(moment, since.type)
    return sa.select(sa.func.count(), sa.func.min(since), judged_by).where(*where)


def _unread_replies(now: datetime, _db_time: datetime) -> sa.Select[Any]:
    return _older(Reply.received_at, now, Reply.read_at.is_(None))


def _overdue_messages(now: datetime, _db_time: datetime) -> sa.Select[Any]:
    overdue = Message.ready_at < now - A_MOMENT
    return _older(Message.ready_at, now, Message.state == State.DUE, overdue)


def _overdue_routines(now: datetime, _db_time: datetime) -> sa.Select[Any]:
    return _older(Routine.next_due_at, now, Routine.next_due_at < now - A_MOMENT)


def _expired_claims(_now: datetime, db_time: datetime) -> sa.Select[Any]:
    expired = Message.lease_until < db_time
    return _older(Message.lease_until, db_time, Message.state == State.CLAIMED, expired)


def _unknown_attempts(_now: datetime, db_time: datetime) -> sa.Select[Any]:
    return _older(Attempt.started_at, db_time, Attempt.state == Try.UNKNOWN)


def _missing_receipts(_now: datetime, db_time: datetime) -> sa.Select[Any]:
    """Texts alone: a mail server says nothing once it has taken a letter."""
    query = _older(
        Attempt.started_at,
        db_time,
        Attempt.state.in_((Try.ACCEPTED, Try.SENT)),
        Attempt.started_at.between(db_time - RECEIPT_GIVEN_UP, db_time - RECEIPT_DUE),
        Message.medium == Medium.TEXT,
    )
    return query.join(Attempt.message)


def _unacknowledged_safety(now: datetime, _db_time: datetime) -> sa.Select[Any]:
    return _older(
        Alert.opened_at,
        now,
        Alert.kind == AlertKind.SAFETY,
        Alert.acknowledged_at.is_(None),
        Alert.resolved_at.is_(None),
    )


def _untold_safety(now: datetime, _db_time: datetime) -> sa.Select[Any]:
    """Nobody of the clinic could be written to, or no letter of it has left yet."""
    left = sa.exists().where(
        Message.alert_id == Alert.id, Message.state.in_((State.SENT, State.DELIVERED))
    )
    return _older(
        Alert.opened_at,
        now,
        Alert.kind == AlertKind.SAFETY,
        Alert.resolved_at.is_(None),
        Alert.acknowledged_at.is_(None),
        ~left,
    )


def _doubled(_now: datetime, db_time: datetime) -> sa.Select[Any]:
    """Two attempts of one message that the provider took: it must stay at nothing."""
    twice = (
        sa.select(Attempt.message_id, sa.func.min(Attempt.started_at).label("since"))
        .where(Attempt.state.in_(_TAKEN), Attempt.started_at > db_time - TODAY)
        .join(Attempt.message)
        .where(Message.kind != Kind.SAFETY)
        .group_by(Attempt.message_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return _older(twice.c.since, db_time).select_from(twice)


_SWEEPS: Final[dict[str, Finder]] = {
    "unread_replies": _unread_replies,
    "overdue_messages": _overdue_messages,
    "overdue_routines": _overdue_routines,
    "expired_claims": _expired_claims,
    "unknown_attempts": _unknown_attempts,
    "missing_receipts": _missing_receipts,
    "unacknowledged_safety_alerts": _unacknowledged_safety,
    "untold_safety_alerts": _untold_safety,
    "doubled_messages": _doubled,
}


def messages_today(session: Session, now: datetime) -> tuple[tuple[Kind, State, int], ...]:
    """How many messages of the last day stand in which state."""
    rows = session.execute(
        sa.select(Message.kind, Message.state, sa.func.count())
        .where(Message.state.in_(list(State)), Message.ready_at.between(now - TODAY, now))
        .group_by(Message.kind, Message.state)
    )
    return tuple((kind, state, count) for kind, state, count in rows)


def job_events(session: Session) -> tuple[tuple[str, str, int], ...]:
    """How often each job failed, was missed or was still running."""
    rows = session.execute(sa.select(JobEvent.job, JobEvent.event, JobEvent.times))
    return tuple((job, event, times) for job, event, times in rows)


def standing_holds(session: Session) -> int:
    """How many stops nobody has released."""
    query = sa.select(sa.func.count()).select_from(Hold).where(Hold.released_at.is_(None))
    return session.scalar(query) or 0
