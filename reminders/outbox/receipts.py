"""What does the provider say of an attempt afterwards?

The door stores a receipt and is done; the next tick applies what has come in, many at once. So a
flood of receipts costs the door one insert each, and a crash between the two loses nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from reminders.channels import Status, StatusEvent
from reminders.channels.mail import Bounce
from reminders.channels.twilio_errors import on_receipt
from reminders.outbox.excusing import include
from reminders.outbox.falling_back import take_back
from reminders.outbox.settling import accept, fail
from reminders.store.conversation import (
    MOVES,
    TRY_MOVES,
    Attempt,
    Message,
    Receipt,
    State,
    Try,
    move,
    move_attempt,
)
from reminders.store.db import Sessions, insert_or_pass, transaction
from reminders.store.statements import run

BATCH = 500
log = structlog.get_logger(__name__)


def keep_receipt(session: Session, public_id: str, event: StatusEvent, now: datetime) -> bool:
    """Store what the provider says of an attempt, once, for the next tick; False if not ours."""
    return _store(session, public_id, event, now, applied_at=None) or _is_ours(session, public_id)


def apply_receipts(sessions: Sessions, now: datetime) -> int:
    """Move attempts and messages on by what has come in; returns how many receipts that was."""
    applied, taken = 0, BATCH
    while taken == BATCH:
        with transaction(sessions) as session:
            taken = _apply_batch(session, now)
        applied += taken
    return applied


def receive_receipt(session: Session, public_id: str, event: StatusEvent, now: datetime) -> bool:
    """Store a receipt and move on at once, where no flood can come; False if it is not ours."""
    attempt = session.scalar(sa.select(Attempt).where(Attempt.public_id == public_id))
    if attempt is None:
        return False
    message = session.get_one(Message, attempt.message_id, with_for_update=True)
    if _store(session, public_id, event, now, applied_at=now):
        _apply(session, message, attempt, event, now)
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
        attempt.provider_id or bounce.original_id or attempt.public_id,
        Status.UNDELIVERED,
        bounce.status,
        verdict=bounce.verdict,
    )
    return receive_receipt(session, attempt.public_id, event, now)


def _store(
    session: Session,
    public_id: str,
    event: StatusEvent,
    now: datetime,
    *,
    applied_at: datetime | None,
) -> bool:
    session.flush()
    stored = run(
        session,
        _storing(session.get_bind().dialect.name),
        public_id=public_id,
        provider_id=event.provider_id,
        status=event.status,
        code=event.code,
        received_at=now,
        applied_at=applied_at,
    )
    return stored.rowcount == 1


@cache
def _storing(dialect: str) -> Any:
    given = {
        name: sa.bindparam(name, type_=getattr(Receipt, name).type)
        for name in ("provider_id", "status", "code", "received_at", "applied_at")
    }
    ours = Attempt.public_id == sa.bindparam("public_id")
    chosen = sa.select(Attempt.clinic_id, Attempt.id, *given.values()).where(ours)
    storing = insert_or_pass(dialect, Receipt).from_select(
        ["clinic_id", "attempt_id", *given], chosen
    )
    return storing.execution_options(preserve_rowcount=True)


def _is_ours(session: Session, public_id: str) -> bool:
    found = session.scalar(sa.select(Attempt.id).where(Attempt.public_id == public_id))
    return found is not None


@dataclass(frozen=True)
class _News:
    """One stored receipt with the rows it speaks of, as they stand."""

    receipt_id: int
    status: Status
    code: str
    provider_id: str
    attempt_id: int
    attempt_state: Try
    message_id: int
    message_state: State

    @property
    def plain(self) -> bool:
        """Whether it only says that all goes as it should."""
        return (
            self.status is not Status.UNDELIVERED
            and self.attempt_state in (Try.ACCEPTED, Try.SENT, Try.DELIVERED)
            and self.message_state in (State.SENT, State.DELIVERED)
        )

    @property
    def event(self) -> StatusEvent:
        failed = self.status is Status.UNDELIVERED
        verdict = on_receipt(int(self.code) if self.code.isdigit() else 0) if failed else None
        return StatusEvent(self.provider_id, self.status, self.code, verdict=verdict)


def _apply_batch(session: Session, now: datetime) -> int:
    news = _unapplied(session)
    plain = [one for one in news if one.plain]
    _move_on(session, {one.attempt_id for one in plain if one.status is Status.SENT}, Try.SENT, now)
    delivered = [one for one in plain if one.status is Status.DELIVERED]
    _move_on(session, {one.attempt_id for one in delivered}, Try.DELIVERED, now)
    _deliver(session, {one.message_id for one in delivered}, now)
    for one in news:
        if not one.plain:
            _apply_one(session, one, now)
    _tick_off(session, [one.receipt_id for one in news], now)
    return len(news)


def _unapplied(session: Session) -> list[_News]:
    """The next receipts, their messages locked; one in other hands waits for the next tick.

    The message is locked first, as everywhere: two orders would block each other when a receipt
    comes together with the answer to the request.
    """
    rows = session.execute(
        sa.select(
            Receipt.id,
            Receipt.status,
            Receipt.code,
            Receipt.provider_id,
            Attempt.id,
            Attempt.state,
            Message.id,
            Message.state,
        )
        .join(Attempt, Attempt.id == Receipt.attempt_id)
        .join(Message, Message.id == Attempt.message_id)
        .where(Receipt.applied_at.is_(None))
        .order_by(Receipt.id)
        .limit(BATCH)
        .with_for_update(of=Message, skip_locked=True)
    )
    return [_News(row[0], Status(row[1]), *row[2:]) for row in rows]


def _move_on(session: Session, attempt_ids: Collection[int], to: Try, now: datetime) -> None:
    if attempt_ids:
        session.execute(
            sa.update(Attempt)
            .where(Attempt.id.in_(attempt_ids), Attempt.state.in_(TRY_MOVES[to]))
            .values(state=to, ended_at=now)
            .execution_options(synchronize_session=False)
        )


def _deliver(session: Session, message_ids: Collection[int], now: datetime) -> None:
    if message_ids:
        session.execute(
            sa.update(Message)
            .where(Message.id.in_(message_ids), Message.state.in_(MOVES[State.DELIVERED]))
            .values(state=State.DELIVERED, ended_at=now, reason="")
            .execution_options(synchronize_session=False)
        )


def _tick_off(session: Session, receipt_ids: Sequence[int], now: datetime) -> None:
    if receipt_ids:
        session.execute(
            sa.update(Receipt)
            .where(Receipt.id.in_(receipt_ids))
            .values(applied_at=now)
            .execution_options(synchronize_session=False)
        )


def _apply_one(session: Session, one: _News, now: datetime) -> None:
    """Apply what changes more than a state; one that cannot be applied must not stop the rest."""
    try:
        with session.begin_nested():
            message = session.get_one(Message, one.message_id, populate_existing=True)
            attempt = session.get_one(Attempt, one.attempt_id, populate_existing=True)
            _apply(session, message, attempt, one.event, now)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the receipt's
    except Exception:
        log.exception("receipt_not_applied", receipt=one.receipt_id)


def _apply(
    session: Session, message: Message, attempt: Attempt, event: StatusEvent, now: datetime
) -> None:
    accept(session, message, attempt, event.provider_id, now)
    code = {"code": event.code} if event.code else {}
    if event.status is Status.ACCEPTED or not move_attempt(
        session, attempt.id, Try(event.status.value), ended_at=now, **code
    ):
        return
    if event.status is Status.DELIVERED:
        failed = message.state is State.FAILED
        if move(session, message.id, State.DELIVERED, ended_at=now, reason="") and failed:
            take_back(session, message)
            include(session, message.id)
    elif event.status is Status.UNDELIVERED and event.verdict is not None:
        fail(session, message, event.verdict, now)
