"""What became of a text whose receipt never came?

A receipt may get lost on its way to us. So the provider is asked, less and less often, until the
text is delivered or not, or so old that nobody waits for the answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from reminders.channels import Refused, Unknown
from reminders.outbox.post import Post, Round
from reminders.outbox.receipts import receive_receipt
from reminders.store.conversation import Attempt, Message, Try
from reminders.store.db import db_now, transaction
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
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Silent:
    """An attempt that nobody told us the end of."""

    public_id: str
    provider_id: str


def chase_receipts(post: Post, now: datetime) -> int:
    """Ask the provider about texts whose end is overdue; returns how many were asked about."""
    this_round = Round.of(post, now)
    asked = 0
    while (silent := _next_silent(post)) is not None:
        _ask(post, silent, now)
        asked += 1
        if this_round.over:
            break
    return asked


def _next_silent(post: Post) -> _Silent | None:
    """Take one whose turn it is; counted as asked at once, it is no other clock's."""
    with transaction(post.sessions) as session:
        db_time = db_now(session)
        overdue = (
            sa.and_(Attempt.looks == looks, Attempt.started_at <= db_time - age)
            for looks, age in enumerate(ASKED_AFTER)
        )
        attempt = session.scalar(
            sa.select(Attempt)
            .join(Attempt.message)
            .where(
                Attempt.state.in_((Try.ACCEPTED, Try.SENT)),
                Attempt.started_at > db_time - GIVEN_UP_AFTER,
                Attempt.provider_id.is_not(None),
                Message.medium == Medium.TEXT,
                sa.or_(*overdue),
            )
            .limit(1)
            .with_for_update(skip_locked=True, of=Attempt)
        )
        if attempt is None or attempt.provider_id is None:
            return None
        attempt.looks += 1
        return _Silent(attempt.public_id, attempt.provider_id)


def _ask(post: Post, silent: _Silent, now: datetime) -> None:
    try:
        event = post.texts.status(silent.provider_id)
    except (Refused, Unknown) as fault:
        log.warning("receipt_not_told", attempt=silent.public_id, code=fault.code)
        return
    with transaction(post.sessions) as session:
        receive_receipt(session, silent.public_id, event, now)
