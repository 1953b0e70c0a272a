"""How long is each bar of a chart of shares?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reminders.web.charts.ground import near

WIDTH: Final = 340
_ROW: Final = 44
_LABEL: Final = 15  # where the words above a bar stand
_BAR: Final = 22


@dataclass(frozen=True)
class Bar:
    """One share: its words above it, and how far it goes."""

    label: str
    percent: int
    text_y: int
    y: int
    width: float


@dataclass(frozen=True)
class Bars:
    """A chart of shares, always from 0 to 100 percent."""

    width: int
    height: int
    bars: tuple[Bar, ...]


def bars(shares: Sequence[tuple[str, int]]) -> Bars:
    """One bar under another, in the order given."""
    drawn = (
        Bar(label, percent, n * _ROW + _LABEL, n * _ROW + _BAR, near(WIDTH * percent / 100))
        for n, (label, percent) in enumerate(shares)
    )
    return Bars(WIDTH, _ROW * len(shares), tuple(drawn))
