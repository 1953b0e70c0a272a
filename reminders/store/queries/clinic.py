"""What does a clinic write from?"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.people import Medium, Sender


@dataclass(frozen=True, slots=True)
class SenderRow:
    """One number or address, and whether it works."""

    medium: Medium
    address: str
    fault: str
    faulted_at: datetime | None


def senders(session: Session, clinic_id: int) -> tuple[SenderRow, ...]:
    """The senders of a clinic."""
    rows = session.execute(
        sa.select(Sender.medium, Sender.address, Sender.fault, Sender.faulted_at)
        .where(Sender.clinic_id == clinic_id)
        .order_by(Sender.id)
    )
    return tuple(SenderRow(*row) for row in rows)
