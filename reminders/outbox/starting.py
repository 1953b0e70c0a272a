"""Which claimed messages are still ours, so that they may touch the network?

The attempt is written and committed first: whatever happens afterwards, somebody will ask the
provider about it. A claim without one has surely not been sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.outbox.claiming import Claimed
from reminders.store.conversation import Attempt, Message, State
from reminders.store.db import db_now
from reminders.store.moving import insert_all, move_all
from reminders.store.spelling import spelt_out
from reminders.store.statements import among, read


def start(session: Session, claims: Sequence[Claimed]) -> list[Claimed]:
    """Write the attempts of these claims, but for those whose lease has ended."""
    if not claims:
        return []
    started_at = db_now(session)
    ours = _still_ours(session, claims, started_at)
    attempts = [
        {
            "clinic_id": one.clinic_id,
            "message_id": one.message_id,
            "public_id": one.outgoing.attempt_id,
            "number": one.number,
            "started_at": started_at,
        }
        for one in ours
    ]
    ids = insert_all(session, Attempt, attempts, "public_id")
    return [replace(one, attempt_id=made) for one, made in zip(ours, ids, strict=True)]


def release(session: Session, claims: Sequence[Claimed]) -> None:
    """Let claims that were not started come due again for whoever is next."""
    if claims:
        ours = _still_ours(session, claims, db_now(session))
        move_all(session, [one.message_id for one in ours], State.DUE, lease_until=None)


_STILL_OURS = spelt_out(
    sa.select(Message.id, Message.attempts)
    .where(
        among(Message.id, "ids"),
        Message.state == State.CLAIMED,
        Message.lease_until > sa.bindparam("db_time"),
    )
    .order_by(Message.id)
    .with_for_update(key_share=True)
)


def _still_ours(session: Session, claims: Sequence[Claimed], db_time: datetime) -> list[Claimed]:
    """Lock those that nobody has freed or claimed anew since."""
    ids = [one.message_id for one in claims]
    held = read(session, _STILL_OURS, ids=ids, db_time=db_time)
    ours = {(message_id, number) for message_id, number in held}
    return [one for one in claims if (one.message_id, one.number) in ours]
