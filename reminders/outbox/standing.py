"""May this clinic write reminders just now?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.people import Clinic
from reminders.store.record import Hold
from reminders.store.spending import spent_millicents

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
    clinics = session.execute(sa.select(Clinic, _held()).where(Clinic.id.in_(clinic_ids))).all()
    return {
        clinic.id: Standing(held=held, over_budget=_over_budget(session, clinic, now))
        for clinic, held in clinics
    }


def _held() -> sa.ColumnElement[bool]:
    standing = Hold.released_at.is_(None)
    return sa.exists().where(Hold.clinic_id == Clinic.id, standing).label("held")


def _over_budget(session: Session, clinic: Clinic, now: datetime) -> bool:
    if clinic.budget_cents is None:
        return False
    return spent_millicents(session, clinic, now) >= clinic.budget_cents * MILLICENTS
