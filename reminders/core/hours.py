"""Is anybody at the clinic now?"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from reminders.core.schedule import Window, window_on

# As wide as a clinic may set the hours for texts; only a patient's own wish goes beyond.
WIDEST: Final = Window(time(8), time(20))
_DAY: Final = timedelta(days=1)
_LOOK_AHEAD: Final = 60  # no clinic is closed for longer


@dataclass(frozen=True)
class Hours:
    """When a clinic is open, on its own clock: Monday is 0, closed days are its local dates."""

    zone: ZoneInfo
    window: Window
    weekdays: frozenset[int]
    closed_days: frozenset[date] = frozenset()


def open_at(hours: Hours, moment: datetime) -> bool:
    """Whether the clinic is open at a moment."""
    day = moment.astimezone(hours.zone).date()
    if day.weekday() not in hours.weekdays or day in hours.closed_days:
        return False
    opens, closes = window_on(day, hours.zone, hours.window)
    return opens <= moment < closes


@dataclass(frozen=True)
class Workdays:
    """The days on which people of a clinic are there: Monday is 0."""

    weekdays: frozenset[int]
    closed: frozenset[date] = frozenset()

    def has(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed


def workdays_waited(since: datetime, now: datetime, zone: ZoneInfo, workdays: Workdays) -> int:
    """How many working days have gone by; what comes on a day off waits from the next."""
    begun, ends = since.astimezone(zone), now.astimezone(zone)
    span = [begun.date() + n * _DAY for n in range((ends.date() - begun.date()).days + 1)]
    working = [day for day in span if workdays.has(day)]
    clock = begun.time() if workdays.has(begun.date()) else time(0)
    return sum(datetime.combine(day, clock) <= ends.replace(tzinfo=None) for day in working[1:])


def next_workday(workdays: Workdays, today: date) -> date:
    """The next day on which anybody is there; tomorrow for a clinic that is never open."""
    days = (today + n * _DAY for n in range(1, _LOOK_AHEAD))
    return next((day for day in days if workdays.has(day)), today + _DAY)


def days_in(typed: str) -> tuple[date, ...]:
    """The days of a list, one a line, in order; ValueError names the line that is none."""
    found = set()
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        try:
            found.add(date.fromisoformat(line))
        except ValueError:
            raise ValueError(f"A day like 2026-12-25, please, not “{line[:20]}”.") from None
    return tuple(sorted(found))
