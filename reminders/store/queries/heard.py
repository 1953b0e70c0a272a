"""When was a patient last heard?"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from reminders.store.conversation import Reply
from reminders.store.people import Patient
from reminders.store.record import Call


def heard_columns() -> Sequence[sa.ScalarSelect[datetime]]:
    """A patient's own last words, and when staff last spoke to them on the phone.

    An absence note is no word, and whoever rings from their phone may be another.
    """
    wrote = sa.select(sa.func.max(Reply.received_at)).where(
        Reply.patient_id == Patient.id, Reply.automatic.is_(False)
    )
    spoke = sa.select(sa.func.max(Call.at)).where(
        Call.patient_id == Patient.id, Call.reached.is_(True), Call.by_id.is_not(None)
    )
    return wrote.scalar_subquery(), spoke.scalar_subquery()


def latest(*moments: datetime | None) -> datetime | None:
    """The last of the moments that there were."""
    return max((moment for moment in moments if moment is not None), default=None)
