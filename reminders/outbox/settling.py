"""What became of an attempt, and what follows for its message?"""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import (
    Accepted,
    Action,
    Refused,
    Unknown,
    Verdict,
    in_words,
)
from reminders.channels import Reason as Fault
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind
from reminders.outbox.excusing import exclude, include
from reminders.outbox.falling_back import fall_back
from reminders.outbox.stopping import Refusal, stop_writing
from reminders.store.conversation import (
    Attempt,
    Message,
    State,
    Try,
    move,
    move_attempt,
)
from reminders.store.db import db_now
from reminders.store.people import Medium, Sender, Source, Why, suppress
from reminders.store.record import Alert, alert_clinic

FIRST_BACKOFF = timedelta(seconds=15)
SAFETY_TRIES = 2
_UNREADABLE = Verdict(Fault.MESSAGE_FAULT, Action.ALERT)

Result = Accepted | Refused | Unknown


def settle(
    session: Session, message_id: int, attempt_id: int, result: Result, now: datetime
) -> None:
    """Write down what the network call came to; what is known better already stays."""
    message = session.get_one(Message, message_id, with_for_update=True)
    attempt = session.get_one(Attempt, attempt_id)
    match result:
        case Accepted():
            accept(session, message, attempt, result.provider_id, now)
            message.segments = result.segments
        case Refused():
            _refuse(session, message, attempt, result, now)
        case Unknown():
            doubt(session, message, attempt, now)


def accept(
    session: Session, message: Message, attempt: Attempt, provider_id: str, now: datetime
) -> None:
    """The provider has it: from here on this message is never sent again."""
    name = {} if taken(session, provider_id) else {"provider_id": provider_id}
    if not move_attempt(session, attempt.id, Try.ACCEPTED, ended_at=now, **name):
        return
    given_up = message.state is State.MISSED
    if (
        move(session, message.id, State.SENT, ended_at=now, lease_until=None, reason="")
        and given_up
    ):
        include(session, message.id)


def taken(session: Session, provider_id: str) -> bool:
    """Whether an attempt goes by this name at the provider already."""
    known = sa.select(Attempt.id).where(Attempt.provider_id == provider_id)
    return session.scalar(known) is not None


def _refuse(
    session: Session, message: Message, attempt: Attempt, refusal: Refused, now: datetime
) -> None:
    refused = move_attempt(session, attempt.id, Try.REFUSED, ended_at=now, code=refusal.code)
    if not refused or attempt.number < message.attempts:
        return  # given up meanwhile: it says nothing about the attempt that followed it
    if refusal.permanent:
        fail(session, message, refusal.verdict, now)
    else:
        if refusal.reason is Fault.TOO_BUSY and message.sender_id is not None:
            session.get_one(Sender, message.sender_id).slow_down(db_now(session))
        back_at = now + _backoff(message.attempts)
        move(session, message.id, State.DUE, ready_at=back_at, lease_until=None)


def doubt(session: Session, message: Message, attempt: Attempt, now: datetime) -> None:
    """Nobody knows: keep the claim until the look-up; a safety answer goes again at once."""
    # By the database's clock: the settle time counts from here, when no call runs any more.
    if not move_attempt(session, attempt.id, Try.UNKNOWN, ended_at=db_now(session)):
        return
    if message.kind is Kind.SAFETY and _doubts(session, message) < SAFETY_TRIES:
        move(session, message.id, State.DUE, ready_at=now, lease_until=None)
    elif message.medium is Medium.EMAIL:
        # A mail server cannot be asked later: at most once, and the row says so.
        miss_unconfirmed(session, message, attempt, now)
    else:
        message.lease_until = None


def _doubts(session: Session, message: Message) -> int:
    unsure = Attempt.state.in_((Try.UNKNOWN, Try.LOST))
    query = sa.select(sa.func.count()).where(Attempt.message_id == message.id, unsure)
    return session.scalar(query) or 0


def miss_unconfirmed(session: Session, message: Message, attempt: Attempt, now: datetime) -> None:
    """Give up on an attempt whose fate stays unknown; a late receipt may still correct it."""
    move_attempt(session, attempt.id, Try.LOST, ended_at=now)
    in_its_hand = message.state is State.CLAIMED and attempt.number == message.attempts
    if in_its_hand and move(
        session,
        message.id,
        State.MISSED,
        reason=Reason.UNCONFIRMED_SEND,
        ended_at=now,
        lease_until=None,
    ):
        exclude(session, (message.id,), Excuse.MISSED)
        not_told(session, message.id)


def set_aside(session: Session, message_id: int, now: datetime) -> None:
    """End a message that cannot be written, without reading more of it than its numbers."""
    move(session, message_id, State.FAILED, reason=_UNREADABLE.reason, ended_at=now)
    clinic_id = session.scalars(sa.select(Message.clinic_id).where(Message.id == message_id)).one()
    exclude(session, (message_id,), Excuse.FAILED)
    not_told(session, message_id)
    alert_clinic(session, clinic_id, in_words(_UNREADABLE.reason), now)


def not_told(session: Session, message_id: int) -> None:
    """If this was the answer to a red flag, its alert says that nobody has told them."""
    alerts = session.scalars(
        sa.select(Alert)
        .join(
            Message,
            sa.or_(Alert.reply_id == Message.reply_id, Alert.patient_id == Message.patient_id),
        )
        .where(
            Message.id == message_id,
            Message.kind == Kind.SAFETY,
            Alert.kind == AlertKind.SAFETY,
            Alert.resolved_at.is_(None),
        )
    )
    for alert in alerts:
        alert.not_told()


def fail(session: Session, message: Message, verdict: Verdict, now: datetime) -> None:
    failed = move(
        session,
        message.id,
        State.FAILED,
        reason=verdict.reason,
        ended_at=now,
        lease_until=None,
    )
    if not failed:
        return
    fall_back(session, message, verdict.reason, now)
    opted_out = verdict.action is Action.OPT_OUT
    exclude(session, (message.id,), Excuse.OPTED_OUT if opted_out else Excuse.FAILED)
    not_told(session, message.id)
    if verdict.action is Action.ALERT_SENDER and message.sender_id is not None:
        session.get_one(Sender, message.sender_id).fail(verdict.reason, now)
    if verdict.action in (Action.ALERT, Action.ALERT_SENDER):
        alert_clinic(session, message.clinic_id, in_words(verdict.reason), now)
    if message.address and _struck_out(session, message, verdict):
        _block(session, message, message.address, verdict, now)


def _block(
    session: Session, message: Message, address: str, verdict: Verdict, now: datetime
) -> None:
    clinic_id, medium, source = message.clinic_id, message.medium, Source.CARRIER
    if verdict.action is Action.OPT_OUT:
        how = f"carrier: {verdict.reason}"
        refusal = Refusal(clinic_id, medium, address, Why.OPT_OUT, source, how, by="carrier")
        stop_writing(session, refusal, now)
    elif verdict.action is Action.SUPPRESS:
        suppress(session, clinic_id, medium, address, Why.DEAD_ADDRESS, source=source, now=now)


def _struck_out(session: Session, message: Message, verdict: Verdict) -> bool:
    """Whether this failure is the last of so many in a row, for one cause, to one address."""
    lately = session.execute(
        sa.select(Message.state, Message.reason)
        .where(
            Message.address_index == message.address,
            Message.clinic_id == message.clinic_id,
            Message.state.in_((State.FAILED, State.DELIVERED)),
        )
        .order_by(Message.ended_at.desc())
        .limit(verdict.strikes)
    ).all()
    return [tuple(row) for row in lately] == [(State.FAILED, verdict.reason)] * verdict.strikes


def _backoff(attempts: int) -> timedelta:
    """Twice as long each time, spread by half so that a crowd does not come back together."""
    doubled: int = 2 ** min(attempts - 1, 6)
    spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
    return FIRST_BACKOFF * doubled * spread
