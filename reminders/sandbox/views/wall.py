"""How does a moment read on the pages of the demo?"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.core.wording import clock_words, day_words


def clock(at: datetime, zone: ZoneInfo) -> str:
    """A wall time: "8:14 am"."""
    return clock_words(at.astimezone(zone).time(), "en")


def day(at: datetime, zone: ZoneInfo, today: date) -> str:
    """A day as a heading: "Today", "Yesterday", "Thu 19 Nov"."""
    said = day_words(at.astimezone(zone).date(), today, "en")
    return said[0].upper() + said[1:]


def whole(at: datetime, zone: ZoneInfo) -> str:
    """Day, date and time: "Fri 20 Nov 2026, 8:14 am"."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}, {clock(at, zone)}"


def today_of(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
