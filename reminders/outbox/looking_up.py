"""Was a message of unknown fate taken by the provider?

An attempt that never came back is not sent again: after a settle time the provider's own list is
asked for its marker, twice; found means accepted, not found twice means one new attempt in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders.channels import Refused, StatusEvent, Unknown
from reminders.core.gate import LATENESS, Kind
from reminders.outbox.sending import Post
from reminders.outbox.settling import accept, miss_unconfirmed
from reminders.store.conversation import Attempt, Link, Message, State, Try, move, move_attempt
from reminders.store.db import db_now, transaction
from reminders.store.people import Medium

LOOKS = 2
AT_ONCE = 50
RESENDABLE = frozenset({Kind.REMINDER, Kind.NUDGE, Kind.LATER, Kind.WELCOME, Kind.NOTE, Kind.LINK})
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Doubt:
    attempt_id: int
    to: str
    since: datetime
    marker: str


def settle_unknown(post: Post, now: datetime) -> int:
    """Free expired claims and settle attempts of unknown fate; returns how many were looked up."""
    with transaction(post.sessions) as session:
        _free_expired(session, now)
        doubts = _doubts(session, post)
    for doubt in doubts:
        try:
            found = post.texts.look_up(doubt.to, doubt.since, doubt.marker)
        except (Refused, Unknown):
            log.warning("look_up_failed", attempt=doubt.attempt_id)
            continue
        with transaction(post.sessions) as session:
            _conclude(session, doubt, found, now)
    return len(doubts)


def _free_expired(session: Session, now: datetime) -> None:
    """A claim whose lease ended goes back if nothing was started, else its attempt is unknown."""
    db_time = db_now(session)
    expired = session.scalars(
        sa.select(Message)
        .where(Message.state == State.CLAIMED, Message.lease_until < db_time)
        .with_for_update(skip_locked=True, of=Message)
        .limit(AT_ONCE * 10)
    ).all()
    for message in expired:
        attempt = _last_attempt(session, message)
        if attempt is None or attempt.state is Try.REFUSED:
            move(session, message.id, State.DUE, lease_until=None)
        elif attempt.state is Try.STARTED:
            move_attempt(session, attempt.id, Try.UNKNOWN)
            if message.medium is Medium.EMAIL:
                miss_unconfirmed(session, message, attempt.id, now)


def _last_attempt(session: Session, message: Message) -> Attempt | None:
    return session.scalar(
        sa.select(Attempt)
        .where(Attempt.message_id == message.id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def _doubts(session: Session, post: Post) -> Sequence[_Doubt]:
    settings, db_time = post.settings, db_now(session)
    settled = db_time - timedelta(seconds=settings.settle_seconds)
    again = db_time - timedelta(seconds=settings.settle_again_seconds)
    attempts = session.scalars(
        sa.select(Attempt)
        .join(Message)
        .where(
            Attempt.state == Try.UNKNOWN,
            Attempt.started_at <= settled,
            sa.or_(Attempt.looked_at.is_(None), Attempt.looked_at <= again),
            Message.medium == Medium.TEXT,
        )
        .order_by(Attempt.started_at)
        .limit(AT_ONCE)
    ).all()
    return [_doubt(session, post, attempt) for attempt in attempts]


def _doubt(session: Session, post: Post, attempt: Attempt) -> _Doubt:
    message = attempt.message
    marker = message.text or ""
    if message.link_id is not None:
        secret = post.settings.secret_key.get_secret_value()
        marker = session.get_one(Link, message.link_id).token(secret)
    return _Doubt(attempt.id, message.address or "", attempt.started_at, marker)


def _conclude(session: Session, doubt: _Doubt, found: StatusEvent | None, now: datetime) -> None:
    attempt = session.get_one(Attempt, doubt.attempt_id, with_for_update=True)
    message = session.get_one(Message, attempt.message_id, with_for_update=True)
    if attempt.state is not Try.UNKNOWN:
        return
    attempt.looks += 1
    attempt.looked_at = db_now(session)
    if found is not None:
        accept(session, message, attempt.id, found.provider_id, now)
    elif attempt.looks >= LOOKS:
        _give_up(session, message, attempt, now)


def _give_up(session: Session, message: Message, attempt: Attempt, now: datetime) -> None:
    session.flush()
    in_time = now <= message.due_at + LATENESS[message.kind]
    if message.kind in RESENDABLE and in_time:
        move_attempt(session, attempt.id, Try.LOST, ended_at=now)
        move(session, message.id, State.DUE, ready_at=now, lease_until=None)
    else:
        miss_unconfirmed(session, message, attempt.id, now)
