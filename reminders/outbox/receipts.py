"""What does the provider say of an attempt afterwards?"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Status, StatusEvent
from reminders.channels.mail import Bounce
from reminders.outbox.excusing import include
from reminders.outbox.settling import accept, fail
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


def receive_receipt(session: Session, public_id: str, event: StatusEvent, now: datetime) -> bool:
    """Store what the provider says of an attempt, once, and move on; False if it is not ours."""
    attempt = session.scalar(sa.select(Attempt).where(Attempt.public_id == public_id))
    if attempt is None:
        return False
    # The message first, as everywhere: a receipt locks its attempt, and two orders would block
    # each other when it comes together with the answer to the request.
    message = session.get_one(Message, attempt.message_id, with_for_update=True)
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
            include(session, message.id)
    elif event.status is Status.UNDELIVERED and event.verdict is not None:
        fail(session, message, event.verdict, now)
