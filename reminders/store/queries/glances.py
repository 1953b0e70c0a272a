"""How have these patients been over the last days? A few selects, however many patients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import (
    EXCUSED_MARK,
    DayMark,
    Mark,
    PainPoint,
    mark_of,
    pain_at_start,
    pain_now,
    real_change,
)
from reminders.core.schedule import local_day, zone
from reminders.store.people import Patient
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.record import LogEntry, Moment, Occurrence

DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Who:
    """A patient as far as days are concerned."""

    id: int
    zone: str
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """Fourteen days of one patient, as the desk's rows show them."""

    days: tuple[DayMark, ...]
    done: int
    due: int
    pain: int | None
    change: int  # since the first week; 0 unless it is a real one


@dataclass(slots=True)
class _Day:
    """What the sessions of one day are, while they are put together."""

    marks: set[Mark]
    done: int = 0
    due: int = 0
    pain: int | None = None


_Days = dict[tuple[int, date], _Day]


def glances(session: Session, patients: Sequence[Who], now: datetime) -> dict[int, Glance]:
    """Fourteen days at a glance for each of these patients."""
    ids = [patient.id for patient in patients]
    since = now.date() - timedelta(days=DAYS)
    days, pains = _days(session, ids, since, now), _pains(session, ids, since)
    for patient_id, day, mark in _next_ones(session, patients):
        days.setdefault((patient_id, day), _Day(set())).marks.add(mark)
    return {
        patient.id: _glance(days, pains[patient.id], patient.id, local_day(now, zone(patient.zone)))
        for patient in patients
    }


def _days(session: Session, ids: Sequence[int], since: date, now: datetime) -> _Days:
    """The sessions of each day, put together by the database: no row of one alone is needed."""
    reported = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    stands = _stands(now).label("stands")
    rows = session.execute(
        sa.select(
            Occurrence.patient_id,
            Occurrence.day,
            stands,
            sa.func.count(),
            sa.func.max(LogEntry.pain),
        )
        .outerjoin(LogEntry, reported)
        .where(Occurrence.patient_id.in_(ids), Occurrence.day >= since)
        .group_by(Occurrence.patient_id, Occurrence.day, stands)
    )
    found: _Days = {}
    for patient_id, day, word, times, pain in rows:
        one = found.setdefault((patient_id, day), _Day(set()))
        mark = _MARKS[word]
        one.marks.add(mark)
        one.done += times if mark is Mark.DONE else 0
        one.due += times if mark in _COUNTED else 0
        if pain is not None:
            one.pain = max(pain, one.pain or 0)
    return found


_MARKS: Final = {mark.value: mark for mark in Mark}
_COUNTED: Final = frozenset({Mark.DONE, Mark.PART, Mark.SKIPPED, Mark.NO_ANSWER})


def _stands(now: datetime) -> sa.ColumnElement[str]:
    """What one session is, as core/adherence.mark has it."""
    excused: list[tuple[sa.ColumnElement[bool], sa.ColumnElement[str]]] = [
        (Occurrence.excuse == excuse, sa.literal_column(f"'{mark.value}'"))
        for excuse, mark in EXCUSED_MARK.items()
    ]
    return sa.case(
        *excused,
        (LogEntry.outcome.is_not(None), sa.cast(LogEntry.outcome, sa.String)),
        (Occurrence.closes_at > now, sa.literal_column(f"'{Mark.TO_COME.value}'")),
        else_=sa.literal_column(f"'{Mark.NO_ANSWER.value}'"),
    )


def _pains(session: Session, ids: Sequence[int], since: date) -> dict[int, list[PainPoint]]:
    """The first week's pain, where a change is counted from, and that of the last days."""
    told = sa.and_(
        LogEntry.pain.is_not(None),
        LogEntry.moment != Moment.NEXT_MORNING,
        LogEntry.superseded_at.is_(None),
    )
    # In order of the index: the first row that fits ends the search.
    began = (
        sa.select(LogEntry.day)
        .where(LogEntry.patient_id == Patient.id, told)
        .order_by(LogEntry.day)
        .limit(1)
        .scalar_subquery()
    )
    begun = sa.select(Patient.id, began.label("day")).where(Patient.id.in_(ids))
    # Once a patient: PostgreSQL would search the beginning anew for every report.
    first = begun.cte("begun").prefix_with("MATERIALIZED")
    point = sa.select(
        LogEntry.id, LogEntry.patient_id, LogEntry.day, LogEntry.pain, LogEntry.at
    ).where(told)
    at_first = point.join(first, first.c.id == LogEntry.patient_id).where(
        LogEntry.day <= _days_after(session, first.c.day, 6)
    )
    lately = point.where(LogEntry.patient_id.in_(ids), LogEntry.day >= since)
    found: dict[int, list[PainPoint]] = defaultdict(list)
    for _, patient_id, day, value, at in session.execute(sa.union(at_first, lately)):
        assert value is not None
        found[patient_id].append(PainPoint(day, value, at))
    return found


def _days_after(session: Session, day: sa.ColumnElement[date], days: int) -> sa.ColumnElement[date]:
    """So many days later, worked out by the database."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.date(day, f"+{days} days", type_=sa.Date())
    return sa.type_coerce(day + sa.literal(days, sa.Integer), sa.Date())


def _next_ones(session: Session, patients: Sequence[Who]) -> list[tuple[int, date, Mark]]:
    """What is still to come: an occurrence becomes a row only when it is due."""
    by_id = {patient.id: patient for patient in patients}
    rows = session.execute(
        sa.select(Routine.patient_id, Routine.next_due_at)
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Routine.patient_id.in_(by_id),
            Routine.next_due_at.is_not(None),
            PlanVersion.number == Plan.current_number,
        )
    )
    return [_to_come(by_id[row], at) for row, at in rows if at is not None]


def _to_come(patient: Who, at: datetime) -> tuple[int, date, Mark]:
    day = at.astimezone(zone(patient.zone)).date()
    return patient.id, day, Mark.PAUSED if patient.paused else Mark.TO_COME


def _glance(days: _Days, pains: Sequence[PainPoint], patient_id: int, today: date) -> Glance:
    span = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    known = [days.get((patient_id, day), _REST) for day in span]
    marks = tuple(
        DayMark(day, mark_of(one.marks), one.pain) for day, one in zip(span, known, strict=True)
    )
    done, due = sum(one.done for one in known), sum(one.due for one in known)
    return Glance(marks, done, due, pain_now(pains), change_of(pains))


_REST: Final = _Day(set())


def change_of(pains: Sequence[PainPoint]) -> int:
    """How far the latest pain is from the first week's, in whole points; 0 unless it is real."""
    then, latest = pain_at_start(pains), pain_now(pains)
    if then is None or latest is None or abs(latest - then) < real_change(then):
        return 0
    return round(latest - then)
