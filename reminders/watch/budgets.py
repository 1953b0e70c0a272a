"""What do texts cost, and is a clinic's month nearly spent?"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.wording import Key
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic
from reminders.store.record import alert_clinic, standing_fault
from reminders.store.spending import count_spending, month_of, spent_millicents
from reminders.watch.telling import tell_admins

# Of the budget, in percent: what is said once each a month.
MARKS = {
    80: "The budget for texts of this month is nearly used.",
    100: "The budget for texts of this month is used: no reminder leaves by text.",
}


def count_costs(sessions: Sessions, now: datetime) -> None:
    """Count what each clinic has spent, and say so once at each mark of its budget."""
    with sessions() as session:
        clinics = session.scalars(sa.select(Clinic.id)).all()
    for clinic_id in clinics:
        with transaction(sessions) as session:
            clinic = session.get_one(Clinic, clinic_id)
            count_spending(session, clinic, now)
            _compare(session, clinic, now)


def reached(spent_millicents: int, budget_cents: int) -> tuple[int, ...]:
    """The highest mark that is reached, if any: who is over is not told of being near as well."""
    marks = [mark for mark in MARKS if spent_millicents >= budget_cents * mark * 10]
    return tuple(marks[-1:])


def _compare(session: Session, clinic: Clinic, now: datetime) -> None:
    """Tell of the mark that is reached, and close what a new month or budget has made untrue."""
    spent = spent_millicents(session, clinic, now)
    marks = reached(spent, clinic.budget_cents) if clinic.budget_cents is not None else ()
    month = month_of(now, ZoneInfo(clinic.zone))
    for mark in marks:
        key = f"budget{mark}:{month:%Y-%m}:{clinic.budget_cents}"
        if tell_admins(session, clinic.id, Key.STAFF_BUDGET, key, now):
            alert_clinic(session, clinic.id, MARKS[mark], now)
    for mark, sentence in MARKS.items():
        standing = standing_fault(session, clinic.id, sentence)
        if standing is not None and mark > max(marks, default=0):
            standing.resolve(None, now)
