"""What does a patient's plan say, and how did it come to say so?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.dose import Dose
from reminders.core.fading import Fading
from reminders.core.programme import Goal, Item
from reminders.core.schedule import Pause, Rhythm, Window
from reminders.store.accounts import Staff
from reminders.store.exercises import Exercise
from reminders.store.plans import Phase, Plan, PlanVersion, Prescription, Routine
from reminders.store.queries.asked import ID, PATIENT
from reminders.store.queries.today import AnyRow


@dataclass(frozen=True, slots=True)
class RoutineRow:
    """When a plan version asks for which of its exercises."""

    key: str
    times: tuple[time, ...]
    weekdays: frozenset[int]
    every_days: int
    starts: date
    ends: date | None
    positions: tuple[int, ...]
    fading: Fading | None = None
    id: int = 0

    def rhythm(self, zone: ZoneInfo, window: Window, pauses: tuple[Pause, ...] = ()) -> Rhythm:
        """The routine as core/schedule sees it."""
        return Rhythm(
            zone,
            self.times,
            self.starts,
            self.ends,
            self.weekdays,
            self.every_days,
            window,
            pauses,
        )


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a plan; the current one is in force."""

    id: int
    number: int
    made_at: datetime
    change: str
    by: str
    current: bool
    routines: tuple[RoutineRow, ...]
    reasons: Mapping[str, str]
    phased: bool
    exercises: int
    phase: str = ""  # the name of the one in force

    def asked_by(self) -> dict[int, int]:
        """How many exercises each routine asks for; one that names none asks for all."""
        return {one.id: len(one.positions) or self.exercises for one in self.routines}


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One exercise of a version, in the words of a language."""

    position: int
    key: str
    name: str
    dose: Dose
    note: str
    drawing: str = ""


def versions(session: Session, patient_id: int) -> tuple[Version, ...]:
    """Every version of a patient's plan with its routines, oldest first."""
    by_version: dict[int, list[AnyRow]] = {}
    for row in session.execute(_versions(), {"patient": patient_id}):
        by_version.setdefault(row[0], []).append(row)
    return tuple(_version(own) for own in by_version.values())


@cache
def _versions() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            PlanVersion.id,
            PlanVersion.number,
            PlanVersion.made_at,
            PlanVersion.change,
            Staff.name,
            sa.and_(PlanVersion.number == Plan.current_number, Plan.ended_at.is_(None)),
            PlanVersion.kept,
            sa.exists().where(Phase.plan_version_id == PlanVersion.id),
            _exercises().label("exercises"),
            _phase().label("phase"),
            Routine,
        )
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .outerjoin(Staff, Staff.id == PlanVersion.made_by_id)
        .outerjoin(Routine, Routine.plan_version_id == PlanVersion.id)
        .where(Plan.patient_id == PATIENT)
        .order_by(PlanVersion.number, Routine.id)
    )


def _exercises() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Prescription.id))
        .where(Prescription.plan_version_id == PlanVersion.id)
        .scalar_subquery()
    )


def _phase() -> sa.ScalarSelect[str]:
    """The name of the phase that a version has in force."""
    return (
        sa.select(Phase.name)
        .where(Phase.plan_version_id == PlanVersion.id, Phase.current.is_(True))
        .limit(1)
        .scalar_subquery()
    )


def _version(rows: Sequence[AnyRow]) -> Version:
    version_id, number, made_at, change, by, current, kept, phased, exercises, phase, _ = rows[0]
    routines = tuple(_routine(row[-1]) for row in rows if row[-1] is not None)
    reasons = json.loads(kept) if kept else {}
    return Version(
        version_id,
        number,
        made_at,
        change,
        by or "",
        bool(current),
        routines,
        reasons,
        bool(phased),
        exercises,
        phase or "",
    )


def _routine(row: Routine) -> RoutineRow:
    return RoutineRow(
        row.routine_key,
        tuple(time.fromisoformat(wall) for wall in row.times),
        frozenset(row.weekdays),
        row.every_days,
        row.starts,
        row.ends,
        tuple(row.positions or ()),
        row.fading,
        row.id,
    )


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One phase of a version; the items are those that wait, of a phase not in force."""

    key: str
    name: str
    entry: str
    exit: str
    goal: Goal
    items: tuple[Item, ...]
    current: bool
    since: date | None
    signed_by: str


def phases_of(session: Session, version: Version) -> tuple[PhaseRow, ...]:
    """The phases of a version in their order; none, and nothing asked, for a plan without."""
    if not version.phased:
        return ()
    rows = session.execute(
        sa.select(Phase, Staff.name)
        .outerjoin(Staff, Staff.id == Phase.signed_by_id)
        .where(Phase.plan_version_id == version.id)
        .order_by(Phase.position)
    )
    return tuple(
        PhaseRow(
            one.phase_key,
            one.name,
            one.entry,
            one.exit,
            one.goal,
            one.waiting,
            one.current,
            one.since,
            signed_by or "",
        )
        for one, signed_by in rows
    )


def prescribed(session: Session, version_id: int, language: str) -> tuple[Prescribed, ...]:
    """The exercises of one version, in their order."""
    rows = session.execute(_prescribed(), {"version": version_id})
    return tuple(
        Prescribed(
            position,
            exercise.key,
            exercise.words(language).name,
            Dose.from_json(dose),
            note,
            exercise.drawing,
        )
        for exercise, position, dose, note in rows
    )


@cache
def _prescribed() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Exercise, Prescription.position, Prescription.dose_fields, Prescription.note)
        .join(Prescription, Prescription.exercise_id == Exercise.id)
        .where(Prescription.plan_version_id == sa.bindparam("version", type_=ID))
        .order_by(Prescription.position)
    )
