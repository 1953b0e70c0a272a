"""Which outline encloses these circles, and which curve follows these points?

The page is the complex plane: x to the right, y down, lengths in head heights until `svg` scales.
Space is x right, y up, z towards the viewer.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Vec:
    """A point or direction in space."""

    x: float
    y: float
    z: float = 0.0

    def __add__(self, other: "Vec") -> "Vec":
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other: "Vec") -> "Vec":
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor: float) -> "Vec":
        return Vec(self.x * factor, self.y * factor, self.z * factor)

    def __neg__(self) -> "Vec":
        return self * -1

    def dot(self, other: "Vec") -> float:
        return self.x * other.x + self.y * other.y + self.z * other.z

    def cross(self, other: "Vec") -> "Vec":
        return Vec(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )

    def length(self) -> float:
        return math.sqrt(self.dot(self))

    def unit(self) -> "Vec":
        return self * (1 / self.length())

    def across(self, axis: "Vec") -> "Vec":
        """Give the unit part of this vector that is square to a unit axis."""
        return (self - axis * self.dot(axis)).unit()


class Circle(NamedTuple):
    centre: complex
    radius: float
    covered: bool = False  # by the next hull of the same path, or by what is drawn over it


class Arc(NamedTuple):
    """A clockwise piece of a hull's outline; a straight line leads on to the next."""

    radius: float  # 0: a chord, because another hull of the path covers the bow
    begin: complex
    end: complex
    large: bool

    def summit(self) -> complex:
        """Give the point half way along the bow."""
        middle, chord = (self.begin + self.end) / 2, self.end - self.begin
        if not self.radius or not chord:
            return middle
        deep = math.sqrt(max(self.radius**2 - abs(chord) ** 2 / 4, 0))
        rise = self.radius + deep if self.large else self.radius - deep
        return middle - 1j * chord / abs(chord) * rise


def hull(circles: Sequence[Circle]) -> tuple[Arc, ...]:
    """Wrap circles in their convex hull: always clockwise, so that hulls of one path unite.

    The bow of a covered circle is cut to a chord: fewer bytes, the same picture.
    """
    outer = [c for c in circles if not any(_inside(c, other) for other in circles if other != c)]
    if len(outer) == 1:
        return _whole(outer[0])
    first = max(outer, key=lambda c: c.centre.real + c.radius)
    turns = _walk(outer, first)
    return tuple(
        _arc(circle, before, after)
        for (circle, after), (_, before) in zip(turns, [turns[-1], *turns[:-1]], strict=True)
    )


def _inside(small: Circle, big: Circle) -> bool:
    return abs(small.centre - big.centre) <= big.radius - small.radius


def _whole(circle: Circle) -> tuple[Arc, ...]:
    right, left = circle.centre + circle.radius, circle.centre - circle.radius
    half = Arc(circle.radius, right, left, large=False)
    return (half, half._replace(begin=left, end=right))


def _walk(circles: Sequence[Circle], first: Circle) -> list[tuple[Circle, float]]:
    """Wrap a string around: each circle with the direction in which the string leaves it."""
    turns: list[tuple[Circle, float]] = []
    here, heading = first, 0.0
    # Once all the way around: a circle in the middle is met on both sides, so being back is not it.
    while not turns or heading < math.tau + turns[0][1] - 1e-6:
        turn, there = _next(circles, here, heading)
        heading += turn
        turns.append((here, heading))
        here = there
    return turns[:-1]


def _next(circles: Sequence[Circle], here: Circle, heading: float) -> tuple[float, Circle]:
    # A hair of slack: a tangent that starts right here must not count as a whole turn away.
    return min(
        (((_leaving(here, c) - heading + 1e-9) % math.tau, c) for c in circles if c != here),
        key=lambda pair: pair[0],
    )


def _leaving(here: Circle, there: Circle) -> float:
    way = there.centre - here.centre
    return cmath.phase(way) - math.acos((here.radius - there.radius) / abs(way))


def _arc(circle: Circle, before: float, after: float) -> Arc:
    def at(angle: float) -> complex:
        return circle.centre + cmath.rect(circle.radius, angle)

    large = (after - before) % math.tau > math.pi
    return Arc(0 if circle.covered else circle.radius, at(before), at(after), large)
