"""How does the calendar lie in a table?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_date

from reminders.core.adherence import DayMark, Week


@dataclass(frozen=True)
class Cell:
    day: date
    mark: str
    pain: int | None
    today: bool


@dataclass(frozen=True)
class WeekRow:
    label: str  # its Monday
    cells: tuple[Cell, ...]
    done: int
    due: int


def calendar(weeks: Iterable[Week], today: date, lang: str = "en") -> tuple[WeekRow, ...]:
    """Name each week by its Monday and say which cell is today."""
    return tuple(
        WeekRow(
            label=short_day(week.monday, lang),
            cells=tuple(_cell(day, today) for day in week.days),
            done=week.done,
            due=week.due,
        )
        for week in weeks
    )


def _cell(day: DayMark, today: date) -> Cell:
    return Cell(day.day, day.mark.value, day.pain, day.day == today)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=1024)
def short_day(day: date, lang: str = "en") -> str:
    """Say a day as it stands on an axis: 28 Sep."""
    return format_date(day, "d MMM", locale=lang)
