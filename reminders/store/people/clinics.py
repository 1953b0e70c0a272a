"""Who is the tenant, and what does it write from?"""

import secrets
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reminders.core.hours import Hours
from reminders.core.schedule import Window
from reminders.store.db import Base

SHORT_NAME = 25
# What a thousand text segments cost in cents, until a clinic says what it pays.
THOUSAND_TEXTS = 1_100


class Medium(StrEnum):
    """A way to write to a person."""

    TEXT = "text"
    EMAIL = "email"


class Clinic(Base):
    """The tenant: its zone, hours, and the numbers a patient in danger is told to call."""

    __tablename__ = "clinic"

    name: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(SHORT_NAME))
    zone: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    phone: Mapped[str] = mapped_column(sa.String(32))
    opens: Mapped[time] = mapped_column(sa.Time, default=time(8))  # for texts, like a patient's
    closes: Mapped[time] = mapped_column(sa.Time, default=time(20))
    staffed_from: Mapped[time | None] = mapped_column(sa.Time)  # none: as long as texts may leave
    staffed_until: Mapped[time | None] = mapped_column(sa.Time)
    weekdays: Mapped[list[int]] = mapped_column(sa.JSON, default=lambda: [0, 1, 2, 3, 4])
    closed_days: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    emergency_number: Mapped[str] = mapped_column(sa.String(16), default="")
    crisis_number: Mapped[str] = mapped_column(sa.String(16), default="")
    safety_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", use_alter=True, name="fk_clinic_safety_contact_id")
    )
    double_opt_in: Mapped[bool] = mapped_column(default=False)
    use_first_name: Mapped[bool] = mapped_column(default=True)
    budget_cents: Mapped[int | None]  # what texts may cost a month; none: no limit
    thousand_texts_cents: Mapped[int] = mapped_column(default=THOUSAND_TEXTS, server_default="1100")
    checks_off: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    second_step: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    keep_words_days: Mapped[int | None]  # none: as long as the installation keeps them
    keep_strangers_days: Mapped[int | None]

    @property
    def ready(self) -> bool:
        """Whether a patient in danger can be told whom to call: without it, no text leaves."""
        return bool(self.emergency_number and self.crisis_number and self.safety_contact_id)

    @property
    def window(self) -> Window:
        """When patients may be written to who have no hours of their own."""
        return Window(self.opens, self.closes)

    @property
    def staffed(self) -> Window:
        """The hours in which somebody is there."""
        return Window(self.staffed_from or self.opens, self.staffed_until or self.closes)

    @property
    def hours(self) -> Hours:
        """When somebody is there."""
        closed = frozenset(date.fromisoformat(day) for day in self.closed_days)
        return Hours(ZoneInfo(self.zone), self.staffed, frozenset(self.weekdays), closed)


class Location(Base):
    """One site of a clinic."""

    __tablename__ = "location"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    phone: Mapped[str] = mapped_column(sa.String(32), default="")


class Sender(Base):
    """A number, messaging service or mail address that one clinic writes from."""

    __tablename__ = "sender"
    __table_args__ = (UniqueConstraint("address"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    medium: Mapped[Medium]
    address: Mapped[str] = mapped_column(sa.String(254))
    fault: Mapped[str] = mapped_column(sa.String(64), default="")
    faulted_at: Mapped[datetime | None]
    per_second: Mapped[float] = mapped_column(default=1.0)
    tokens: Mapped[float] = mapped_column(default=1.0)
    refilled_at: Mapped[datetime | None]
    booked_until: Mapped[datetime | None]

    def fail(self, fault: str, now: datetime) -> None:
        """Stop using this sender until a person mends it."""
        self.fault, self.faulted_at = fault, now

    def slow_down(self, now: datetime) -> None:
        """The provider has had enough for a moment: nothing but what is awaited leaves at once."""
        self.tokens, self.refilled_at = min(self.tokens, 0.0), now

    def mend(self) -> None:
        self.fault, self.faulted_at = "", None


def new_key() -> str:
    """A random key of 130 bits or more for rows that outsiders may name."""
    return secrets.token_hex(17)
