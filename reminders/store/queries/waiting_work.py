"""Is there anything at all for a tick to do?

One statement, from indexes alone: a clock that has nothing to do asks once and does nothing. It
may say yes too often, never too seldom; what there is to do, each river finds out for itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.audit import Heartbeat
from reminders.store.conversation import Attempt, Message, Receipt, Reply, State, Try
from reminders.store.db import UTCDateTime, db_now
from reminders.store.plans import Routine
from reminders.store.record import OPEN_SAFETY, Alert
from reminders.store.spelling import ONE
from reminders.store.statements import run


@dataclass(frozen=True, slots=True)
class Work:
    """What a tick finds: for which of its steps there may be something, and its own last beat.

    `beat_at` and `db_time` are told by the database's clock.
    """

    replies: bool
    routines: bool
    receipts: bool
    in_doubt: bool
    alerts: bool
    letters: bool
    beat_at: datetime | None
    db_time: datetime

    @property
    def anything(self) -> bool:
        """Whether a letter may have to leave, now or by what one of the steps will write."""
        steps = (self.replies, self.routines, self.receipts, self.in_doubt, self.alerts)
        return self.letters or any(steps)


def _work(db_time: sa.ColumnElement[datetime]) -> sa.Select[*tuple[Any, ...]]:
    replies = sa.select(Reply.id).where(Reply.read_at.is_(None)).order_by(Reply.read_at)
    routines = sa.select(Routine.id).where(Routine.next_due_at <= sa.bindparam("ahead"))
    receipts = sa.select(Receipt.id).where(Receipt.applied_at.is_(None)).order_by(Receipt.id)
    # A crowd on its way is claimed for minutes on end: only a lease that is over is in doubt.
    expired = _of(State.CLAIMED).where(Message.lease_until < db_time)
    unknown = sa.select(Attempt.id).where(Attempt.state == Try.UNKNOWN)
    alerts = sa.select(Alert.id).where(OPEN_SAFETY).order_by(Alert.told_at)
    letters = _of(State.DUE).where(Message.ready_at <= sa.bindparam("now", type_=UTCDateTime()))
    beat_at = sa.select(Heartbeat.beat_at).where(Heartbeat.name == sa.bindparam("clock"))
    return sa.select(
        _any(replies),
        _any(routines.order_by(Routine.next_due_at)),
        _any(receipts),
        sa.or_(_any(expired), _any(unknown.order_by(Attempt.started_at))),
        _any(alerts),
        _any(letters),
        beat_at.scalar_subquery(),
        db_time,
    )


def _of(state: State) -> sa.Select[int]:
    return sa.select(Message.id).where(Message.state == state).order_by(Message.ready_at)


def _any(first: sa.Select[int]) -> sa.ColumnElement[bool]:
    """Whether there is a first one, by the order of an index.

    Not "exists": with values it does not know yet, PostgreSQL takes such rows for common and reads
    the table until it meets one, which may be all of it.
    """
    return first.limit(ONE).scalar_subquery().is_not(None)


_BY_ITS_CLOCK = _work(sa.func.clock_timestamp(type_=UTCDateTime()))
_BY_OUR_CLOCK = _work(sa.bindparam("db_time", type_=UTCDateTime()))


def waiting_work(session: Session, *, clock: str, now: datetime, ahead: datetime) -> Work:
    """What there is to do now, or to plan up to a moment `ahead`, for the clock of this name."""
    asked = {"clock": clock, "now": now, "ahead": ahead}
    if session.get_bind().dialect.name == "sqlite":
        return Work(*run(session, _BY_OUR_CLOCK, **asked, db_time=db_now(session)).one())
    return Work(*run(session, _BY_ITS_CLOCK, **asked).one())
