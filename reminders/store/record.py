"""What was due, what was done, how much did it hurt, and who must look at it?"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from reminders.core.adherence import Excuse, Outcome
from reminders.core.replies import SkipReason
from reminders.core.triage import AlertKind, Urgency
from reminders.store.db import Base
from reminders.store.keyring import Encrypted
from reminders.store.people import Clinic, Patient

NOT_TOLD = " Not told: ring now."


class Occurrence(Base):
    """One due sitting: once per routine, slot of the day and local date."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("routine_key", "slot", "day"),
        Index("ix_occurrence_patient", "patient_id", "day"),
        Index("ix_occurrence_message", "message_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    routine_key: Mapped[str] = mapped_column(sa.String(40))
    slot: Mapped[int]
    day: Mapped[date]
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    routine_id: Mapped[int] = mapped_column(ForeignKey("routine.id"))
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("message.id", use_alter=True, name="fk_occurrence_message_id")
    )
    excuse: Mapped[Excuse | None]

    def exclude(self, excuse: Excuse) -> None:
        """Leave this sitting out of the figures, done or not; the first reason stays."""
        self.excuse = self.excuse or excuse

    def include(self) -> None:
        """Count it after all: the reminder did arrive. What was excused for another cause stays."""
        if self.excuse in (Excuse.MISSED, Excuse.FAILED):
            self.excuse = None


class Moment(StrEnum):
    """Which moment a pain figure speaks of."""

    AFTER = "after"
    NEXT_MORNING = "next_morning"
    OTHER = "other"


class EntrySource(StrEnum):
    """Where a log entry came from."""

    TEXT = "text"
    EMAIL = "email"
    PAGE = "page"
    STAFF = "staff"


class LogEntry(Base):
    """What a patient reported: whole, and superseded by a newer one rather than changed."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_patient", "patient_id", "day"),
        Index("ix_log_entry_occurrence", "occurrence_id"),
        Index(
            "uq_log_entry_current",
            "occurrence_id",
            "moment",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL AND occurrence_id IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND occurrence_id IS NOT NULL"),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    day: Mapped[date]
    moment: Mapped[Moment] = mapped_column(default=Moment.AFTER)
    outcome: Mapped[Outcome | None]
    done: Mapped[list[int] | None] = mapped_column(sa.JSON)
    pain: Mapped[int | None] = mapped_column(sa.SmallInteger)
    reason: Mapped[SkipReason | None]
    note: Mapped[str | None] = mapped_column(Encrypted("log_entry.note"))
    source: Mapped[EntrySource]
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    def supersede(self, now: datetime) -> None:
        self.superseded_at = now


def current_entry(
    session: Session, occurrence_id: int, moment: Moment = Moment.AFTER
) -> LogEntry | None:
    """What is known now of one sitting."""
    return session.scalar(
        sa.select(LogEntry).where(
            LogEntry.occurrence_id == occurrence_id,
            LogEntry.moment == moment,
            LogEntry.superseded_at.is_(None),
        )
    )


# As text: an index and a query must say the same, and a value left out of it fits no condition.
OPEN_SAFETY = sa.text("kind = 'safety' AND resolved_at IS NULL")


class Alert(Base):
    """Something a person must look at; one open per patient and kind."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_open",
            "patient_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("resolved_at IS NULL AND patient_id IS NOT NULL"),
            postgresql_where=sa.text("resolved_at IS NULL AND patient_id IS NOT NULL"),
        ),
        Index("ix_alert_clinic", "clinic_id", "resolved_at"),
        Index("ix_alert_safety", "told_at", sqlite_where=OPEN_SAFETY, postgresql_where=OPEN_SAFETY),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))
    kind: Mapped[AlertKind]
    urgency: Mapped[int] = mapped_column(sa.SmallInteger)
    sentence: Mapped[str] = mapped_column(Encrypted("alert.sentence"))
    evidence: Mapped[str] = mapped_column(Encrypted("alert.evidence"), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    tellings: Mapped[int] = mapped_column(default=0)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    snoozed_until: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    patient: Mapped[Patient | None] = relationship()

    def hear_more(self, reply_id: int, sentence: str, evidence: str) -> None:
        """Worse may have come: the newest words first, none lost, and nobody has it any more."""
        if sentence not in self.sentence:
            self.sentence = f"{sentence} {self.sentence}"
        self.reply_id, self.evidence = reply_id, f"{evidence}\n{self.evidence}"
        self.acknowledged_at = self.acknowledged_by_id = None

    def acknowledge(self, by: int, now: datetime) -> None:
        """Somebody has it: escalation stops, the alert stays until resolved."""
        self.acknowledged_at, self.acknowledged_by_id, self.owner_id = now, by, by

    def hand_over(self, to: int) -> None:
        """It is theirs from now on; that they have seen it, they say themselves."""
        self.owner_id, self.acknowledged_at, self.acknowledged_by_id = to, None, None

    def escalate(self, now: datetime) -> None:
        """Its owner has let it lie: from now on it stands on everyone's list."""
        self.escalated_at = now

    def not_told(self) -> None:
        """The fixed answer did not get through: whoever opens this must ring."""
        if not self.sentence.endswith(NOT_TOLD):
            self.sentence += NOT_TOLD

    def snooze(self, until: datetime) -> None:
        self.snoozed_until = until

    def wake(self) -> None:
        """Somebody put it off by mistake."""
        self.snoozed_until = None

    def resolve(self, by: int | None, now: datetime) -> None:
        """Close it; `by` None means that the reason itself has gone."""
        self.resolved_at, self.resolved_by_id = now, by

    def reopen(self) -> None:
        """Somebody closed it by mistake."""
        self.resolved_at = self.resolved_by_id = None


def open_alert(session: Session, patient_id: int, kind: AlertKind) -> Alert | None:
    return session.scalar(
        sa.select(Alert).where(
            Alert.patient_id == patient_id, Alert.kind == kind, Alert.resolved_at.is_(None)
        )
    )


def alert_clinic(session: Session, clinic_id: int, sentence: str, now: datetime) -> None:
    """Put a fault of ours before the clinic, once while it stands."""
    if standing_fault(session, clinic_id, sentence) is None:
        session.add(
            Alert(
                clinic_id=clinic_id,
                kind=AlertKind.NOT_DELIVERED,
                urgency=Urgency.TODAY.rank,
                sentence=sentence,
                owner_id=session.get_one(Clinic, clinic_id).safety_contact_id,
                opened_at=now,
            )
        )


def standing_fault(session: Session, clinic_id: int, sentence: str) -> Alert | None:
    """The open alert that says so of the service itself; words are ciphertext in the database."""
    standing = session.scalars(
        sa.select(Alert).where(
            Alert.clinic_id == clinic_id,
            Alert.kind == AlertKind.NOT_DELIVERED,
            Alert.patient_id.is_(None),
            Alert.resolved_at.is_(None),
        )
    )
    return next((alert for alert in standing if alert.sentence == sentence), None)


class Visit(Base):
    """A day on which the patient was seen; "since the last visit" counts from it."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("patient_id", "day"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    day: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class Call(Base):
    """A member of staff rang the patient, or that phone rang us: then nobody is named.

    Somebody was spoken to, or not. One phone may be several patients': a call from it stands once
    with each of them, and proves nothing of any.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_patient", "patient_id", "at"),
        UniqueConstraint("provider_id", "patient_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    provider_id: Mapped[str | None] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    reached: Mapped[bool]
    left_word: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    note: Mapped[str | None] = mapped_column(Encrypted("call.note"))


class Cause(StrEnum):
    """What made a clinic's reminders stop."""

    PERSON = "person"
    SILENCE = "silence"
    RESTORE = "restore"
    CLOCKS = "clocks"


class Hold(Base):
    """A stop on a clinic's reminders until a person releases it.

    `dark_since` is when we were last known to listen: what came in from then on is fetched from
    the provider before anything leaves.
    """

    __tablename__ = "hold"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    cause: Mapped[Cause] = mapped_column(default=Cause.PERSON, server_default=Cause.PERSON)
    reason: Mapped[str] = mapped_column(sa.String(120))
    by: Mapped[str] = mapped_column(sa.String(32))
    since: Mapped[datetime]
    dark_since: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    def ask_release(self, by: int, now: datetime) -> None:
        """A person lets the reminders go; the clock listens first, then releases."""
        self.asked_at, self.released_by_id = now, by

    def release(self, now: datetime) -> None:
        self.released_at = now
