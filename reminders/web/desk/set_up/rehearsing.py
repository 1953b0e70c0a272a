"""How does a test reach the person who asked for it? As a row, by the way of every letter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.accounts import Staff
from reminders.store.conversation import Message, State
from reminders.store.db import insert_returning
from reminders.store.people import Medium


def write_test(session: Session, person: Staff, medium: Medium, now: datetime) -> Sequence[int]:
    """Write it, once a minute however often the button is pressed; the ids of what is new."""
    address = person.phone if medium is Medium.TEXT else person.email
    if not address:
        return ()
    row = {
        "clinic_id": person.clinic_id,
        "recipient": f"s{person.id}",
        "kind": Kind.TEST,
        "key": f"{medium}:{now:%Y-%m-%d %H:%M}",
        "staff_id": person.id,
        "medium": medium,
        "address": address,
        "address_index": address,
        "wording": Key.STAFF_TEST,
        "language": "en",
        "state": State.DUE,
        "due_at": now,
        "ready_at": now,
        "created_at": now,
    }
    return [row.id for row in insert_returning(session, Message, [row], (Message.id,))]
