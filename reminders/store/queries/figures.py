"""How does a clinic do: sessions done and reached, answers by time of day, what did not arrive?

The database adds up each patient's sessions; no session is read alone. Definitions are those of
core/adherence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import DAY, Excuse, Outcome, TimeOfDay
from reminders.core.schedule import zone as zone_of
from reminders.store.accounts import Staff
from reminders.store.conversation import Message, State
from reminders.store.people import Location, Patient
from reminders.store.record import LogEntry, Moment, Occurrence

_NOON: Final = 12 * 60
_EVENING: Final = 17 * 60
_A_DAY: Final = 24 * 60
# Nobody meant these to be done: neither reached nor not.
_STOPPED: Final = (Excuse.PAUSED, Excuse.SAFETY)


@dataclass(frozen=True, slots=True)
class Told:
    """One patient's sessions of one part of the day, added up."""

    patient_id: int
    location_id: int | None
    therapist_id: int | None
    part: TimeOfDay
    done: int
    reported: int
    counted: int
    reached: int  # its reminder could arrive
    meant: int  # all but those of a pause or after a red flag


def told(
    session: Session, clinic_id: int, span: tuple[date, date], now: datetime
) -> tuple[Told, ...]:
    """The sessions of the days from first to last, both included, that were due by now."""
    first, last = span
    part = _part(session, clinic_id, first, last).label("part")
    rows = session.execute(
        sa.select(Patient.id, Patient.location_id, Patient.therapist_id, part, *_sums(now))
        .join(Occurrence, Occurrence.patient_id == Patient.id)
        .outerjoin(LogEntry, _reported())
        .where(
            Patient.clinic_id == clinic_id,
            Occurrence.day.between(first, last),
            Occurrence.due_at <= now,
        )
        .group_by(Patient.id, Patient.location_id, Patient.therapist_id, part)
    )
    return tuple(
        Told(patient, location, therapist, TimeOfDay(word), *map(int, sums))
        for patient, location, therapist, word, *sums in rows
    )


def _reported() -> sa.ColumnElement[bool]:
    return sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )


def _sums(now: datetime) -> Iterable[sa.ColumnElement[int]]:
    """Done, reported and counted as core/adherence counts; then reached, and meant to be."""
    answered = LogEntry.outcome.is_not(None)
    counted = sa.and_(Occurrence.excuse.is_(None), sa.or_(answered, Occurrence.closes_at <= now))
    yield _times(sa.and_(counted, LogEntry.outcome == Outcome.DONE))
    yield _times(sa.and_(counted, answered))
    yield _times(counted)
    yield _times(Occurrence.excuse.is_(None))
    yield _times(sa.or_(Occurrence.excuse.is_(None), Occurrence.excuse.not_in(_STOPPED)))


def _times(what: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((what, 1), else_=0))


def _part(session: Session, clinic_id: int, first: date, last: date) -> sa.ColumnElement[str]:
    """The part of the day a session was due in, on its patient's clock."""
    zones = session.scalars(
        sa.select(Patient.zone).where(Patient.clinic_id == clinic_id).distinct()
    ).all()
    # A minute of the day, the hours that the zone is away from UTC, and a day so that none is < 0.
    wall = (_minute(session) + _away(zones, first, last) + _A_DAY) % _A_DAY
    return sa.case(
        (wall < _NOON, sa.literal_column(f"'{TimeOfDay.MORNING}'")),
        (wall < _EVENING, sa.literal_column(f"'{TimeOfDay.AFTERNOON}'")),
        else_=sa.literal_column(f"'{TimeOfDay.EVENING}'"),
    )


def _minute(session: Session) -> sa.ColumnElement[int]:
    due: sa.ColumnElement[datetime] = sa.type_coerce(Occurrence.due_at, sa.DateTime())
    if session.get_bind().dialect.name == "postgresql":
        due = sa.func.timezone("UTC", Occurrence.due_at, type_=sa.DateTime())
    return sa.cast(sa.extract("hour", due) * 60 + sa.extract("minute", due), sa.Integer)


def _away(zones: Sequence[str], first: date, last: date) -> sa.ColumnElement[int]:
    """How many minutes a zone's clock is away from UTC at each moment of these days."""
    cases = [
        (sa.and_(Patient.zone == name, Occurrence.due_at < until), minutes)
        for name in zones
        for until, minutes in _changes(zone_of(name), first, last)
    ]
    return sa.case(*cases, else_=0) if cases else sa.literal(0)


def _changes(zone: ZoneInfo, first: date, last: date) -> Iterable[tuple[datetime, int]]:
    """Until when each distance holds, hour by hour: clocks change on the hour."""
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - DAY
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + 2 * DAY
    while moment < end:
        minutes, moment = _distance(moment, zone), moment + _HOUR
        if moment >= end or _distance(moment, zone) != minutes:
            yield moment, minutes


_HOUR: Final = timedelta(hours=1)


def _distance(moment: datetime, zone: ZoneInfo) -> int:
    away = moment.astimezone(zone).utcoffset()
    assert away is not None
    return int(away.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why messages did not arrive, how many, and to how many patients."""

    reason: str
    messages: int
    patients: int


def failed(session: Session, clinic_id: int, since: datetime, now: datetime) -> tuple[Failed, ...]:
    """What was not delivered to patients, the commonest reason first."""
    times = sa.func.count().label("times")
    rows = session.execute(
        sa.select(Message.reason, times, sa.func.count(Message.patient_id.distinct()))
        .where(
            Message.clinic_id == clinic_id,
            Message.due_at.between(since, now),
            Message.state == State.FAILED,
            Message.patient_id.is_not(None),
        )
        .group_by(Message.reason)
        .order_by(sa.desc(times), Message.reason)
    )
    return tuple(Failed(*row) for row in rows)


def names(session: Session, clinic_id: int) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """The locations and the people of a clinic, by their ids; who has left too."""
    sites = _named(session, Location, clinic_id)
    return sites, _named(session, Staff, clinic_id)


def _named(session: Session, model: type[Any], clinic_id: int) -> dict[int, str]:
    rows = session.execute(sa.select(model.id, model.name).where(model.clinic_id == clinic_id))
    return {row.id: row.name for row in rows}
