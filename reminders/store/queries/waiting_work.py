"""Is there anything at all for a tick to do?

One statement, from indexes alone: a clock that has nothing to do asks once and does nothing. It
may say yes too often, never too seldom; what there is to do, each river finds out for itself.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.triage import AlertKind
from reminders.store.audit import Heartbeat
from reminders.store.conversation import Attempt, Message, Receipt, Reply, State, Try
from reminders.store.plans import Routine
from reminders.store.record import Alert
from reminders.store.statements import run


@dataclass(frozen=True, slots=True)
class Work:
    """What a tick finds: for which of its steps there may be something, and its own last beat."""

    replies: bool
    routines: bool
    receipts: bool
    in_doubt: bool
    alerts: bool
    beat_at: datetime | None


_WORK = sa.select(
    sa.exists().where(Reply.read_at.is_(None)),
    sa.exists().where(Routine.next_due_at <= sa.bindparam("ahead")),
    sa.exists().where(Receipt.applied_at.is_(None)),
    sa.or_(
        sa.exists().where(Message.state == State.CLAIMED),
        sa.exists().where(Attempt.state == Try.UNKNOWN),
    ),
    sa.exists().where(Alert.kind == AlertKind.SAFETY, Alert.resolved_at.is_(None)),
    sa.select(Heartbeat.beat_at).where(Heartbeat.name == sa.bindparam("clock")).scalar_subquery(),
)


def waiting_work(session: Session, *, clock: str, ahead: datetime) -> Work:
    """What there is to do up to a moment `ahead`, for the clock of this name."""
    return Work(*run(session, _WORK, clock=clock, ahead=ahead).one())
