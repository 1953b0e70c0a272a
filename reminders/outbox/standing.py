"""May this clinic write reminders just now?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.record import Hold


@dataclass(frozen=True)
class Standing:
    """What stops all reminders of a clinic at once, whoever they are for."""

    held: bool = False
    over_budget: bool = False


def standing_of(
    session: Session, clinic_ids: Collection[int], now: datetime
) -> Mapping[int, Standing]:
    """Tell the standing of these clinics, one read for all of them."""
    held = set(
        session.scalars(
            sa.select(Hold.clinic_id).where(
                Hold.clinic_id.in_(clinic_ids), Hold.released_at.is_(None)
            )
        )
    )
    return {clinic_id: Standing(held=clinic_id in held) for clinic_id in clinic_ids}
