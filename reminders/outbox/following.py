"""Which nudges follow a reminder that has left?"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.core.gate import Kind
from reminders.outbox.waiting import Waiting
from reminders.store.conversation import Message, State
from reminders.store.people import Medium

_LEFT = (State.CLAIMED, State.SENT, State.DELIVERED)


def reminded(session: Session, waiting: Iterable[Waiting]) -> Collection[int]:
    """Those nudges whose reminder has left, by its own way or as the email of a failed text."""
    nudges = [one.id for one in waiting if one.kind is Kind.NUDGE]
    if not nudges:
        return ()
    reminder = aliased(Message)
    left = (
        sa.select(Message.id)
        .join(reminder, reminder.recipient == Message.recipient)
        .where(
            Message.id.in_(nudges),
            reminder.kind == Kind.REMINDER,
            reminder.key.in_((Message.key, Message.key + f":{Medium.EMAIL}")),
            reminder.state.in_(_LEFT),
        )
    )
    return set(session.scalars(left))
