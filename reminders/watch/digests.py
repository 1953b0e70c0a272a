"""Who needs you today? Each working morning, one mail to everybody of the desk who wants it.

It says how many and nothing of whom. A morning on which nobody needs anybody has no mail.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.hours import open_at
from reminders.store.accounts import Role, Staff
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic
from reminders.store.queries.today import Reader, count_needs
from reminders.watch.telling import tell_how_many

# A clock that was away in the morning does not send the morning's mail in the afternoon.
MORNING = timedelta(hours=2)


def send_digests(sessions: Sessions, now: datetime) -> int:
    """Write the mails of every clinic that has just opened; returns how many were new."""
    with sessions() as session:
        opened = [one.id for one in session.scalars(sa.select(Clinic)) if _just_open(one, now)]
    written = 0
    for clinic_id in opened:
        with transaction(sessions) as session:
            written += _tell_all(session, session.get_one(Clinic, clinic_id), now)
    return written


def _just_open(clinic: Clinic, now: datetime) -> bool:
    return open_at(clinic.hours, now) and not open_at(clinic.hours, now - MORNING)


def _tell_all(session: Session, clinic: Clinic, now: datetime) -> int:
    day, people = now.astimezone(clinic.hours.zone).date(), _readers(session, clinic)
    counts = {one: count_needs(session, _reader(one, day), now) for one in people}
    waiting = {person: count for person, count in counts.items() if count}
    return len(tell_how_many(session, waiting, f"morning:{day}", now))


def _readers(session: Session, clinic: Clinic) -> Sequence[Staff]:
    return session.scalars(
        sa.select(Staff).where(Staff.clinic_id == clinic.id, Staff.active, Staff.morning_mail)
    ).all()


def _reader(person: Staff, day: date) -> Reader:
    own_only = person.role is Role.THERAPIST
    return Reader(person.clinic_id, person.id, own_only=own_only, covers=person.covered_on(day))
