"""What became of an attempt, and what follows for its message?"""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import (
    Accepted,
    Action,
    Refused,
    Status,
    StatusEvent,
    Unknown,
    Verdict,
    in_words,
)
from reminders.channels.mail import Bounce
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind, Urgency
from reminders.store.conversation import (
    Attempt,
    Message,
    Receipt,
    State,
    Try,
    move,
    move_attempt,
)
from reminders.store.db import insert_returning
from reminders.store.people import Medium, Sender, Source, Why, suppress
from reminders.store.record import Alert, Occurrence

FIRST_BACKOFF = timedelta(seconds=15)
SAFETY_TRIES = 2

Result = Accepted | Refused | Unknown


def settle(
    session: Session, message_id: int, attempt_id: int, result: Result, now: datetime
) -> None:
    """Write down what the network call came to; a receipt that was faster stays the truth."""
    message = session.get_one(Message, message_id, with_for_update=True)
    match result:
        case Accepted():
            accept(session, message, attempt_id, result.provider_id, now)
            message.segments = result.segments
        case Refused():
            _refuse(session, message, attempt_id, result, now)
        case Unknown():
            _doubt(session, message, attempt_id, now)


def accept(
    session: Session, message: Message, attempt_id: int, provider_id: str, now: datetime
) -> None:
    """The provider has it: from here on this message is never sent again."""
    session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.provider_id.is_(None))
        .values(provider_id=provider_id)
    )
    move_attempt(session, attempt_id, Try.ACCEPTED, ended_at=now)
    move(session, message.id, State.SENT, ended_at=now, lease_until=None, reason="")
    if message.kind is Kind.REMINDER:
        _include(session, message.id)


def receive_receipt(session: Session, public_id: str, event: StatusEvent, now: datetime) -> bool:
    """Store what the provider says of an attempt, once, and move on; False if it is not ours."""
    attempt = session.scalar(sa.select(Attempt).where(Attempt.public_id == public_id))
    if attempt is None:
        return False
    new = insert_returning(
        session,
        Receipt,
        [
            {
                "clinic_id": attempt.clinic_id,
                "attempt_id": attempt.id,
                "provider_id": event.provider_id,
                "status": event.status,
                "code": event.code,
                "received_at": now,
            }
        ],
        (Receipt.id,),
    )
    if new:
        _apply(session, attempt, event, now)
    return True


def receive_bounce(session: Session, bounce: Bounce, now: datetime) -> bool:
    """Take a mail that came back as the receipt of the attempt it names; False if none is ours."""
    attempt = session.scalar(
        sa.select(Attempt).where(
            sa.or_(Attempt.public_id == bounce.token, Attempt.provider_id == bounce.original_id)
        )
    )
    if attempt is None or bounce.verdict is None:
        return False
    event = StatusEvent(
        attempt.provider_id or bounce.original_id,
        Status.UNDELIVERED,
        bounce.status,
        verdict=bounce.verdict,
    )
    return receive_receipt(session, attempt.public_id, event, now)


def _apply(session: Session, attempt: Attempt, event: StatusEvent, now: datetime) -> None:
    message = session.get_one(Message, attempt.message_id, with_for_update=True)
    accept(session, message, attempt.id, event.provider_id, now)
    if event.status is not Status.ACCEPTED:
        values = {"code": event.code} if event.code else {}
        move_attempt(session, attempt.id, Try(event.status.value), ended_at=now, **values)
    if event.status is Status.DELIVERED:
        move(session, message.id, State.DELIVERED, ended_at=now, reason="")
        _include(session, message.id)
    elif event.verdict is not None and move(
        session, message.id, State.FAILED, ended_at=now, reason=event.verdict.reason
    ):
        _follow_up(session, message, event.verdict, now)


def _refuse(
    session: Session, message: Message, attempt_id: int, refusal: Refused, now: datetime
) -> None:
    move_attempt(session, attempt_id, Try.REFUSED, ended_at=now, code=refusal.code)
    if not refusal.permanent:
        back_at = now + _backoff(message.attempts)
        move(session, message.id, State.DUE, ready_at=back_at, lease_until=None)
        return
    move(session, message.id, State.FAILED, ended_at=now, reason=refusal.reason, lease_until=None)
    _follow_up(session, message, refusal.verdict, now)


def _doubt(session: Session, message: Message, attempt_id: int, now: datetime) -> None:
    """Nobody knows: keep the claim until the look-up; a safety answer goes again at once."""
    move_attempt(session, attempt_id, Try.UNKNOWN)
    if message.kind is Kind.SAFETY and message.attempts < SAFETY_TRIES:
        move(session, message.id, State.DUE, ready_at=now, lease_until=None)
    elif message.medium is Medium.EMAIL:
        # A mail server cannot be asked later: at most once, and the row says so.
        miss_unconfirmed(session, message, attempt_id, now)


def miss_unconfirmed(session: Session, message: Message, attempt_id: int, now: datetime) -> None:
    """Give up on an attempt whose fate stays unknown; a late receipt may still correct it."""
    move_attempt(session, attempt_id, Try.LOST, ended_at=now)
    move(
        session,
        message.id,
        State.MISSED,
        reason=Reason.UNCONFIRMED_SEND,
        ended_at=now,
        lease_until=None,
    )
    if message.kind is Kind.REMINDER:
        exclude(session, message.id, Excuse.MISSED)


def _follow_up(session: Session, message: Message, verdict: Verdict, now: datetime) -> None:
    if message.kind is Kind.REMINDER:
        exclude(session, message.id, Excuse.FAILED)
    if verdict.action is Action.ALERT_SENDER and message.sender_id is not None:
        session.get_one(Sender, message.sender_id).fail(verdict.reason, now)
    if verdict.action in (Action.ALERT, Action.ALERT_SENDER):
        _alert_admin(session, message, verdict, now)
    if verdict.action in _BLOCKS and message.address and _struck_out(session, message, verdict):
        why, source = _BLOCKS[verdict.action]
        suppress(
            session,
            message.clinic_id,
            message.medium,
            message.address,
            why,
            source=source,
            now=now,
        )


def _alert_admin(session: Session, message: Message, verdict: Verdict, now: datetime) -> None:
    """Put a fault of ours before the clinic, once while it stands."""
    sentence = in_words(verdict.reason)
    standing = session.scalars(
        sa.select(Alert).where(
            Alert.clinic_id == message.clinic_id,
            Alert.kind == AlertKind.NOT_DELIVERED,
            Alert.patient_id.is_(None),
            Alert.resolved_at.is_(None),
        )
    )
    if any(alert.sentence == sentence for alert in standing):
        return
    session.add(
        Alert(
            clinic_id=message.clinic_id,
            kind=AlertKind.NOT_DELIVERED,
            urgency=Urgency.TODAY.rank,
            sentence=sentence,
            opened_at=now,
        )
    )


_BLOCKS = {
    Action.OPT_OUT: (Why.OPT_OUT, Source.CARRIER),
    Action.SUPPRESS: (Why.DEAD_ADDRESS, Source.CARRIER),
}


def _struck_out(session: Session, message: Message, verdict: Verdict) -> bool:
    """Whether this failure is the last of so many in a row to the same address."""
    lately = session.scalars(
        sa.select(Message.state)
        .where(
            Message.address_index == message.address,
            Message.clinic_id == message.clinic_id,
            Message.state.in_((State.FAILED, State.DELIVERED)),
        )
        .order_by(Message.ended_at.desc())
        .limit(verdict.strikes)
    ).all()
    return [state is State.FAILED for state in lately] == [True] * verdict.strikes


def exclude(session: Session, message_id: int, excuse: Excuse) -> None:
    """Leave the sittings of a message that did not arrive out of the figures."""
    for occurrence in _occurrences(session, message_id):
        occurrence.exclude(excuse)


def _include(session: Session, message_id: int) -> None:
    for occurrence in _occurrences(session, message_id):
        occurrence.include()


def _occurrences(session: Session, message_id: int) -> list[Occurrence]:
    return list(session.scalars(sa.select(Occurrence).where(Occurrence.message_id == message_id)))


def _backoff(attempts: int) -> timedelta:
    """Twice as long each time, spread by half so that a crowd does not come back together."""
    doubled: int = 2 ** min(attempts - 1, 6)
    spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
    return FIRST_BACKOFF * doubled * spread
