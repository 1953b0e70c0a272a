"""Do as many reminders leave as were planned?

A clinic where they do not is told on its desk, and its admins by mail.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.schedule import local_day
from reminders.core.wording import Key, day_words
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic
from reminders.store.queries.delivery import Day, days, overdue_routines
from reminders.store.record import alert_clinic, standing_fault
from reminders.watch.telling import tell_admins

# A crowd, a retry and a look-up have had their time by then.
SETTLED = timedelta(minutes=30)
NONE_OF = 3
LOOK_BACK = timedelta(days=6)  # where so few are planned that one day says nothing
TOO_FEW_OF = 10
SENTENCE = "Far fewer reminders left than were planned."


def compare_with_plan(sessions: Sessions, now: datetime) -> None:
    """Open or close the alert of every clinic, one transaction each."""
    with sessions() as session:
        clinics = session.scalars(sa.select(Clinic.id)).all()
    for clinic_id in clinics:
        with transaction(sessions) as session:
            _compare(session, session.get_one(Clinic, clinic_id), now)


def shortfall(lately: Sequence[Day], overdue: int) -> str:
    """Less than half of many today, or none of the last few, in words; empty if enough left.

    Days come newest first; what was not even planned counts as not sent.
    """
    today = lately[0]
    expected = overdue + today.expected
    if expected >= TOO_FEW_OF and today.sent * 2 < expected:
        return f"{today.sent} of {expected} so far today."
    expected = overdue
    for day in lately:
        expected += day.expected
        if day.sent:
            return ""
        if expected >= NONE_OF:
            since = "" if day is today else f"since {day_words(day.day, today.day, 'en')}"
            return f"None of {expected} {since or 'so far today'}."
    return ""


def _compare(session: Session, clinic: Clinic, now: datetime) -> None:
    zone, until = ZoneInfo(clinic.zone), now - SETTLED
    day = local_day(until, zone)
    lately = days(session, clinic.id, zone, (day - LOOK_BACK, day), until)
    short = shortfall(lately, overdue_routines(session, clinic.id, until))
    if short:
        alert_clinic(session, clinic.id, SENTENCE, now)
        tell_admins(session, clinic.id, Key.STAFF_SENDING, f"sending:{day}", now)
    standing = standing_fault(session, clinic.id, SENTENCE)
    if standing is not None:
        standing.evidence = short
        if not short:
            standing.resolve(None, now)
