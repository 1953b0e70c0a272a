"""How have these patients been over the last days? A few selects, however many patients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import (
    DayMark,
    Excuse,
    PainPoint,
    Sitting,
    figures,
    pain_at_start,
    pain_now,
    real_change,
    strip,
)
from reminders.core.schedule import local_day, zone
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.queries.history import sittings_of
from reminders.store.record import LogEntry, Moment

DAYS = 14
_FIRST_REPORTS = 21  # a first week holds no more, at three sittings a day


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


def glances(session: Session, patients: Sequence[Who], now: datetime) -> dict[int, Glance]:
    """Fourteen days at a glance for each of these patients."""
    ids = [patient.id for patient in patients]
    since = now.date() - timedelta(days=DAYS)
    sittings = sittings_of(session, ids, since)
    pains = _pains(session, ids, since)
    coming: dict[int, list[Sitting]] = defaultdict(list)
    for patient_id, sitting in _next_ones(session, patients):
        coming[patient_id].append(sitting)
    return {
        patient.id: _glance(
            (*sittings[patient.id], *coming[patient.id]),
            pains[patient.id],
            local_day(now, zone(patient.zone)),
            now,
        )
        for patient in patients
    }


def _pains(session: Session, ids: Sequence[int], since: date) -> dict[int, list[PainPoint]]:
    """The first week's pain, where a change is counted from, and that of the last days."""
    place = sa.func.row_number().over(
        partition_by=LogEntry.patient_id, order_by=(LogEntry.day, LogEntry.at)
    )
    told = (
        sa.select(LogEntry.patient_id, LogEntry.day, LogEntry.pain, LogEntry.at, place.label("nth"))
        .where(
            LogEntry.patient_id.in_(ids),
            LogEntry.pain.is_not(None),
            LogEntry.moment != Moment.NEXT_MORNING,
            LogEntry.superseded_at.is_(None),
        )
        .subquery()
    )
    found: dict[int, list[PainPoint]] = defaultdict(list)
    rows = session.execute(
        sa.select(told.c.patient_id, told.c.day, told.c.pain, told.c.at).where(
            sa.or_(told.c.nth <= _FIRST_REPORTS, told.c.day >= since)
        )
    )
    for patient_id, day, value, at in rows:
        found[patient_id].append(PainPoint(day, value, at))
    return found


def _next_ones(session: Session, patients: Sequence[Who]) -> list[tuple[int, Sitting]]:
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
    return [(row, _to_come(by_id[row], at)) for row, at in rows if at is not None]


def _to_come(patient: Who, at: datetime) -> Sitting:
    day = at.astimezone(zone(patient.zone)).date()
    excuse = Excuse.PAUSED if patient.paused else None
    return Sitting(0, day, at, at + timedelta(days=1), excuse=excuse)


def _glance(
    sittings: Sequence[Sitting], pains: Sequence[PainPoint], today: date, now: datetime
) -> Glance:
    days = strip(sittings, today, now, DAYS)
    counted = figures((one for one in sittings if one.day >= days[0].day), now)
    return Glance(days, counted.done, counted.due, pain_now(pains), change_of(pains))


def change_of(pains: Sequence[PainPoint]) -> int:
    """How far the latest pain is from the first week's, in whole points; 0 unless it is real."""
    then, latest = pain_at_start(pains), pain_now(pains)
    if then is None or latest is None or abs(latest - then) < real_change(then):
        return 0
    return round(latest - then)
