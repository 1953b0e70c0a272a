"""What should a patient do, how much, and when?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from reminders.core import programme, schedule
from reminders.core.dose import Dose
from reminders.core.fading import Fading, Pace
from reminders.core.schedule import Rhythm
from reminders.store.db import Base
from reminders.store.exercises import Exercise
from reminders.store.keyring import Encrypted
from reminders.store.people import Patient, new_key

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]
# What core/schedule raises of times, zones and hours that make no sense.
UNPLANNABLE = (ValueError, TypeError, LookupError, ArithmeticError)


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
    kept: Mapped[str | None] = mapped_column(Encrypted("plan_version.kept"))
    plan: Mapped[Plan] = relationship(back_populates="versions")
    phases: Mapped[list["Phase"]] = relationship(order_by="Phase.position")
    prescriptions: Mapped[list["Prescription"]] = relationship(
        order_by="Prescription.position", lazy="selectin"
    )
    routines: Mapped[list["Routine"]] = relationship(order_by="Routine.id", lazy="selectin")

    @property
    def phase(self) -> "Phase | None":
        """The phase in force, if the plan has phases."""
        return next((one for one in self.phases if one.current), None)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why the therapist kept what a check minded, by the finding's key."""
        return MappingProxyType(json.loads(self.kept)) if self.kept else MappingProxyType({})


class Phase(Base):
    """A stage of a plan with what lets a patient in and out of it; one of a version is in force.

    The exercises of the phase in force are the version's prescriptions; those of the others wait in
    `exercises`, so that nothing but the plan editor has to tell them apart.
    """

    __tablename__ = "phase"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    phase_key: Mapped[str] = mapped_column(sa.String(40), default=new_key)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Encrypted("phase.name"))
    entry: Mapped[str] = mapped_column(Encrypted("phase.entry"), default="")
    exit: Mapped[str] = mapped_column(Encrypted("phase.exit"), default="")
    goal_fields: Mapped[dict[str, Any]]
    exercises: Mapped[str] = mapped_column(Encrypted("phase.exercises"), default="")
    current: Mapped[bool] = mapped_column(default=False)
    since: Mapped[date | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime | None]

    @property
    def goal(self) -> programme.Goal:
        return programme.goal_from(self.goal_fields)

    @property
    def waiting(self) -> tuple[programme.Item, ...]:
        """The exercises of a phase that is not in force."""
        return programme.items_from_text(self.exercises)

    def enter(self, before: "Phase | None", *, by: int | None, on: date, now: datetime) -> None:
        """Put it in force: moving a patient on is signed for, an edit within a phase is not."""
        self.current = True
        if before is not None and before.phase_key == self.phase_key:
            self.since, self.signed_at = before.since, before.signed_at
            self.signed_by_id = before.signed_by_id
        else:
            self.since, self.signed_at, self.signed_by_id = on, now, by


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
    phase: Mapped[Phase | None] = relationship()

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
    fades_to: Mapped[Pace | None]
    fades_from: Mapped[date | None]
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

    @property
    def fading(self) -> Fading | None:
        """From when on reminders are thinned, and how far."""
        if self.fades_to is None or self.fades_from is None:
            return None
        return Fading(self.fades_to, self.fades_from)

    def fade(self, fading: Fading | None) -> None:
        """Thin the reminders out, or none of them; the sittings stay."""
        self.fades_to = fading.pace if fading else None
        self.fades_from = fading.since if fading else None

    def plan_next(self, patient: Patient, after: datetime) -> None:
        """Move on to the next due moment after `after`; what makes no sense is set aside."""
        try:
            due = schedule.next_due(self.rhythm(patient), after)
        except UNPLANNABLE as fault:
            self.set_aside(type(fault).__name__)
            return
        self.next_due_at, self.fault = due.at if due is not None else None, ""

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
    fading: Fading | None = None


@dataclass(frozen=True)
class PhaseDraft:
    """A phase as a therapist writes it; the one in force has its exercises in the plan itself."""

    phase: programme.Phase
    phase_key: str = ""
    current: bool = False


@dataclass(frozen=True)
class PlanDraft:
    """A whole programme before it becomes a version."""

    prescriptions: tuple[PrescriptionDraft, ...]
    routines: tuple[RoutineDraft, ...]
    change: str = ""
    phases: tuple[PhaseDraft, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


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
    before = plan.versions[-1].phase if plan.versions else None
    plan.current_number += 1
    plan.ended_at = None
    version = PlanVersion(
        clinic_id=plan.clinic_id,
        number=plan.current_number,
        made_at=now,
        made_by_id=by,
        change=draft.change,
        kept=json.dumps(dict(draft.reasons)) if draft.reasons else None,
    )
    plan.versions.append(version)
    version.phases = [_phase(plan, place, one) for place, one in enumerate(draft.phases, start=1)]
    for phase, wanted in zip(version.phases, draft.phases, strict=True):
        if wanted.current:
            day = schedule.local_day(now, plan.patient.tz)
            phase.enter(before, by=by, on=day, now=now)
    version.prescriptions = _prescriptions(plan, draft.prescriptions, version.phase)
    version.routines = [_routine(plan, routine, now) for routine in draft.routines]
    for routine in version.routines:
        routine.plan_next(plan.patient, now)
    session = object_session(plan)
    if session is not None:
        session.flush()
    return version


def _phase(plan: Plan, position: int, draft: PhaseDraft) -> Phase:
    phase = draft.phase
    return Phase(
        clinic_id=plan.clinic_id,
        phase_key=draft.phase_key or new_key(),
        position=position,
        name=phase.name,
        entry=phase.entry,
        exit=phase.exit,
        goal_fields=programme.goal_to(phase.goal),
        exercises="" if draft.current else programme.items_to_text(phase.items),
        current=False,
    )


def _prescriptions(
    plan: Plan, drafts: Sequence[PrescriptionDraft], phase: Phase | None
) -> list[Prescription]:
    return [
        Prescription(
            clinic_id=plan.clinic_id,
            phase=phase,
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
        fades_to=draft.fading.pace if draft.fading else None,
        fades_from=draft.fading.since if draft.fading else None,
    )
