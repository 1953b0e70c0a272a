"""How does the holder of an ended link get a new one?

The row is written for whoever once had a link; the gate decides at the claim, as for every
message, whether it may leave: not to a discharged patient, not to an address that opted out.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.conversation import Link, Message, Purpose, State
from reminders.store.db import insert_returning

EVERY_MINUTES = 15
OPENING = (Purpose.SESSION, Purpose.KEPT)


def ask(session: Session, link: Link | None, now: datetime) -> Sequence[int]:
    """Write the message with a new link, one a quarter of an hour; returns what can leave now."""
    if link is None or link.purpose not in OPENING:
        return ()
    new = insert_returning(session, Message, [_message(link, now)], (Message.id,))
    return [row.id for row in new]


def _message(link: Link, now: datetime) -> dict[str, object]:
    """No sitting is named: the new link shows what is newest when it is opened."""
    quarter = now.replace(minute=now.minute - now.minute % EVERY_MINUTES)
    return {
        "clinic_id": link.clinic_id,
        "recipient": f"p{link.patient_id}",
        "kind": Kind.LINK,
        "key": quarter.strftime("%Y%m%dT%H%MZ"),
        "patient_id": link.patient_id,
        "medium": link.patient.medium,
        "wording": Key.NEW_LINK,
        "state": State.DUE,
        "due_at": now,
        "ready_at": now,
        "created_at": now,
    }
