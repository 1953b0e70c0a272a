"""What do all drawings of pain share?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PAIN_TOP = 10
WEEK = 7


class Dot(NamedTuple):
    """One report; a tuple, for hundreds stand on a page."""

    x: float
    y: float
    value: float


@dataclass(frozen=True)
class GridLine:
    value: int
    y: float


def pain_scale(top: float, bottom: float) -> Callable[[float], float]:
    return lambda value: near(bottom - (bottom - top) * value / PAIN_TOP)


def path(dots: Sequence[Dot]) -> str:
    return "M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in dots)


def near(value: float) -> float:
    """Round to what a screen can show; more digits only weigh."""
    return round(value, 1)
