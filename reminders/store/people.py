"""Which clinic, which patient, and may we write to them?"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from reminders.core import gate
from reminders.core.exercises import Condition
from reminders.core.hours import Hours
from reminders.core.schedule import Pause, Window
from reminders.store.db import Base, insert_once
from reminders.store.keyring import Blind, Encrypted
from reminders.store.statements import among, run

SHORT_NAME = 25
# What a thousand text segments cost in cents, until a clinic says what it pays.
THOUSAND_TEXTS = 1_100


class Medium(StrEnum):
    """A way to write to a person."""

    TEXT = "text"
    EMAIL = "email"


class Care(StrEnum):
    """Where a patient stands with the clinic."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISCHARGED = "discharged"


class Why(StrEnum):
    """Why a clinic may not write to an address."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    DEAD_ADDRESS = "dead_address"


class Source(StrEnum):
    """Who blocked an address; what the carrier blocked, only the carrier's word unblocks."""

    CARRIER = "carrier"
    PATIENT = "patient"
    STAFF = "staff"


class Clinic(Base):
    """The tenant: its zone, hours, and the numbers a patient in danger is told to call."""

    __tablename__ = "clinic"

    name: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(SHORT_NAME))
    zone: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    phone: Mapped[str] = mapped_column(sa.String(32))
    opens: Mapped[time] = mapped_column(sa.Time, default=time(8))
    closes: Mapped[time] = mapped_column(sa.Time, default=time(20))
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

    @property
    def ready(self) -> bool:
        """Whether a patient in danger can be told whom to call: without it, no text leaves."""
        return bool(self.emergency_number and self.crisis_number and self.safety_contact_id)

    @property
    def window(self) -> Window:
        return Window(self.opens, self.closes)

    @property
    def hours(self) -> Hours:
        """When somebody is there."""
        closed = frozenset(date.fromisoformat(day) for day in self.closed_days)
        return Hours(ZoneInfo(self.zone), self.window, frozenset(self.weekdays), closed)


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


class ConsentStep(StrEnum):
    """What a line of the consent ledger says."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class Consent(Base):
    """Append-only ledger: who agreed to what wording, for which address, and who took it back."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_patient", "patient_id", "medium"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    medium: Mapped[Medium]
    step: Mapped[ConsentStep]
    address_index: Mapped[bytes] = mapped_column(Blind)
    wording: Mapped[str] = mapped_column(sa.Text)
    wording_version: Mapped[str] = mapped_column(sa.String(16))
    how: Mapped[str] = mapped_column(sa.String(32))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(32))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))


class Suppression(Base):
    """This clinic may not write to this address."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("clinic_id", "medium", "address_index"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    medium: Mapped[Medium]
    address_index: Mapped[bytes] = mapped_column(Blind)
    why: Mapped[Why]
    source: Mapped[Source]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    def renew(self, why: Why, source: Source, now: datetime) -> None:
        """Block again; what the carrier holds stays the carrier's."""
        held_by_carrier = self.lifted_at is None and self.source is Source.CARRIER
        self.why, self.at, self.lifted_at = why, now, None
        self.source = Source.CARRIER if held_by_carrier else source

    def lift(self, now: datetime) -> None:
        """Allow writing again: by the patient's own word alone."""
        self.lifted_at = now


def suppress(
    session: Session,
    clinic_id: int,
    medium: Medium,
    address: str,
    why: Why,
    *,
    source: Source,
    now: datetime,
) -> None:
    """Stop this clinic writing to an address: all patients on it, this medium only."""
    row = suppression(session, clinic_id, medium, address)
    if row is not None:
        row.renew(why, source, now)
        return
    block = {
        "clinic_id": clinic_id,
        "medium": medium,
        "address_index": address,
        "why": why,
        "source": source,
        "at": now,
    }
    # Somebody else may be saying the same at this moment: the key lets one of us in.
    insert_once(session, Suppression, [block])


def suppression(
    session: Session, clinic_id: int, medium: Medium, address: str
) -> Suppression | None:
    """The row for an address, lifted or not."""
    return session.scalar(
        sa.select(Suppression).where(
            Suppression.clinic_id == clinic_id,
            Suppression.medium == medium,
            Suppression.address_index == address,
        )
    )


def suppressed(session: Session, clinic_id: int, medium: Medium, address: str) -> bool:
    """Whether this clinic may not write to an address."""
    return why_suppressed(session, clinic_id, medium, address) is not None


def why_suppressed(session: Session, clinic_id: int, medium: Medium, address: str) -> Why | None:
    """Why this clinic may not write to an address, or None if it may."""
    row = suppression(session, clinic_id, medium, address)
    return row.why if row is not None and row.lifted_at is None else None


def consent_of(session: Session, patient: Patient, medium: Medium) -> gate.Consent:
    """How far the patient has agreed for the address they have now: a new one needs a new yes."""
    address = patient.address(medium)
    if not address:
        return gate.Consent.NONE
    steps = session.scalars(
        sa.select(Consent.step)
        .where(
            Consent.patient_id == patient.id,
            Consent.medium == medium,
            Consent.address_index == address,
        )
        .order_by(Consent.id)
    )
    state = gate.Consent.NONE
    for step in steps:
        state = _after(state, step)
    return state


_CONSENTS = (
    sa.select(Consent.patient_id, Consent.medium, Consent.step)
    .join(Patient, Patient.id == Consent.patient_id)
    .where(
        among(Consent.patient_id, "patients"),
        Consent.address_index
        == sa.case((Consent.medium == Medium.TEXT, Patient.phone_index), else_=Patient.email_index),
    )
    .order_by(Consent.id)
)


def consents_of(
    session: Session, patient_ids: Collection[int]
) -> Mapping[tuple[int, Medium], gate.Consent]:
    """As consent_of, for many patients in one read; who never agreed is left out."""
    rows = run(session, _CONSENTS, patients=patient_ids)
    agreed: dict[tuple[int, Medium], gate.Consent] = {}
    for patient_id, medium, step in rows:
        before = agreed.get((patient_id, medium), gate.Consent.NONE)
        agreed[patient_id, medium] = _after(before, step)
    return agreed


def _after(before: gate.Consent, step: ConsentStep) -> gate.Consent:
    # Giving it once more takes nothing away from what was confirmed.
    return before if step is ConsentStep.GIVEN and before is _SURE else _AFTER[step]


_SURE = gate.Consent.CONFIRMED
_AFTER = {
    ConsentStep.GIVEN: gate.Consent.GIVEN,
    ConsentStep.CONFIRMED: gate.Consent.CONFIRMED,
    ConsentStep.REVOKED: gate.Consent.NONE,
}


def new_key() -> str:
    """A random key of 130 bits or more for rows that outsiders may name."""
    return secrets.token_hex(17)
