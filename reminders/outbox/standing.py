"""May this clinic write reminders just now?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.people import Clinic
from reminders.store.record import Hold
from reminders.store.spending import spent_millicents
from reminders.store.statements import among, read

MILLICENTS = 1_000  # of a cent


@dataclass(frozen=True)
class Standing:
    """What stops all reminders of a clinic at once, whoever they are for.

    `over_budget` speaks of texts: an email costs nothing and goes all the same.
    """

    held: bool = False
    over_budget: bool = False


def standing_of(
    session: Session, clinic_ids: Collection[int], now: datetime
) -> Mapping[int, Standing]:
    """Tell the standing of these clinics: one read for all, one more for each with a budget."""
    return {
        clinic_id: Standing(
            held=held, over_budget=_over_budget(session, clinic_id, budget_cents, now)
        )
        for clinic_id, budget_cents, held in read(session, _STANDING, clinics=clinic_ids)
    }


_STANDING = sa.select(
    Clinic.id,
    Clinic.budget_cents,
    sa.exists().where(Hold.clinic_id == Clinic.id, Hold.released_at.is_(None)),
).where(among(Clinic.id, "clinics"))


def _over_budget(session: Session, clinic_id: int, budget_cents: int | None, now: datetime) -> bool:
    if budget_cents is None:
        return False
    clinic = session.get_one(Clinic, clinic_id)
    return spent_millicents(session, clinic, now) >= budget_cents * MILLICENTS
