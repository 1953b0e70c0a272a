"""How many sessions, exercises and days were done, of how many?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from reminders.core.adherence.values import (
    Exercises,
    Figures,
    Outcome,
    Share,
    Sitting,
    TimeOfDay,
)

NOON: Final = time(12)
EVENING: Final = time(17)
FEWEST_ANSWERS: Final = 5  # a habit is not read from fewer
_NIGHT: Final = 3 * 60  # the day of a patient ends at three: half past midnight is late, not early
_MINUTES: Final = 24 * 60


def figures(sittings: Iterable[Sitting], now: datetime) -> Figures:
    """Count the sessions by how each stands now."""
    known = list(sittings)
    counts = Counter(stands_as(sitting, now) for sitting in known)
    uncounted = sum(sitting.excuse is not None and _is_done(sitting) for sitting in known)
    return Figures(**counts, done_uncounted=uncounted)


def stands_as(sitting: Sitting, now: datetime) -> str:
    """The field of Figures that a session counts in."""
    if sitting.outcome is None and now < sitting.due_at:
        return "open"
    if sitting.excuse is not None:
        return sitting.excuse.value
    if sitting.outcome is not None:
        return sitting.outcome.value
    return "open" if now < sitting.closes_at else "no_answer"


def _is_done(sitting: Sitting) -> bool:
    return sitting.outcome is Outcome.DONE


def between(sittings: Iterable[Sitting], first: date, last: date) -> tuple[Sitting, ...]:
    """The sessions of the days from first to last, both included."""
    return tuple(sitting for sitting in sittings if first <= sitting.day <= last)


def exercises(sittings: Iterable[Sitting], asked_by: Mapping[int, int], now: datetime) -> Exercises:
    """Exercises done of those asked for; `asked_by` has how many each routine asks for.

    A session of a routine that is not known any more asks for nothing that could be counted.
    """
    done = asked = unlisted = 0
    for sitting in sittings:
        wanted = asked_by.get(sitting.routine_id, 0)
        if not wanted or not _counts(sitting, now):
            continue
        did = _exercises_done(sitting, wanted)
        if did is None:
            unlisted += 1
        else:
            done, asked = done + did, asked + wanted
    return Exercises(Share(done, asked), unlisted)


def _counts(sitting: Sitting, now: datetime) -> bool:
    return sitting.excuse is None and stands_as(sitting, now) != "open"


def _exercises_done(sitting: Sitting, wanted: int) -> int | None:
    """How many exercises of one session were done; none if only that it was a part is known."""
    match sitting.outcome:
        case Outcome.DONE:
            return wanted
        case Outcome.PART:
            return min(sitting.ticked, wanted) if sitting.ticked is not None else None
        case _:
            return 0


def reported_days(sittings: Iterable[Sitting], now: datetime) -> Share:
    """The days with an answer, of the days with a session that counts."""
    answered: dict[date, bool] = defaultdict(bool)
    for sitting in sittings:
        if _counts(sitting, now):
            answered[sitting.day] |= sitting.outcome is not None
    return Share(sum(answered.values()), len(answered))


def by_time_of_day(
    sittings: Iterable[Sitting], zone: ZoneInfo, now: datetime
) -> dict[TimeOfDay, Share]:
    """Sessions done of those that count, by the part of the day they were due in."""
    apart: dict[TimeOfDay, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        apart[_time_of_day(sitting.due_at.astimezone(zone).time())].append(sitting)
    counted = ((part, figures(apart[part], now).sessions) for part in TimeOfDay if part in apart)
    return {part: share for part, share in counted if share.whole}


def _time_of_day(wall: time) -> TimeOfDay:
    if wall < NOON:
        return TimeOfDay.MORNING
    return TimeOfDay.AFTERNOON if wall < EVENING else TimeOfDay.EVENING


def usual_hours(sittings: Iterable[Sitting], zone: ZoneInfo) -> tuple[time, time] | None:
    """Between which wall times the middle half of a patient's answers comes; none of a few."""
    minutes = [
        _minute_of_day(one.answered_at.astimezone(zone).time())
        for one in sittings
        if one.answered_at is not None and one.outcome is not None
    ]
    if len(minutes) < FEWEST_ANSWERS:
        return None
    first, _, third = quantiles(minutes, n=4, method="inclusive")
    return _wall(first), _wall(third)


def _minute_of_day(wall: time) -> int:
    return (wall.hour * 60 + wall.minute - _NIGHT) % _MINUTES


def _wall(minute: float) -> time:
    """To five minutes: a habit is no finer."""
    near = (5 * round(minute / 5) + _NIGHT) % _MINUTES
    return time(near // 60, near % 60)
