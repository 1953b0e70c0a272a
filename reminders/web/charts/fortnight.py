"""Where do the marks and the pain of fourteen days stand in one row?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reminders.core.adherence import DayMark, Mark

from .ground import WEEK, Dot, GridLine, near, pain_scale, path

Point = tuple[int, int | None]  # day counted from 0; pain, or None: it was due and nothing was told

_MARK = 14  # a mark is 14 wide, every 16, with 6 more after each seventh
_STEP = 16
_WEEK_GAP = 6


@dataclass(frozen=True)
class StripCell:
    x: float
    mark: str


@dataclass(frozen=True)
class Strip:
    """Fourteen marks in a row, the last is today."""

    width: int
    height: int
    cells: tuple[StripCell, ...]
    counts: tuple[tuple[str, int], ...]  # mark → how often, most frequent first


def strip(days: Sequence[DayMark]) -> Strip:
    """Place one mark a day, with a gap after each week."""
    cells = tuple(StripCell(_left(i), day.mark.value) for i, day in enumerate(days))
    counts = tuple(Counter(cell.mark for cell in cells).most_common())
    return Strip(_width(len(days)), _MARK, cells, counts)


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
    inset = 4
    y = pain_scale(inset, height - inset)
    scale = width / _width(days)
    runs = [
        [Dot(near((_left(day) + _MARK / 2) * scale), y(pain), pain) for day, pain in run]
        for run in _runs(points)
    ]
    dots = tuple(dot for run in runs for dot in run)
    last = dots[-1] if dots else None
    return Spark(
        width,
        height,
        lines=tuple(GridLine(value, y(value)) for value in (10, 5, 0)),
        paths=tuple(path(run) for run in runs if len(run) > 1),
        lone=tuple(run[0] for run in runs if len(run) == 1 and run[0] is not last),
        dots=dots,
        last=last,
    )


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
