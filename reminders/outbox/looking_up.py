"""Was a message of unknown fate taken by the provider?

An attempt that never came back is not sent again: after a settle time the provider's own list is
asked for its marker, twice; found means accepted, not found twice means one new attempt in time.
Where a process died, many are in doubt at once: one list of their sender's latest texts finds most
of them, and only those it does not hold are asked about by their number.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, contains_eager

from reminders.channels import Reason, Refused, Sought, StatusEvent, Unknown
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.outbox.facts import lateness
from reminders.outbox.post import Post, Round
from reminders.outbox.settling import accept, doubt, miss_unconfirmed, taken
from reminders.store.conversation import Attempt, Link, Message, State, Try, move, move_attempt
from reminders.store.db import db_now, reading, transaction
from reminders.store.moving import move_all
from reminders.store.people import Medium, Sender

LOOKS = 2
AT_ONCE = 500
# From how many in doubt one list of a sender's texts costs less than a list of each number.
CROWD = 4
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
    sought: Sought


def settle_unknown(post: Post, now: datetime) -> int:
    """Free expired claims and settle attempts of unknown fate; returns how often it had to ask."""
    this_round = Round.of(post, now)
    with transaction(post.sessions) as session:
        _free_expired(session, now)
        began_at = db_now(session)
    asked = 0
    for sender, questions in _crowds(post, began_at):
        asked += 1
        if not _ask_together(post, sender, questions, now) or this_round.over:
            return asked
    while (question := _next_question(post, began_at)) is not None:
        asked += 1
        if not _ask(post, question, now) or this_round.over:
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


def _crowds(post: Post, began_at: datetime) -> list[tuple[str, Sequence[_Question]]]:
    """What nobody has looked for yet, by sender, where there is much of it."""
    settled = began_at - timedelta(seconds=post.settings.settle_seconds)
    with reading(post.sessions) as session:
        rows = session.execute(
            sa.select(Attempt.id, Attempt.started_at, Message.id, Message.address, Link, Sender)
            .join(Attempt.message)
            .join(Link, Link.id == Message.link_id)
            .join(Sender, Sender.id == Message.sender_id)
            .where(*_in_doubt(settled), Attempt.looked_at.is_(None))
            .order_by(Sender.id, Attempt.started_at)
            .limit(AT_ONCE)
        ).all()
    secret = post.settings.secret_key.get_secret_value()
    crowds = defaultdict(list)
    for attempt_id, since, message_id, to, link, sender in rows:
        sought = Sought(to or "", since, link.token(secret))
        crowds[sender.address].append(_Question(attempt_id, message_id, sought))
    return [(sender, crowd) for sender, crowd in crowds.items() if len(crowd) >= CROWD]


def _ask_together(post: Post, sender: str, questions: Sequence[_Question], now: datetime) -> bool:
    """Settle those that one list holds; False if the provider is to be left alone for a while."""
    try:
        found = post.texts.look_through(sender, [question.sought for question in questions])
    except (Refused, Unknown) as fault:
        log.warning("look_through_failed", attempts=len(questions), code=fault.code)
        if not _too_busy(fault):
            return True
        for question in questions:
            with transaction(post.sessions) as session:
                _wait_on(session, post.settings, question, now)
        return False
    for question, event in zip(questions, found, strict=True):
        if event is not None:
            with transaction(post.sessions) as session:
                _settled(session, question, event, now)
    return True


def _next_question(post: Post, began_at: datetime) -> _Question | None:
    """Take the attempt longest in doubt; marked as looked at, it is no other clock's until then."""
    settled = began_at - timedelta(seconds=post.settings.settle_seconds)
    again = began_at - timedelta(seconds=post.settings.settle_again_seconds)
    with transaction(post.sessions) as session:
        attempt = session.scalar(
            sa.select(Attempt)
            .join(Attempt.message)
            .where(
                *_in_doubt(settled),
                sa.or_(Attempt.looked_at.is_(None), Attempt.looked_at < again),
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


def _in_doubt(settled: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Attempt.state == Try.UNKNOWN, Attempt.ended_at <= settled, Message.medium == Medium.TEXT


def _question(session: Session, settings: Settings, attempt: Attempt) -> _Question:
    message = attempt.message
    marker = message.text or ""
    if message.link_id is not None:
        secret = settings.secret_key.get_secret_value()
        marker = session.get_one(Link, message.link_id).token(secret)
    sought = Sought(message.address or "", attempt.started_at, marker)
    return _Question(attempt.id, message.id, sought)


def _ask(post: Post, question: _Question, now: datetime) -> bool:
    """Look for one; False if the provider is to be left alone for a while."""
    try:
        found = post.texts.look_up(question.sought)
    except (Refused, Unknown) as fault:
        log.warning("look_up_failed", attempt=question.attempt_id, code=fault.code)
        with transaction(post.sessions) as session:
            _wait_on(session, post.settings, question, now)
        return not _too_busy(fault)
    with transaction(post.sessions) as session:
        _conclude(session, post.settings, question, found, now)
    return True


def _too_busy(fault: Refused | Unknown) -> bool:
    return isinstance(fault, Refused) and fault.reason is Reason.TOO_BUSY


def _conclude(
    session: Session,
    settings: Settings,
    question: _Question,
    found: StatusEvent | None,
    now: datetime,
) -> None:
    if _settled(session, question, found, now):
        return
    message, attempt = _locked(session, question)
    attempt.looks += 1
    if attempt.looks >= LOOKS:
        _give_up(session, settings, message, attempt, now)


def _settled(
    session: Session, question: _Question, found: StatusEvent | None, now: datetime
) -> bool:
    """Take what was found for the text in doubt; True if there is no doubt any more."""
    message, attempt = _locked(session, question)
    if attempt.state is not Try.UNKNOWN:
        return True
    # The text of another attempt, word for word the same, is no sign of this one.
    if found is None or taken(session, found.provider_id):
        return False
    accept(session, message, attempt, found.provider_id, now)
    return True


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
