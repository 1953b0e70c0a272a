"""Which due sittings still get a reminder, once the therapist lets the habit carry the rest?

A sitting without its reminder stays a sitting: it is due, may be answered, and counts. Which ones
are reminded follows from the rhythm and the date alone, so that any clock, asked twice, says the
same:

- A day is reminded whole or not at all; days on which nothing is due do not count.
- *Every other*: the first day from the start on, the third, the fifth.
- *Twice a week*: the first day of the week, Monday first, and the one half of its days later.
- *Weekly*: the first day of the week.
- *Gradual*: two weeks of every other, two weeks of twice a week, then weekly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from reminders.core.schedule import Rhythm

STEP: Final = timedelta(weeks=2)
_WEEK: Final = timedelta(weeks=1)
_DAY: Final = timedelta(days=1)


class Pace(StrEnum):
    """How many of the due days keep their reminder."""

    EVERY_OTHER = "every_other"
    TWICE_A_WEEK = "twice_a_week"
    WEEKLY = "weekly"
    GRADUAL = "gradual"


@dataclass(frozen=True, slots=True)
class Fading:
    """From a local date on, reminders are thinned to a pace."""

    pace: Pace
    since: date

    @classmethod
    def after(cls, weeks: int, start: date, pace: Pace) -> "Fading":
        """Every reminder for so many weeks from a start, then this pace."""
        return cls(pace, start + weeks * _WEEK)


# Patients of one clinic share rhythms, and a tick asks of few dates.
@lru_cache(maxsize=4_096)
def is_reminded(rhythm: Rhythm, fading: Fading | None, day: date) -> bool:
    """Whether the sittings of a due day get their reminder."""
    if fading is None or day < fading.since:
        return True
    match _pace_on(fading, day):
        case Pace.EVERY_OTHER:
            return sum(1 for _ in _due_days(rhythm, fading.since, day)) % 2 == 0
        case Pace.TWICE_A_WEEK:
            of_week = tuple(_due_days(rhythm, _monday(day), _monday(day) + _WEEK))
            return day in (of_week[0], of_week[(len(of_week) + 1) // 2 % len(of_week)])
        case _:
            return not any(_due_days(rhythm, _monday(day), day))


def _pace_on(fading: Fading, day: date) -> Pace:
    if fading.pace is not Pace.GRADUAL:
        return fading.pace
    if day < fading.since + STEP:
        return Pace.EVERY_OTHER
    return Pace.TWICE_A_WEEK if day < fading.since + 2 * STEP else Pace.WEEKLY


def _due_days(rhythm: Rhythm, first: date, until: date) -> Iterator[date]:
    """Yield the due dates from `first` until a date, which is outside."""
    day = max(first, rhythm.start)
    while day < until:
        if _is_due(rhythm, day):
            yield day
        day += _DAY


def _is_due(rhythm: Rhythm, day: date) -> bool:
    in_step = (day - rhythm.start).days % rhythm.every_days == 0
    return in_step and day.weekday() in rhythm.weekdays and not (rhythm.end and day > rhythm.end)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
