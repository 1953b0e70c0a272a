"""Where do the marks and the pain of fourteen days stand in one row?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from markupsafe import Markup

from reminders.core.adherence import DayMark, Mark

from .ground import PAIN_TOP, WEEK, Dot, GridLine, near, pain_scale, path

Point = tuple[int, int | None]  # day counted from 0; pain, or None: it was due and nothing was told

_MARK = 14  # a mark is 14 wide, every 16, with 6 more after each seventh
_STEP = 16
_WEEK_GAP = 6
_INSET = 4  # of a pain line, so that its dots are whole


@dataclass(frozen=True)
class StripCell:
    x: int
    mark: str

    @property
    def use(self) -> str:
        """The mark at its place; a full square carries no tick, at 14 px it would be noise."""
        symbol = "full" if self.mark == Mark.DONE else self.mark
        size = f'width="{_MARK}" height="{_MARK}"'
        return f'<use class="m-{self.mark}" href="#m-{symbol}" {size} x="{self.x}"/>'


@dataclass(frozen=True)
class Strip:
    """Fourteen marks in a row, the last is today."""

    width: int
    height: int
    cells: tuple[StripCell, ...]
    uses: Markup  # all cells as they are drawn
    counts: tuple[tuple[Mark, int], ...]  # how often, most frequent first


def strip(days: Sequence[DayMark]) -> Strip:
    """Place one mark a day, with a gap after each week."""
    drawn = [_placed(place, day.mark) for place, day in enumerate(days)]
    counts = Counter(day.mark for day in days).most_common()
    uses = Markup("".join(use for _, use in drawn))  # noqa: S704 - marks and numbers of our own
    return Strip(_width(len(days)), _MARK, tuple(cell for cell, _ in drawn), uses, tuple(counts))


@cache
def _placed(place: int, mark: Mark) -> tuple[StripCell, str]:
    """Drawn once for good: a page of fifty rows has seven hundred of them."""
    cell = StripCell(_left(place), mark.value)
    return cell, cell.use


def _left(index: int) -> int:
    return index * _STEP + _WEEK_GAP * (index // WEEK)


def _width(days: int) -> int:
    return _left(max(days, 1) - 1) + _MARK


@dataclass(frozen=True)
class Spark:
    """A small pain line: always 0 to 10, both ends ruled."""

    width: int
    height: int
    lines: tuple[GridLine, ...]
    paths: tuple[str, ...]  # runs of two reports and more
    lone: tuple[Dot, ...]  # a report between two gaps is a dot
    dots: tuple[Dot, ...]  # every report
    last: Dot | None


def spark(points: Iterable[Point], width: int = 228, height: int = 40, *, days: int = 14) -> Spark:
    """Draw pain over days, in columns that stand under those of the strip.

    A day that is not among the points was not due: the line bridges it. A None breaks the line.
    """
    x, y = _columns(width, days), _levels(height)
    runs = [[Dot(x[day], y[pain], pain) for day, pain in run] for run in _runs(points)]
    dots = tuple(dot for run in runs for dot in run)
    last = dots[-1] if dots else None
    return Spark(
        width,
        height,
        lines=_ruled(height),
        paths=tuple(path(run) for run in runs if len(run) > 1),
        lone=tuple(run[0] for run in runs if len(run) == 1 and run[0] is not last),
        dots=dots,
        last=last,
    )


@cache
def _columns(width: int, days: int) -> tuple[float, ...]:
    """The middle of each day's mark, in a line of this width."""
    scale = width / _width(days)
    return tuple(near((_left(day) + _MARK / 2) * scale) for day in range(days))


@cache
def _levels(height: int) -> tuple[float, ...]:
    """How high each pain stands, from 0 to 10."""
    y = pain_scale(_INSET, height - _INSET)
    return tuple(y(pain) for pain in range(PAIN_TOP + 1))


@cache
def _ruled(height: int) -> tuple[GridLine, ...]:
    return tuple(GridLine(value, _levels(height)[value]) for value in (10, 5, 0))


def spark_points(days: Iterable[DayMark]) -> tuple[Point, ...]:
    """Turn days into points: those without duty and without pain are left out."""
    quiet = {Mark.REST, Mark.TO_COME}
    return tuple(
        (i, day.pain) for i, day in enumerate(days) if day.pain is not None or day.mark not in quiet
    )


def _runs(points: Iterable[Point]) -> Iterator[list[tuple[int, int]]]:
    """Yield unbroken series of reports."""
    for told, run in groupby(points, key=lambda point: point[1] is not None):
        if told:
            yield [(day, pain) for day, pain in run if pain is not None]
