"""What became of a text whose receipt never came?

A receipt may get lost on its way to us. So the provider is asked, less and less often, until the
text is delivered or not, or so old that nobody waits for the answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders.channels import Refused, Unknown
from reminders.outbox.post import Post, Round
from reminders.outbox.receipts import receive_receipt
from reminders.store.conversation import Attempt, Message, Try
from reminders.store.db import db_now, reading, transaction
from reminders.store.people import Medium

# How old an attempt is when it is asked about for the first time, the second, and so on.
ASKED_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=71),
)
GIVEN_UP_AFTER = timedelta(hours=72)
UNENDED = (Try.ACCEPTED, Try.SENT)
AT_ONCE = 500
AT_A_STRETCH = 10.0  # seconds; SIGTERM waits no longer
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Silent:
    """An attempt that nobody told us the end of, and how often it was asked about or is now."""

    attempt_id: int
    public_id: str
    provider_id: str
    looks: int
    turn: int


def chase_receipts(post: Post, now: datetime) -> int:
    """Ask the provider about texts whose end is overdue; returns how many were asked about."""
    this_round = Round(now, AT_A_STRETCH)
    asked = 0
    for silent in _overdue(post):
        if not _take(post, silent):
            continue
        asked += 1
        if not _ask(post, silent, now) or this_round.over:
            break
    return asked


def _overdue(post: Post) -> list[_Silent]:
    """Those whose turn it is, the oldest first; who missed a turn is not asked about twice."""
    with reading(post.sessions) as session:
        db_time = db_now(session)
        turns = [db_time - age for age in ASKED_AFTER]
        turn = sa.case(
            *((Attempt.started_at <= moment, n) for n, moment in reversed([*enumerate(turns, 1)])),
            else_=0,
        )
        rows = session.execute(
            sa.select(Attempt.id, Attempt.public_id, Attempt.provider_id, Attempt.looks, turn)
            .join(Attempt.message)
            .where(
                Attempt.state.in_(UNENDED),
                Attempt.started_at.between(db_time - GIVEN_UP_AFTER, turns[0]),
                Attempt.provider_id.is_not(None),
                Attempt.looks < turn,
                Message.medium == Medium.TEXT,
            )
            .order_by(Attempt.started_at, Attempt.id)
            .limit(AT_ONCE)
        )
        return [_Silent(*row) for row in rows]


def _take(post: Post, silent: _Silent) -> bool:
    """Count it as asked before it is: no other clock asks, and what fails is not first again."""
    with transaction(post.sessions) as session:
        return _count(session, silent, before=silent.looks, after=silent.turn)


def _ask(post: Post, silent: _Silent, now: datetime) -> bool:
    """Learn what became of it; False if the provider is to be left alone for a while."""
    try:
        event = post.texts.status(silent.provider_id)
    except (Refused, Unknown) as fault:
        log.warning("receipt_not_told", attempt=silent.public_id, code=fault.code)
        if isinstance(fault, Unknown) or fault.permanent:
            return True
        with transaction(post.sessions) as session:
            _count(session, silent, before=silent.turn, after=silent.looks)
        return False
    with transaction(post.sessions) as session:
        receive_receipt(session, silent.public_id, event, now)
    return True


def _count(session: Session, silent: _Silent, *, before: int, after: int) -> bool:
    counted = session.execute(
        sa.update(Attempt)
        .where(Attempt.id == silent.attempt_id, Attempt.state.in_(UNENDED), Attempt.looks == before)
        .values(looks=after)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(counted, sa.CursorResult)
    return counted.rowcount == 1
