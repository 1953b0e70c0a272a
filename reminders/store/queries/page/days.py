"""How were a patient's days, and by what rhythm do the next ones come?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import PainPoint, Sitting
from reminders.core.coming import Place
from reminders.core.schedule import Pause, Rhythm, Window
from reminders.store.people import Clinic, Patient, PatientPause
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.queries.history import session_pain
from reminders.store.record import LogEntry, Moment, Occurrence


@dataclass(frozen=True)
class Written:
    """The sittings from a day on, oldest first, and the places they take."""

    sittings: tuple[Sitting, ...]
    places: Mapping[Place, Sitting]


def written_since(session: Session, patient_id: int, since: date) -> Written:
    """What has come due, with what is reported of it."""
    rows = session.execute(_sittings(patient_id, since).order_by(Occurrence.due_at, Occurrence.id))
    return _written(rows.all())


def told_since(
    session: Session, patient_id: int, since: date
) -> tuple[Written, tuple[PainPoint, ...]]:
    """The same, and every pain report ever, oldest first: one statement for both."""
    none = sa.null()
    pains = sa.select(
        none, none, LogEntry.day, none, LogEntry.at, none, none, LogEntry.pain, none
    ).where(session_pain(patient_id))
    both = sa.union_all(_sittings(patient_id, since), pains).order_by("due_at", "sitting")
    rows = session.execute(both).all()
    points = (PainPoint(row.day, row.pain, row.due_at) for row in rows if row.sitting is None)
    oldest_first = sorted(points, key=lambda one: (one.day, one.at))
    return _written([row for row in rows if row.sitting is not None]), tuple(oldest_first)


def _sittings(patient_id: int, since: date) -> sa.Select[*tuple[Any, ...]]:
    reported = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    return (
        sa.select(
            Occurrence.routine_key,
            Occurrence.slot,
            Occurrence.day,
            Occurrence.id.label("sitting"),
            Occurrence.due_at,
            Occurrence.closes_at,
            LogEntry.outcome,
            LogEntry.pain,
            Occurrence.excuse,
        )
        .outerjoin(LogEntry, reported)
        .where(Occurrence.patient_id == patient_id, Occurrence.day >= since)
    )


def _written(rows: Sequence[Any]) -> Written:
    places = {
        (row.routine_key, row.slot, row.day): Sitting(
            row.sitting, row.day, row.due_at, row.closes_at, row.outcome, row.pain, row.excuse
        )
        for row in rows
    }
    return Written(tuple(places.values()), places)


def rhythms_of(session: Session, patient_id: int, zone: ZoneInfo) -> Mapping[str, Rhythm]:
    """The rhythm of each routine of the plan in force, in the patient's window, with the pauses."""
    rows = session.execute(
        sa.select(
            Routine,
            sa.func.coalesce(Patient.opens, Clinic.opens, type_=sa.Time()).label("opens"),
            sa.func.coalesce(Patient.closes, Clinic.closes, type_=sa.Time()).label("closes"),
            PatientPause.first_day,
            PatientPause.last_day,
        )
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Patient, Patient.id == Plan.patient_id)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .outerjoin(PatientPause, PatientPause.patient_id == Patient.id)
        .where(
            Plan.patient_id == patient_id,
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
            Routine.fault == "",
        )
        .order_by(Routine.id, PatientPause.first_day)
    ).all()
    pauses = dict.fromkeys((row.first_day, row.last_day) for row in rows if row.first_day)
    spans = tuple(Pause(first, last) for first, last in pauses)
    return {row.Routine.routine_key: _rhythm(row, zone, spans) for row in rows}


def _rhythm(row: Any, zone: ZoneInfo, pauses: tuple[Pause, ...]) -> Rhythm:
    routine: Routine = row.Routine
    return Rhythm(
        zone=zone,
        times=tuple(time.fromisoformat(wall) for wall in routine.times),
        start=routine.starts,
        end=routine.ends,
        weekdays=frozenset(routine.weekdays),
        every_days=routine.every_days,
        window=Window(row.opens, row.closes),
        pauses=pauses,
    )
