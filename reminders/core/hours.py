"""Is anybody at the clinic now?"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.core.schedule import Window, window_on


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
