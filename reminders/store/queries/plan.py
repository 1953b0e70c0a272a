"""What does a patient's plan say, and how did it come to say so?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.dose import Dose
from reminders.core.schedule import Pause, Rhythm, Window
from reminders.store.accounts import Staff
from reminders.store.plans import Exercise, Plan, PlanVersion, Prescription, Routine
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


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One exercise of a version, in the words of a language."""

    position: int
    key: str
    name: str
    dose: Dose
    note: str


def versions(session: Session, patient_id: int) -> tuple[Version, ...]:
    """Every version of a patient's plan with its routines, oldest first."""
    rows = session.execute(
        sa.select(
            PlanVersion.id,
            PlanVersion.number,
            PlanVersion.made_at,
            PlanVersion.change,
            Staff.name,
            sa.and_(PlanVersion.number == Plan.current_number, Plan.ended_at.is_(None)),
            Routine.routine_key,
            Routine.times,
            Routine.weekdays,
            Routine.every_days,
            Routine.starts,
            Routine.ends,
            Routine.positions,
        )
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .outerjoin(Staff, Staff.id == PlanVersion.made_by_id)
        .outerjoin(Routine, Routine.plan_version_id == PlanVersion.id)
        .where(Plan.patient_id == patient_id)
        .order_by(PlanVersion.number, Routine.id)
    ).all()
    by_version: dict[int, list[AnyRow]] = {}
    for row in rows:
        by_version.setdefault(row[0], []).append(row)
    return tuple(_version(own) for own in by_version.values())


def _version(rows: Sequence[AnyRow]) -> Version:
    version_id, number, made_at, change, by, current = rows[0][:6]
    routines = tuple(_routine(*row[6:]) for row in rows if row[6] is not None)
    return Version(version_id, number, made_at, change, by or "", bool(current), routines)


def _routine(
    key: str,
    times: list[str],
    weekdays: list[int],
    every_days: int,
    starts: date,
    ends: date | None,
    positions: list[int],
) -> RoutineRow:
    walls = tuple(time.fromisoformat(wall) for wall in times)
    return RoutineRow(
        key, walls, frozenset(weekdays), every_days, starts, ends, tuple(positions or ())
    )


def prescribed(session: Session, version_id: int, language: str) -> tuple[Prescribed, ...]:
    """The exercises of one version, in their order."""
    rows = session.execute(
        sa.select(Exercise, Prescription.position, Prescription.dose_fields, Prescription.note)
        .join(Prescription, Prescription.exercise_id == Exercise.id)
        .where(Prescription.plan_version_id == version_id)
        .order_by(Prescription.position)
    )
    return tuple(
        Prescribed(
            position, exercise.key, exercise.words(language).name, Dose.from_json(dose), note
        )
        for exercise, position, dose, note in rows
    )


@dataclass(frozen=True, slots=True)
class OwnExercise:
    """An exercise that the clinic wrote itself."""

    key: str
    name: str


def own_exercises(session: Session, clinic_id: int) -> tuple[OwnExercise, ...]:
    """The clinic's own exercises; the built-in ones are core.exercises.library()."""
    rows = session.scalars(
        sa.select(Exercise)
        .where(Exercise.clinic_id == clinic_id, Exercise.texts.is_not(None))
        .order_by(Exercise.id)
    )
    return tuple(OwnExercise(row.key, row.words("en").name) for row in rows if row.texts)
