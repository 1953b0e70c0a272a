"""How is a shape written in the fewest bytes that every browser reads?"""

import math
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from reminders.core.exercises.figure.geometry import Arc

Pixel = tuple[int, int]
FLAT = 0.8  # an arc that bulges less than this, in units, is written as a line


class Pen:
    """Writes one path in whole units, each step relative to where the pen really stands."""

    def __init__(self, scale: float, origin: complex) -> None:
        self._scale = scale
        self._origin = origin
        self._here: Pixel = (0, 0)
        self._parts: list[str] = []
        self._command = ""

    def outlines(self, hulls: Iterable[Sequence[Arc]]) -> "Pen":
        for arcs in hulls:
            self._outline(arcs)
        return self

    def spline(self, controls: Sequence[complex]) -> "Pen":
        """Close a quadratic B-spline; after the first control only mid-points are written."""
        points = [self._exact(control) for control in controls]
        first = _round((points[0] + points[1]) / 2)
        self._move(first)
        control, here = _round(points[1]), first
        for index, following in enumerate([*points[2:], points[0]]):
            # From the control as the reader's renderer reflects it: rounding must not add up.
            there = _round((complex(*control) + following) / 2)
            lead = _less(control, here) if index == 0 else ()
            self._write("q" if index == 0 else "t", *lead, *_less(there, here))
            control, here = _reflect(control, there), there
        self._write("t", *_less(first, here))
        return self._close(first)

    def lines(self, *corners: complex, closed: bool = True) -> "Pen":
        pixels = [_round(self._exact(corner)) for corner in corners]
        self._move(pixels[0])
        for before, after in pairwise(pixels):
            self._line(_less(after, before))
        return self._close(pixels[0]) if closed else self._stay(pixels[-1])

    def curve(self, begin: complex, control: complex, end: complex) -> "Pen":
        first, middle, last = (_round(self._exact(point)) for point in (begin, control, end))
        self._move(first)
        self._write("q", *_less(middle, first), *_less(last, first))
        return self._stay(last)

    def dots(self, *centres: complex) -> "Pen":
        """Lines of no length: their round ends make dots as wide as the stroke."""
        for centre in centres:
            here = _round(self._exact(centre))
            self._move(here)
            self._write("h", 0)
            self._stay(here)
        return self

    def ellipse(self, centre: complex, across: float, down: float) -> "Pen":
        middle = _round(self._exact(centre))
        wide, high = round(across * self._scale), round(down * self._scale)
        self._move((middle[0] - wide, middle[1]))
        for way in (2 * wide, -2 * wide):
            self._arc_to(wide, high, "01", (way, 0))
        return self._close((middle[0] - wide, middle[1]))

    def text(self) -> str:
        return "".join(self._parts)

    def _outline(self, arcs: Sequence[Arc]) -> None:
        start = here = _round(self._exact(arcs[0].begin))
        self._move(start)
        for index, arc in enumerate(arcs):
            begin, end = _round(self._exact(arc.begin)), _round(self._exact(arc.end))
            if index and begin != here:
                self._line(_less(begin, here))
            self._round_off(arc, _less(end, begin))
            here = end
        self._close(start)

    def _round_off(self, arc: Arc, step: Pixel) -> None:
        radius = max(1, round(arc.radius * self._scale))
        round_enough = arc.large or _bulge(radius, math.hypot(*step)) > FLAT
        if arc.radius and round_enough:
            self._arc_to(radius, radius, f"{arc.large:d}1", step)
        elif step != (0, 0):
            self._line(step)

    def _exact(self, point: complex) -> complex:
        return self._origin + point * self._scale

    def _move(self, there: Pixel) -> None:
        command, step = ("m", _less(there, self._here)) if self._parts else ("M", there)
        self._write(command, *step)

    def _line(self, step: Pixel) -> None:
        if step[1] == 0:
            self._write("h", step[0])
        elif step[0] == 0:
            self._write("v", step[1])
        else:
            self._write("l", *step)

    def _arc_to(self, wide: int, high: int, flags: str, step: Pixel) -> None:
        self._command = "a"
        self._parts.append(f"a{wide} {high} 0 {flags}{_pack(step)}")

    def _close(self, start: Pixel) -> "Pen":
        self._parts.append("z")
        self._command = "z"
        return self._stay(start)

    def _stay(self, here: Pixel) -> "Pen":
        self._here = here
        return self

    def _write(self, command: str, *numbers: int) -> None:
        packed = _pack(numbers)
        if command != self._command:
            self._parts.append(command + packed)
        else:
            self._parts.append(packed if packed.startswith("-") else f" {packed}")
        self._command = command


def path(kind: str, data: str) -> str:
    return f'<path class="fg-{kind}" d="{data}"/>'


def document(body: str, *, title: str, desc: str) -> str:
    return (
        '<svg class="fg" viewBox="0 0 480 360" role="img">'
        f"<title>{escape(title, quote=False)}</title><desc>{escape(desc, quote=False)}</desc>"
        f"{body}</svg>"
    )


def _bulge(radius: float, chord: float) -> float:
    return radius - math.sqrt(max(radius**2 - (chord / 2) ** 2, 0))


def _round(point: complex) -> Pixel:
    return round(point.real), round(point.imag)


def _less(one: Pixel, other: Pixel) -> Pixel:
    return one[0] - other[0], one[1] - other[1]


def _reflect(control: Pixel, middle: Pixel) -> Pixel:
    return 2 * middle[0] - control[0], 2 * middle[1] - control[1]


def _pack(numbers: Iterable[int]) -> str:
    text = ""
    for number in numbers:
        text += f"{number}" if number < 0 or not text else f" {number}"
    return text
