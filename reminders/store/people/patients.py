"""Whose programme is it, when may we write to them, and where do they stand?"""

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from reminders.core.exercises import Condition
from reminders.core.schedule import Pause, Window
from reminders.store.db import Base
from reminders.store.keyring import Blind, Encrypted
from reminders.store.people.clinics import Clinic, Medium


class Care(StrEnum):
    """Where a patient stands with the clinic."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISCHARGED = "discharged"


class Patient(Base):
    """A person with a programme; names and addresses are ciphertext at rest."""

    __tablename__ = "patient"
    __table_args__ = (
        Index("ix_patient_phone", "clinic_id", "phone_index"),
        Index("ix_patient_email", "clinic_id", "email_index"),
        Index("ix_patient_carer", "clinic_id", "carer_phone_index"),
        Index("ix_patient_therapist", "clinic_id", "therapist_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    therapist_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    first_name: Mapped[str] = mapped_column(Encrypted("patient.first_name"))
    last_name: Mapped[str] = mapped_column(Encrypted("patient.last_name"))
    phone: Mapped[str | None] = mapped_column(Encrypted("patient.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(Blind)
    email: Mapped[str | None] = mapped_column(Encrypted("patient.email"))
    email_index: Mapped[bytes | None] = mapped_column(Blind)
    conditions: Mapped[str] = mapped_column(Encrypted("patient.conditions"), default="")
    minded: Mapped[str | None] = mapped_column(Encrypted("patient.minded"))  # Condition, by commas
    birth_year: Mapped[str] = mapped_column(Encrypted("patient.birth_year"), default="")
    zone: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    medium: Mapped[Medium]
    opens: Mapped[time | None] = mapped_column(sa.Time)
    closes: Mapped[time | None] = mapped_column(sa.Time)
    nudge_hours: Mapped[int | None] = mapped_column(sa.SmallInteger)  # none: no second reminder
    nudge_medium: Mapped[Medium | None]  # none: the reminder's own
    state: Mapped[Care] = mapped_column(default=Care.ACTIVE)
    pauses: Mapped[list["PatientPause"]] = relationship(
        order_by="PatientPause.first_day", cascade="all, delete-orphan", lazy="selectin"
    )
    safety_hold_at: Mapped[datetime | None]
    landline: Mapped[bool] = mapped_column(default=False)
    carer_name: Mapped[str | None] = mapped_column(Encrypted("patient.carer_name"))
    carer_phone: Mapped[str | None] = mapped_column(Encrypted("patient.carer_phone"))
    carer_phone_index: Mapped[bytes | None] = mapped_column(Blind)
    carer_email: Mapped[str | None] = mapped_column(Encrypted("patient.carer_email"))
    carer_consent_at: Mapped[datetime | None]
    carer_may_report: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    legal_hold_at: Mapped[datetime | None]
    legal_hold_by: Mapped[str | None] = mapped_column(sa.String(32))
    legal_hold_reason: Mapped[str | None] = mapped_column(Encrypted("patient.legal_hold_reason"))
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    clinic: Mapped[Clinic] = relationship(lazy="joined")

    @validates("phone", "email", "carer_phone")
    def _index(self, column: str, value: str | None) -> str | None:
        # The index follows its address by itself: a number that cannot be found when its owner
        # texts STOP is worse than a hook.
        setattr(self, f"{column}_index", value)
        return value

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in (self.first_name, self.last_name) if part)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def window(self) -> Window:
        """The patient's own hours where given, else the clinic's."""
        return Window(self.opens or self.clinic.opens, self.closes or self.clinic.closes)

    @property
    def minds(self) -> frozenset[Condition]:
        """The conditions that exercises are checked against."""
        return frozenset(Condition(word) for word in (self.minded or "").split(",") if word)

    def mind(self, conditions: Iterable[Condition]) -> None:
        """From now on check exercises against these conditions."""
        self.minded = ",".join(sorted(conditions))

    def address(self, medium: Medium) -> str | None:
        return self.phone if medium is Medium.TEXT else self.email

    def paused_on(self, day: date) -> bool:
        return any(pause.covers(day) for pause in self.pauses)

    def pause(self, first: date, last: date | None = None, *, by: str, reason: str = "") -> None:
        """Send no reminders from `first` to `last` (local dates, both included)."""
        self.state = Care.PAUSED if last is None else self.state
        self.pauses.append(
            PatientPause(
                clinic_id=self.clinic_id, first_day=first, last_day=last, by=by, reason=reason
            )
        )

    def resume(self, today: date) -> None:
        """End every open pause yesterday; what was paused before stays excused."""
        if self.state is Care.PAUSED:
            self.state = Care.ACTIVE
        for pause in list(self.pauses):
            if pause.first_day >= today:
                self.pauses.remove(pause)
            elif pause.covers(today):
                pause.end_before(today)

    def resume_own(self, today: date) -> None:
        """End the pauses the patient asked for; what the clinic set is the clinic's to end."""
        for pause in list(self.pauses):
            if pause.by == self.signature and pause.first_day >= today:
                self.pauses.remove(pause)
            elif pause.by == self.signature and pause.covers(today):
                pause.end_before(today)

    @property
    def signature(self) -> str:
        """How the patient's own acts are signed."""
        return f"patient:{self.id}"

    def wish_hours(self, opens: time | None, closes: time | None) -> None:
        """Write within these hours, or within the clinic's where none are given."""
        self.opens, self.closes = opens, closes

    def discharge(self) -> None:
        self.state = Care.DISCHARGED

    def hold_for_safety(self, now: datetime) -> None:
        """Stop reminders and close the page until staff clear it."""
        self.safety_hold_at = self.safety_hold_at or now

    def clear_safety(self) -> None:
        self.safety_hold_at = None

    def hold_record(self, reason: str, *, by: str, now: datetime) -> None:
        """Keep everything, whatever its age and whoever asks: a court may want it."""
        self.legal_hold_at = self.legal_hold_at or now
        self.legal_hold_by, self.legal_hold_reason = by, reason

    def release_record(self) -> None:
        self.legal_hold_at = self.legal_hold_by = self.legal_hold_reason = None


class PatientPause(Base):
    """Days on which a patient is not asked to exercise."""

    __tablename__ = "patient_pause"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Encrypted("patient_pause.reason"), default="")
    by: Mapped[str] = mapped_column(sa.String(32))

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def end_before(self, today: date) -> None:
        self.last_day = date.fromordinal(today.toordinal() - 1)

    @property
    def span(self) -> Pause:
        return Pause(self.first_day, self.last_day)
