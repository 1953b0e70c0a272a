"""How have these patients been over the last days? A few selects, however many patients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from statistics import median
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import (
    EXCUSED_MARK,
    DayMark,
    Mark,
    mark_of,
    real_change,
)
from reminders.core.schedule import local_day, zone
from reminders.store.people import Patient
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.queries.asked import IDS, NOW, SINCE
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
    days, pains = _days(session, ids, since, now), _pains(session, ids)
    for patient_id, day, mark in _next_ones(session, patients):
        days.setdefault((patient_id, day), _Day(set())).marks.add(mark)
    return {
        patient.id: _glance(days, pains[patient.id], patient.id, local_day(now, zone(patient.zone)))
        for patient in patients
    }


def _days(session: Session, ids: Sequence[int], since: date, now: datetime) -> _Days:
    """The sessions of each day, put together by the database: no row of one alone is needed."""
    rows = session.execute(_sittings(), {"ids": ids, "since": since, "now": now})
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


@cache
def _sittings() -> sa.Select[*tuple[Any, ...]]:
    """Put together once: to do it anew for every page costs as much as the answer."""
    reported = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    stands = _stands().label("stands")
    return (
        sa.select(
            Occurrence.patient_id,
            Occurrence.day,
            stands,
            sa.func.count(),
            sa.func.max(LogEntry.pain),
        )
        .outerjoin(LogEntry, reported)
        .where(
            Occurrence.patient_id.in_(IDS),
            Occurrence.day >= SINCE,
        )
        .group_by(Occurrence.patient_id, Occurrence.day, stands)
    )


_MARKS: Final = {mark.value: mark for mark in Mark}
_COUNTED: Final = frozenset({Mark.DONE, Mark.PART, Mark.SKIPPED, Mark.NO_ANSWER})


def _stands() -> sa.ColumnElement[str]:
    """What one session is, as core/adherence.mark has it."""
    excused: list[tuple[sa.ColumnElement[bool], sa.ColumnElement[str]]] = [
        (Occurrence.excuse == excuse, sa.literal_column(f"'{mark.value}'"))
        for excuse, mark in EXCUSED_MARK.items()
    ]
    return sa.case(
        *excused,
        (LogEntry.outcome.is_not(None), sa.cast(LogEntry.outcome, sa.String)),
        (
            Occurrence.closes_at > NOW,
            sa.literal_column(f"'{Mark.TO_COME.value}'"),
        ),
        else_=sa.literal_column(f"'{Mark.NO_ANSWER.value}'"),
    )


@dataclass(slots=True)
class _Pain:
    """The reports of a patient's first week, where a change is counted from, and their last."""

    last: int | None = None
    first_week: list[int] = field(default_factory=list)


def _pains(session: Session, ids: Sequence[int]) -> dict[int, _Pain]:
    rows = session.execute(_reports(session.get_bind().dialect.name), {"ids": ids})
    found: defaultdict[int, _Pain] = defaultdict(_Pain)
    for patient_id, last, value in rows:
        one = found[patient_id]
        one.last = last
        one.first_week.append(value)
    return found


@cache
def _reports(dialect: str) -> sa.Select[*tuple[Any, ...]]:
    """Each report of a patient's first week, with their last one beside it."""
    told = sa.and_(
        LogEntry.pain.is_not(None),
        LogEntry.moment != Moment.NEXT_MORNING,
        LogEntry.superseded_at.is_(None),
    )
    # In order of the index: the first row that fits ends the search.
    own = sa.select(LogEntry.day).where(LogEntry.patient_id == Patient.id, told)
    began = own.order_by(LogEntry.day).limit(1).scalar_subquery()
    newest = own.with_only_columns(LogEntry.pain).order_by(LogEntry.day.desc(), LogEntry.at.desc())
    ends = sa.select(
        Patient.id,
        # Worked out here: behind the wall of PostgreSQL no index is asked for what may fail.
        _days_after(dialect, began, 6).label("week"),
        newest.limit(1).scalar_subquery().label("last"),
    ).where(Patient.id.in_(IDS))
    # Once a patient: PostgreSQL would search both ends anew for every report.
    known = ends.cte("known").prefix_with("MATERIALIZED")
    of_the_week = sa.and_(
        LogEntry.patient_id == known.c.id,
        LogEntry.day <= known.c.week,
        told,
    )
    return sa.select(known.c.id, known.c.last, LogEntry.pain).join(LogEntry, of_the_week)


def _days_after(dialect: str, day: sa.ColumnElement[date], days: int) -> sa.ColumnElement[date]:
    """So many days later, worked out by the database."""
    if dialect == "sqlite":
        return sa.func.date(day, f"+{days} days", type_=sa.Date())
    return sa.type_coerce(day + sa.literal(days, sa.Integer), sa.Date())


def _next_ones(session: Session, patients: Sequence[Who]) -> list[tuple[int, date, Mark]]:
    """What is still to come: an occurrence becomes a row only when it is due."""
    by_id = {patient.id: patient for patient in patients}
    rows = session.execute(_planned(), {"ids": list(by_id)})
    return [_to_come(by_id[row], at) for row, at in rows if at is not None]


@cache
def _planned() -> sa.Select[int, datetime | None]:
    return (
        sa.select(Routine.patient_id, Routine.next_due_at)
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Routine.patient_id.in_(IDS),
            Routine.next_due_at.is_not(None),
            PlanVersion.number == Plan.current_number,
        )
    )


def _to_come(patient: Who, at: datetime) -> tuple[int, date, Mark]:
    day = at.astimezone(zone(patient.zone)).date()
    return patient.id, day, Mark.PAUSED if patient.paused else Mark.TO_COME


def _glance(days: _Days, pain: _Pain, patient_id: int, today: date) -> Glance:
    marks, done, due = [], 0, 0
    for day in _span(today):
        one = days.get((patient_id, day), _REST)
        marks.append(DayMark(day, mark_of(one.marks), one.pain))
        done, due = done + one.done, due + one.due
    return Glance(tuple(marks), done, due, pain.last, _change(pain))


@lru_cache(maxsize=8)
def _span(today: date) -> tuple[date, ...]:
    """The days that end today, oldest first."""
    return tuple(today - timedelta(days=n) for n in reversed(range(DAYS)))


_REST: Final = _Day(set())


def _change(pain: _Pain) -> int:
    """How far the latest pain is from the first week's, in whole points; 0 unless it is real."""
    if pain.last is None or not pain.first_week:
        return 0
    then = float(median(pain.first_week))
    change = pain.last - then
    return round(change) if abs(change) >= real_change(then) else 0
