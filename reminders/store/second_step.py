"""How many times may somebody guess who a link belongs to?"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.conversation import Link, Message, State
from reminders.store.db import insert_returning

TRIES = 5


def spend_try(session: Session, link_id: int) -> int | None:
    """Take one of the five tries of a link; returns how many are left now, none if none was."""
    spent = session.scalar(
        sa.update(Link)
        .where(Link.id == link_id, Link.tries < TRIES)
        .values(tries=Link.tries + 1)
        .returning(Link.tries)
        .execution_options(synchronize_session=False)
    )
    return TRIES - spent if spent is not None else None


def give_back_tries(session: Session, link_id: int) -> None:
    """Forget the wrong ones once the right one came."""
    session.execute(
        sa.update(Link)
        .where(Link.id == link_id)
        .values(tries=0)
        .execution_options(synchronize_session=False)
    )


def write_code(session: Session, link: Link, key: str, filling: str, now: datetime) -> list[int]:
    """Write the message with this link's code, once however often it is asked for."""
    new = insert_returning(
        session,
        Message,
        [
            {
                "clinic_id": link.clinic_id,
                "recipient": f"p{link.patient_id}",
                "kind": Kind.ANSWER,
                "key": key,
                "patient_id": link.patient_id,
                "medium": link.medium,
                "address": link.patient.address(link.medium),
                "address_index": link.patient.address(link.medium),
                "wording": Key.CODE,
                "filling": filling,
                "state": State.DUE,
                "due_at": now,
                "ready_at": now,
                "created_at": now,
            }
        ],
        (Message.id,),
    )
    return [row.id for row in new]


def code_written(session: Session, link: Link, keys: tuple[str, ...]) -> bool:
    """Whether a code that is still good has been sent."""
    found = session.scalar(
        sa.select(Message.id)
        .where(
            Message.recipient == f"p{link.patient_id}",
            Message.kind == Kind.ANSWER,
            Message.key.in_(keys),
        )
        .limit(1)
    )
    return found is not None
