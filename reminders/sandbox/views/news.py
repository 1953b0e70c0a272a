"""What is one line of the feed, and who reads it?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import Mark
from reminders.core.triage import AlertKind
from reminders.sandbox.views import wall
from reminders.store.people import Clinic, Patient

LOOKBACK = timedelta(days=2)
KEPT = 12


@dataclass(frozen=True)
class Item:
    """One thing that happened: a mark or an alert's chip where one fits, a title, and how."""

    at: datetime
    title: str
    detail: str = ""
    mark: Mark | None = None
    alert: AlertKind | None = None


@dataclass(frozen=True)
class Desk:
    """The clinic that looks: what it calls its patients, and from when on it looks."""

    session: Session
    clinic_id: int
    zone: ZoneInfo
    now: datetime
    names: dict[int, str]

    @classmethod
    def of(cls, session: Session, clinic_id: int, now: datetime) -> "Desk":
        patients = sa.select(Patient.id, Patient.first_name).where(Patient.clinic_id == clinic_id)
        names = {row.id: row.first_name for row in session.execute(patients)}
        zone = ZoneInfo(session.get_one(Clinic, clinic_id).zone)
        return cls(session, clinic_id, zone, now, names)

    @property
    def since(self) -> datetime:
        return self.now - LOOKBACK

    def name(self, patient_id: int | None) -> str:
        return self.names.get(patient_id or 0, "Somebody")

    def clock(self, at: datetime) -> str:
        """A time of today, or a day and its time."""
        local = at.astimezone(self.zone)
        # A time is never torn: where there is no room it stands below its day.
        said = wall.clock(at, self.zone).replace(" ", "\N{NO-BREAK SPACE}")
        return said if local.date() == wall.today_of(self.now, self.zone) else f"{local:%a} {said}"
