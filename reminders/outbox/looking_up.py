"""Was a message of unknown fate taken by the provider?

An attempt that never came back is not sent again: after a settle time the provider's own list is
asked for its marker, twice; found means accepted, not found twice means one new attempt in time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, contains_eager

from reminders.channels import Refused, StatusEvent, Unknown
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.outbox.facts import lateness
from reminders.outbox.post import Post, Round
from reminders.outbox.settling import accept, doubt, miss_unconfirmed, taken
from reminders.store.conversation import Attempt, Link, Message, State, Try, move, move_attempt
from reminders.store.db import db_now, transaction
from reminders.store.moving import move_all
from reminders.store.people import Medium

LOOKS = 2
AT_ONCE = 500
# How long a provider that cannot say keeps a message in doubt.
LONGEST_DOUBT = timedelta(hours=2)
# Told apart by their link, or never wrong to say again; an answer without one is not sent twice.
RESENDABLE = frozenset(
    {
        Kind.REMINDER,
        Kind.NUDGE,
        Kind.LATER,
        Kind.WELCOME,
        Kind.NOTE,
        Kind.FAREWELL,
        Kind.LINK,
        Kind.STAFF,
    }
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Question:
    """What the provider is asked about one attempt."""

    attempt_id: int
    message_id: int
    to: str
    since: datetime
    marker: str


def settle_unknown(post: Post, now: datetime) -> int:
    """Free expired claims and settle attempts of unknown fate; returns how many were looked up."""
    this_round = Round.of(post, now)
    with transaction(post.sessions) as session:
        _free_expired(session, now)
        began_at = db_now(session)
    asked = 0
    while (question := _next_question(post, began_at)) is not None:
        _ask(post, question, now)
        asked += 1
        if this_round.over:
            break
    return asked


def _free_expired(session: Session, now: datetime) -> None:
    """Take back claims whose lease has ended, of a process that died or stands still.

    Without an attempt nothing touched the network, and another may claim; an attempt of which
    there is no word may or may not have been taken.
    """
    expired = session.execute(
        sa.select(Message, Attempt)
        .outerjoin(
            Attempt, sa.and_(Attempt.message_id == Message.id, Attempt.number == Message.attempts)
        )
        .where(Message.state == State.CLAIMED, Message.lease_until < db_now(session))
        .with_for_update(skip_locked=True, of=Message)
        .limit(AT_ONCE)
    ).all()
    unsent = [message.id for message, attempt in expired if attempt is None]
    if unsent:
        move_all(session, unsent, State.DUE, lease_until=None)
    for message, attempt in expired:
        if attempt is not None and attempt.state is Try.STARTED:
            doubt(session, message, attempt, now)


def _next_question(post: Post, began_at: datetime) -> _Question | None:
    """Take the attempt longest in doubt; marked as looked at, it is no other clock's until then."""
    settled = began_at - timedelta(seconds=post.settings.settle_seconds)
    again = began_at - timedelta(seconds=post.settings.settle_again_seconds)
    with transaction(post.sessions) as session:
        attempt = session.scalar(
            sa.select(Attempt)
            .join(Attempt.message)
            .where(
                Attempt.state == Try.UNKNOWN,
                Attempt.ended_at <= settled,
                sa.or_(Attempt.looked_at.is_(None), Attempt.looked_at < again),
                Message.medium == Medium.TEXT,
            )
            .order_by(Attempt.started_at)
            .limit(1)
            .options(contains_eager(Attempt.message))
            .with_for_update(skip_locked=True, of=Attempt)
        )
        if attempt is None:
            return None
        attempt.looked_at = db_now(session)
        return _question(session, post.settings, attempt)


def _question(session: Session, settings: Settings, attempt: Attempt) -> _Question:
    message = attempt.message
    marker = message.text or ""
    if message.link_id is not None:
        secret = settings.secret_key.get_secret_value()
        marker = session.get_one(Link, message.link_id).token(secret)
    return _Question(attempt.id, message.id, message.address or "", attempt.started_at, marker)


def _ask(post: Post, question: _Question, now: datetime) -> None:
    try:
        found = post.texts.look_up(question.to, question.since, question.marker)
    except (Refused, Unknown) as fault:
        log.warning("look_up_failed", attempt=question.attempt_id, code=fault.code)
        with transaction(post.sessions) as session:
            _wait_on(session, post.settings, question, now)
        return
    with transaction(post.sessions) as session:
        _conclude(session, post.settings, question, found, now)


def _conclude(
    session: Session,
    settings: Settings,
    question: _Question,
    found: StatusEvent | None,
    now: datetime,
) -> None:
    message, attempt = _locked(session, question)
    if attempt.state is not Try.UNKNOWN:
        return
    # The text of another attempt, word for word the same, is no sign of this one.
    if found is not None and not taken(session, found.provider_id):
        accept(session, message, attempt, found.provider_id, now)
        return
    attempt.looks += 1
    if attempt.looks >= LOOKS:
        _give_up(session, settings, message, attempt, now)


def _wait_on(session: Session, settings: Settings, question: _Question, now: datetime) -> None:
    """A provider that cannot say is asked again, but not for ever."""
    message, attempt = _locked(session, question)
    patience = min(lateness(settings, message.kind), LONGEST_DOUBT)
    if attempt.state is Try.UNKNOWN and now > message.due_at + patience:
        miss_unconfirmed(session, message, attempt, now)


def _locked(session: Session, question: _Question) -> tuple[Message, Attempt]:
    message = session.get_one(Message, question.message_id, with_for_update=True)
    return message, session.get_one(Attempt, question.attempt_id)


def _give_up(
    session: Session, settings: Settings, message: Message, attempt: Attempt, now: datetime
) -> None:
    in_time = now <= message.due_at + lateness(settings, message.kind)
    if message.kind in RESENDABLE and in_time:
        move_attempt(session, attempt.id, Try.LOST, ended_at=now)
        move(session, message.id, State.DUE, ready_at=now, lease_until=None)
    else:
        miss_unconfirmed(session, message, attempt, now)
