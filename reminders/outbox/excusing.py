"""Which sittings are left out of the figures because of what became of their reminder?"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import Excuse
from reminders.core.gate import Reason
from reminders.store.record import Occurrence

# Why a reminder did not leave, as the figures say it; the rest is "withheld". What the patient
# has reported already needs no reminder, and counts.
EXCUSES: Mapping[Reason, Excuse | None] = {
    Reason.LOGGED: None,
    Reason.PAUSED: Excuse.PAUSED,
    Reason.SAFETY: Excuse.SAFETY,
    Reason.SUPPRESSED: Excuse.OPTED_OUT,
    Reason.UNREACHABLE: Excuse.FAILED,
    Reason.LATE: Excuse.MISSED,
    Reason.WINDOW: Excuse.MISSED,
}


def exclude(session: Session, message_ids: Sequence[int], excuse: Excuse | None) -> None:
    """Leave out the sittings that these messages were to speak of."""
    if excuse is not None:
        for occurrence in _spoken_of(session, message_ids):
            occurrence.exclude(excuse)


def include(session: Session, message_id: int) -> None:
    """Count them after all: the message did arrive."""
    for occurrence in _spoken_of(session, (message_id,)):
        occurrence.include()


def _spoken_of(session: Session, message_ids: Sequence[int]) -> Sequence[Occurrence]:
    return session.scalars(
        sa.select(Occurrence).where(Occurrence.message_id.in_(message_ids))
    ).all()
