"""How do the days lie as weeks in a table?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from .ground import WEEK


@dataclass(frozen=True)
class Cell:
    day: date
    mark: str
    pain: int | None
    today: bool


@dataclass(frozen=True)
class Week:
    first: date  # its Monday
    label: str
    cells: tuple[Cell | None, ...]  # seven; None lies outside the period
    done: int
    due: int


CalendarDay = tuple[date, str, int | None]


def calendar(
    days: Sequence[CalendarDay], today: date, *, due_marks: frozenset[str], lang: str = "en"
) -> tuple[Week, ...]:
    """Lay days out as weeks from Monday, oldest first; `due_marks` are those that count as due."""
    if not days:
        return ()
    by_day = {day: Cell(day, str(mark), pain, day == today) for day, mark, pain in days}
    first = monday(min(by_day))
    weeks = (max(by_day) - first).days // WEEK + 1
    return tuple(
        _week(first + timedelta(weeks=number), by_day, due_marks, lang) for number in range(weeks)
    )


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(first: date, by_day: Mapping[date, Cell], due_marks: frozenset[str], lang: str) -> Week:
    cells = tuple(by_day.get(first + timedelta(days=offset)) for offset in range(WEEK))
    marks = [cell.mark for cell in cells if cell]
    due = sum(mark in due_marks for mark in marks)
    return Week(first, short_day(first, lang), cells, done=marks.count("done"), due=due)


def short_day(day: date, lang: str = "en") -> str:
    """Say a day as it stands on an axis: 28 Sep."""
    return format_date(day, "d MMM", locale=lang)
