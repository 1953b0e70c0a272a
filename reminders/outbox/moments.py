"""Which moments of a habit have come, what is written for each, and which one is next?

Pure: a habit is what routines due at one time share, told in the plain words of the database.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from json import loads

from reminders.core import schedule
from reminders.core.fading import Fading, Pace, is_reminded
from reminders.core.schedule import Due, Pause, Rhythm, Window
from reminders.store.people import Care

LONGEST_CATCH_UP = timedelta(days=31)
_AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What the database tells of routines that share a habit, word for word, and which they are."""

    next_due_at: str
    times: str
    weekdays: str
    every_days: str
    starts: str
    ends: str | None
    fades_to: str | None
    fades_from: str | None
    zone: str
    state: str
    opens: str
    closes: str
    nudge_hours: str | None
    pauses: str | None
    ids: str
    count: int


@dataclass(frozen=True, slots=True)
class Habit:
    """What decides when routines are due, and which of their moments are spoken of."""

    rhythm: Rhythm
    fading: Fading | None
    nudge_after: timedelta | None

    @classmethod
    def of(cls, told: Told) -> "Habit":
        """Read the words of the database; what makes no sense raises."""
        rhythm = Rhythm(
            zone=schedule.zone(told.zone),
            times=tuple(time.fromisoformat(wall) for wall in loads(told.times)),
            start=date.fromisoformat(told.starts),
            end=_day(told.ends),
            weekdays=frozenset(loads(told.weekdays)),
            every_days=int(told.every_days),
            window=Window(time.fromisoformat(told.opens), time.fromisoformat(told.closes)),
            pauses=_pauses(told.pauses),
        )
        nudge_after = timedelta(hours=int(told.nudge_hours)) if told.nudge_hours else None
        return cls(rhythm, _fading(told), nudge_after)


@dataclass(frozen=True, slots=True)
class Turn:
    """One due moment: when its day closes, whether it is spoken of, and when once more."""

    due: Due
    closes_at: datetime
    reminded: bool
    nudge_at: datetime | None


def advance(told: Told, now: datetime) -> tuple[tuple[Turn, ...], datetime | None]:
    """Every turn that has come by now, and the next due moment."""
    if told.state == Care.DISCHARGED:
        return (), None
    since = max(_moment(told.next_due_at), now - LONGEST_CATCH_UP) - _AN_INSTANT
    return _turns(Habit.of(told), since, now)


# Patients of one clinic share habits and due minutes, as in schedule.next_due.
@lru_cache(maxsize=1_024)
def _turns(
    habit: Habit, since: datetime, until: datetime
) -> tuple[tuple[Turn, ...], datetime | None]:
    dues = schedule.due_between(habit.rhythm, since, until)
    coming = schedule.next_due(habit.rhythm, until)
    turns = tuple(_turn(habit, due, until) for due in dues)
    return turns, coming.at if coming is not None else None


def _turn(habit: Habit, due: Due, now: datetime) -> Turn:
    closes_at = schedule.day_ends(due.day, habit.rhythm.zone)
    reminded = not due.paused and is_reminded(habit.rhythm, habit.fading, due.day)
    return Turn(due, closes_at, reminded, _nudge_at(habit, due, now) if reminded else None)


def _nudge_at(habit: Habit, due: Due, now: datetime) -> datetime | None:
    """Inside the same day's window, and not once its own time has gone by."""
    if habit.nudge_after is None:
        return None
    at = due.at + habit.nudge_after
    _, closes = schedule.window_on(due.day, habit.rhythm.zone, habit.rhythm.window)
    return at if now < at < closes - schedule.LAST_CALL else None


def _moment(told: str) -> datetime:
    """A moment as the database writes it; without an offset it is UTC."""
    at = datetime.fromisoformat(told)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def _fading(told: Told) -> Fading | None:
    since = _day(told.fades_from)
    return Fading(Pace(told.fades_to), since) if told.fades_to and since else None


def _pauses(told: str | None) -> tuple[Pause, ...]:
    """From "2026-03-17/2026-03-18,2026-04-01/": first and last days, in any order."""
    spans = (span.split("/") for span in sorted(told.split(","))) if told else ()
    return tuple(Pause(date.fromisoformat(first), _day(last)) for first, last in spans)
