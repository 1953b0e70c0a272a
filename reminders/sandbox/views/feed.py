"""What does the clinic see of all this? Newest first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import Mark
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.inbox.explaining import explained
from reminders.sandbox.views import wall
from reminders.store.conversation import Attempt, Door, Fate, Message, Reply, State, Try
from reminders.store.people import Clinic, Medium, Patient
from reminders.store.queries.history import FAILURES
from reminders.store.record import Alert

LOOKBACK = timedelta(days=2)
KEPT = 12
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
_STRANGER = "An unknown number"


@dataclass(frozen=True)
class Item:
    """One thing that happened: a mark or an alert's chip where one fits, a title, and how."""

    at: datetime
    clock: str
    title: str
    detail: str = ""
    mark: Mark | None = None
    alert: AlertKind | None = None


@dataclass(frozen=True)
class _Desk:
    """The clinic that looks, and from when on."""

    session: Session
    clinic_id: int
    zone: ZoneInfo
    since: datetime
    now: datetime
    names: dict[int, str]

    def clock(self, at: datetime) -> str:
        today = wall.today_of(self.now, self.zone)
        day = wall.day(at, self.zone, today)
        return wall.clock(at, self.zone) if day == "Today" else f"{day}"

    def name(self, patient_id: int | None) -> str:
        return self.names.get(patient_id or 0, _STRANGER)


def feed(session: Session, clinic_id: int, now: datetime) -> tuple[Item, ...]:
    """The latest things that one clinic knows of."""
    clinic = session.get_one(Clinic, clinic_id)
    patients = session.scalars(sa.select(Patient).where(Patient.clinic_id == clinic_id))
    names = {patient.id: patient.first_name for patient in patients}
    desk = _Desk(session, clinic_id, ZoneInfo(clinic.zone), now - LOOKBACK, now, names)
    items = [*_replies(desk), *_reminders(desk), *_troubles(desk), *_alerts(desk)]
    return tuple(sorted(items, key=lambda item: item.at, reverse=True)[:KEPT])


def _replies(desk: _Desk) -> Iterator[Item]:
    rows = desk.session.scalars(
        sa.select(Reply)
        .where(Reply.clinic_id == desk.clinic_id, Reply.received_at > desk.since)
        .order_by(Reply.received_at.desc())
        .limit(KEPT)
    )
    return iter(())
