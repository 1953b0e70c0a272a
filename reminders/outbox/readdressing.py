"""What becomes of letters and ways in, when a patient is reached elsewhere from now on?

What waits goes to the new address by itself, once there is a yes for it: letters get their address
at the claim. What was made for the old one must not: numbers pass to other people.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind, Reason
from reminders.store.conversation import Link, Message, Purpose, State
from reminders.store.people import Medium


def leave_address(session: Session, patient_id: int, medium: Medium, now: datetime) -> None:
    """Take back what was made for the old address, and end every way in that went there.

    To be called after the new address is written. An answer to danger leaves all the same, and so
    does the confirmation of a stop: both are for whoever wrote.
    """
    waiting = (
        Message.patient_id == patient_id,
        Message.medium == medium,
        Message.state == State.DUE,
    )
    # Whoever is claiming one of them just now comes to an end first: its way in ends as well.
    session.execute(sa.select(Message.id).where(*waiting).order_by(Message.id).with_for_update())
    session.execute(
        sa.update(Message)
        .where(*waiting, Message.kind == Kind.ANSWER)
        .values(state=State.WITHDRAWN, reason=Reason.TAKEN_BACK)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        sa.update(Link)
        .where(
            Link.patient_id == patient_id,
            Link.medium == medium,
            Link.purpose != Purpose.CARER,
            Link.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session="fetch")
    )
