"""What does the clinic see of all this, and how did the chosen patient's last two weeks go?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from reminders.core.adherence import DayMark, Sitting, figures, strip
from reminders.core.schedule import local_day
from reminders.sandbox.views.heard import replies
from reminders.sandbox.views.news import KEPT, Desk, Item
from reminders.sandbox.views.noticed import alerts
from reminders.sandbox.views.owners import Owner
from reminders.sandbox.views.sent import reminders, troubles
from reminders.store.people import Patient
from reminders.store.queries.history import sittings_of

DAYS = 14


@dataclass(frozen=True)
class Line:
    """One line of the feed with its time on the clinic's wall."""

    item: Item
    clock: str


@dataclass(frozen=True)
class Fortnight:
    """Two weeks of one patient, as marks with the pain of the day."""

    patient_id: int
    name: str
    days: tuple[DayMark, ...]
    done: int
    due: int


def feed(session: Session, clinic_id: int, now: datetime) -> tuple[Line, ...]:
    """The latest things that one clinic knows of, newest first."""
    desk = Desk.of(session, clinic_id, now)
    items = [*replies(desk), *reminders(desk), *troubles(desk), *alerts(desk)]
    items.sort(key=lambda item: item.at, reverse=True)
    return tuple(Line(item, desk.clock(item.at)) for item in items[:KEPT])


def fortnights(session: Session, owner: Owner, now: datetime) -> tuple[Fortnight, ...]:
    """The last two weeks of everybody who reads at this address."""
    today = local_day(now, owner.zone)
    first = today - timedelta(days=DAYS - 1)
    known = sittings_of(session, owner.patient_ids, first)
    return tuple(
        _fortnight(session.get_one(Patient, row), known[row], today, now)
        for row in owner.patient_ids
    )


def _fortnight(
    patient: Patient, sittings: Sequence[Sitting], today: date, now: datetime
) -> Fortnight:
    found = figures(sittings, now)
    return Fortnight(
        patient.id, patient.name, strip(sittings, today, now, DAYS), found.done, found.due
    )
