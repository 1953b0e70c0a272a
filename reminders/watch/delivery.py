"""Do as many reminders leave as were planned?

A clinic where they do not is told on its desk, and its admins by mail.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.schedule import local_day
from reminders.core.wording import Key
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic
from reminders.store.queries.delivery import Day, days, overdue_routines
from reminders.store.record import alert_clinic, standing_fault
from reminders.watch.telling import tell_admins

# A crowd, a retry and a look-up have had their time by then.
SETTLED = timedelta(minutes=30)
NONE_OF = 3
TOO_FEW_OF = 10
SENTENCE = "Far fewer reminders left today than were planned."


def compare_with_plan(sessions: Sessions, now: datetime) -> None:
    """Open or close the alert of every clinic, one transaction each."""
    with sessions() as session:
        clinics = session.scalars(sa.select(Clinic.id)).all()
    for clinic_id in clinics:
        with transaction(sessions) as session:
            _compare(session, session.get_one(Clinic, clinic_id), now)


def falls_short(today: Day, overdue: int) -> bool:
    """None of a few, or less than half of many; what was not even planned counts as not sent."""
    expected = today.expected + overdue
    if expected < NONE_OF:
        return False
    return today.sent == 0 or (expected >= TOO_FEW_OF and today.sent * 2 < expected)


def _compare(session: Session, clinic: Clinic, now: datetime) -> None:
    zone, until = ZoneInfo(clinic.zone), now - SETTLED
    day = local_day(until, zone)
    [today] = days(session, clinic.id, zone, (day, day), until)
    overdue = overdue_routines(session, clinic.id, until)
    if falls_short(today, overdue):
        alert_clinic(session, clinic.id, SENTENCE, now)
        tell_admins(session, clinic.id, Key.STAFF_SENDING, f"sending:{day}", now)
    standing = standing_fault(session, clinic.id, SENTENCE)
    if standing is not None:
        standing.evidence = f"{today.sent} of {today.expected + overdue} so far."
        if not falls_short(today, overdue):
            standing.resolve(None, now)
