"""How do a million routines come into a bench's database within minutes?

Some are made as the service makes them, of many habits that meet in one minute; the database
copies them by itself.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.stage import a_crowd
from reminders.store.db import Base, Sessions, transaction
from reminders.store.people import Patient
from reminders.store.plans import Plan, PlanVersion, Routine

MOMENT = datetime(2027, 1, 4, 16, tzinfo=UTC)  # inside everybody's window, a Monday
FAR = MOMENT + timedelta(days=4_000)
# Without summer time, so that they meet at the same moment all year.
ZONES = (
    "America/Puerto_Rico",
    "America/Panama",
    "America/Jamaica",
    "America/Regina",
    "America/Phoenix",
)
DAYS = (([*range(7)], 1), ([*range(5)], 1), ([0, 2, 4], 1), ([0, 3], 1), ([*range(7)], 2))
EVENINGS = ((), (time(18, 30),))
HABITS = tuple(product(ZONES, DAYS, EVENINGS))  # fifty
# What is copied, with the columns that tell one copy's rows from another's.
COPIED: Mapping[type[Base], tuple[str, ...]] = {
    Patient: ("id",),
    Plan: ("id", "patient_id"),
    PlanVersion: ("id", "plan_id"),
    Routine: ("id", "patient_id", "plan_version_id"),
}


def a_stock(sessions: Sessions, routines: int) -> None:
    """So many hundred routines, each of a patient of its own, none of them due for years."""
    a_crowd(sessions, len(HABITS))
    with transaction(sessions) as session:
        for place, routine in enumerate(session.scalars(sa.select(Routine)).all()):
            _take_up(routine, place)
    with transaction(sessions) as session:
        for row in COPIED:
            session.execute(_copying(row, copies=routines // len(HABITS) - 1))
    _look_around(sessions)


def come_due(sessions: Sessions, every: int, at: datetime) -> None:
    """Let one of so many routines, all over the table, be due at that moment, and nothing else."""
    with transaction(sessions) as session:
        session.execute(sa.update(Routine).where(Routine.next_due_at < FAR).values(next_due_at=FAR))
        chosen = Routine.id % every == 0
        session.execute(sa.update(Routine).where(chosen).values(next_due_at=at))


def _take_up(routine: Routine, place: int) -> None:
    zone, (weekdays, every), evenings = HABITS[place]
    morning = MOMENT.astimezone(ZoneInfo(zone)).time()
    routine.patient.zone = zone
    routine.times = [wall.isoformat("minutes") for wall in (morning, *evenings)]
    routine.weekdays, routine.every_days = list(weekdays), every
    routine.starts = MOMENT.date() - timedelta(days=2 * place)
    routine.next_due_at = FAR + timedelta(minutes=place)


def _copying(row: type[Base], copies: int) -> sa.Insert:
    """Every row again and again, its own numbers and those of its kin moved on together."""
    counted = sa.select(sa.literal(1).label("n")).cte("counted", recursive=True)
    counted = counted.union_all(sa.select(counted.c.n + 1).where(counted.c.n < copies))
    moved = {name: row.__table__.c[name] + counted.c.n * len(HABITS) for name in COPIED[row]}
    columns = {column.name: column for column in row.__table__.c} | moved
    if row is Routine:
        columns["routine_key"] = sa.cast(columns["id"], sa.String)
    chosen = sa.select(*columns.values()).join(counted, sa.true()).order_by(columns["id"])
    return sa.insert(row).from_select([*columns], chosen)


def _look_around(sessions: Sessions) -> None:
    """Let the database know what it holds, as its own housekeeping would by and by.

    Of what is still empty it would say nothing: taken for empty for good, the messages would be
    read from end to end for every sitting that points to one.
    """
    engine = sessions.kw["bind"]
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for row in COPIED:
            alone.execute(sa.text(f"ANALYZE {row.__tablename__}"))
