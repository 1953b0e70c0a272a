"""What should a patient do, how much, and when?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from reminders.core import schedule
from reminders.core.dose import Dose
from reminders.core.exercises import Words, library
from reminders.core.schedule import Rhythm
from reminders.store.db import Base
from reminders.store.keyring import Encrypted
from reminders.store.people import Patient, new_key

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


class Exercise(Base):
    """One exercise a clinic can prescribe: a built-in one by its key, or the clinic's own."""

    __tablename__ = "exercise"
    __table_args__ = (UniqueConstraint("clinic_id", "key"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    key: Mapped[str] = mapped_column(sa.String(48))
    texts: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)

    def words(self, language: str) -> Words:
        """What the patient reads, in their language where it is written, else in English."""
        if self.texts is None:
            texts = library()[self.key].texts
            return texts.get(language) or texts["en"]
        own = self.texts.get(language) or next(iter(self.texts.values()))
        return Words(**{**own, "steps": tuple(own["steps"])})


class Template(Base):
    """A programme to start from, the clinic's or one person's."""

    __tablename__ = "template"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    content: Mapped[dict[str, Any]]


class Plan(Base):
    """A patient's programme: a row of versions, the newest one being in force."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("patient_id"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    current_number: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    patient: Mapped[Patient] = relationship()
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", order_by="PlanVersion.number"
    )

    @property
    def current(self) -> "PlanVersion | None":
        newest = self.versions[-1] if self.versions else None
        return newest if newest is not None and self.ended_at is None else None


class PlanVersion(Base):
    """The programme as it stood between two edits; never changed once written."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    change: Mapped[str] = mapped_column(Encrypted("plan_version.change"), default="")
    plan: Mapped[Plan] = relationship(back_populates="versions")
    phases: Mapped[list["Phase"]] = relationship(order_by="Phase.position")
    prescriptions: Mapped[list["Prescription"]] = relationship(
        order_by="Prescription.position", lazy="selectin"
    )
    routines: Mapped[list["Routine"]] = relationship(order_by="Routine.id", lazy="selectin")


class Phase(Base):
    """A stage of a plan with what lets a patient in and out of it."""

    __tablename__ = "phase"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    entry: Mapped[str] = mapped_column(sa.Text, default="")
    exit: Mapped[str] = mapped_column(sa.Text, default="")


class Prescription(Base):
    """One exercise of a plan version with its dose."""

    __tablename__ = "prescription"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("phase.id"))
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercise.id"))
    position: Mapped[int]
    dose_fields: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Encrypted("prescription.note"), default="")
    exercise: Mapped[Exercise] = relationship(lazy="joined")

    @property
    def dose(self) -> Dose:
        return Dose.from_json(self.dose_fields)


class Routine(Base):
    """Which prescriptions, on which days, at which local times; knows when it is due next."""

    __tablename__ = "routine"
    __table_args__ = (
        UniqueConstraint("plan_version_id", "routine_key"),
        Index("ix_routine_next_due_at", "next_due_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    routine_key: Mapped[str] = mapped_column(sa.String(40), default=new_key)
    positions: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    weekdays: Mapped[list[int]] = mapped_column(sa.JSON, default=lambda: list(EVERY_DAY))
    times: Mapped[list[str]]
    every_days: Mapped[int] = mapped_column(default=1)
    starts: Mapped[date]
    ends: Mapped[date | None]
    next_due_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(sa.String(120), default="")
    patient: Mapped[Patient] = relationship()

    def rhythm(self, patient: Patient) -> Rhythm:
        """The routine as core/schedule sees it, in the patient's zone and window."""
        return Rhythm(
            zone=schedule.zone(patient.zone),
            times=tuple(time.fromisoformat(wall) for wall in self.times),
            start=self.starts,
            end=self.ends,
            weekdays=frozenset(self.weekdays),
            every_days=self.every_days,
            window=patient.window,
            pauses=tuple(pause.span for pause in patient.pauses),
        )

    def plan_next(self, patient: Patient, after: datetime) -> None:
        """Move on to the next due moment after `after`."""
        due = schedule.next_due(self.rhythm(patient), after)
        self.next_due_at = due.at if due is not None else None

    def set_aside(self, fault: str) -> None:
        """Take a routine that cannot be planned out of the way of its neighbours."""
        self.next_due_at, self.fault = None, fault[:120]


@dataclass(frozen=True)
class PrescriptionDraft:
    """One line of a plan as a therapist writes it."""

    exercise_id: int
    dose: Dose
    note: str = ""


@dataclass(frozen=True)
class RoutineDraft:
    """When to do it; `positions` (from 1) are the prescriptions meant, none meaning all."""

    times: tuple[time, ...]
    weekdays: frozenset[int] = frozenset(range(7))
    every_days: int = 1
    starts: date | None = None
    ends: date | None = None
    positions: tuple[int, ...] = ()
    routine_key: str = ""


@dataclass(frozen=True)
class PlanDraft:
    """A whole programme before it becomes a version."""

    prescriptions: tuple[PrescriptionDraft, ...]
    routines: tuple[RoutineDraft, ...]
    change: str = ""


def plan_of(session: Session, patient: Patient) -> Plan:
    """The patient's plan, begun if there is none yet."""
    plan = session.scalar(sa.select(Plan).where(Plan.patient_id == patient.id))
    if plan is None:
        plan = Plan(clinic_id=patient.clinic_id, patient_id=patient.id, patient=patient)
        session.add(plan)
        session.flush()
    return plan


def write_version(plan: Plan, draft: PlanDraft, *, by: int | None, now: datetime) -> PlanVersion:
    """Write a new version and let its routines take over; outbox.withdraw_unsent goes with it."""
    for old in plan.versions:
        for routine in old.routines:
            routine.next_due_at = None
    plan.current_number += 1
    plan.ended_at = None
    version = PlanVersion(
        clinic_id=plan.clinic_id,
        number=plan.current_number,
        made_at=now,
        made_by_id=by,
        change=draft.change,
    )
    plan.versions.append(version)
    version.prescriptions = _prescriptions(plan, draft.prescriptions)
    version.routines = [_routine(plan, routine, now) for routine in draft.routines]
    for routine in version.routines:
        routine.plan_next(plan.patient, now)
    session = object_session(plan)
    if session is not None:
        session.flush()
    return version


def _prescriptions(plan: Plan, drafts: Sequence[PrescriptionDraft]) -> list[Prescription]:
    return [
        Prescription(
            clinic_id=plan.clinic_id,
            exercise_id=draft.exercise_id,
            position=position,
            dose_fields=draft.dose.to_json(),
            note=draft.note,
        )
        for position, draft in enumerate(drafts, start=1)
    ]


def _routine(plan: Plan, draft: RoutineDraft, now: datetime) -> Routine:
    return Routine(
        clinic_id=plan.clinic_id,
        patient_id=plan.patient_id,
        patient=plan.patient,
        routine_key=draft.routine_key or new_key(),
        positions=list(draft.positions),
        weekdays=sorted(draft.weekdays),
        times=[wall.isoformat("minutes") for wall in draft.times],
        every_days=draft.every_days,
        starts=draft.starts or schedule.local_day(now, plan.patient.tz),
        ends=draft.ends,
    )
