"""How do two panels, their props, the ghost and the arrows share one frame?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from reminders.core.exercises.figure import face
from reminders.core.exercises.figure.body import Body, Head, Shape
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.limits import check
from reminders.core.exercises.figure.picture import Picture
from reminders.core.exercises.figure.pose import Skeleton, stand
from reminders.core.exercises.figure.props import Extent, props
from reminders.core.exercises.figure.svg import Pen, path

ID = "\0"  # stands for the prefix that keeps ids of one page apart
WIDTH, HEIGHT, MARGIN = 480, 360, 9
NUMBER_LINE = 31
LARGEST = 70  # units a head height
_HEADS = {"side": face.SIDE, "front": face.FRONT, "back": face.BACK}


@dataclass(frozen=True)
class Panel:
    """One position of the figure and how much room it takes."""

    skeleton: Skeleton
    body: Body
    extent: Extent
    arrows: tuple[tuple[complex, ...], ...]


@dataclass(frozen=True)
class Frame:
    """Where the panels stand: same scale, floor and origin; the second only moved."""

    scale: float
    origin: complex
    second: tuple[int, int]
    divider: str
    number: tuple[int, int]  # where the 2 stands


def compose(picture: Picture) -> str:
    """Write both panels of a drawing, what they share only once."""
    panels = _panels(picture)
    frame = _frame(picture, panels)
    writer = _Writer(picture, frame)
    backs = [writer.backdrop(panel, panels) for panel in panels]
    figures = [writer.figure(panel) for panel in panels]
    back = _shared(backs[0], backs[1], "b")
    figure = _shared(figures[0], figures[1], "c")
    ghost = f'<use href="#{ID}f" class="fg-g"/>' if picture.ghost else ""
    group = f'<g id="{ID}f">{figure[0]}</g>' if picture.ghost else figure[0]
    first = back[0] + group + writer.arrows(panels[0])
    second = back[1] + ghost + figure[1] + writer.arrows(panels[1])
    return writer.head_spelled_out(_placed(picture, frame, first, second))


def _panels(picture: Picture) -> tuple[Panel, Panel]:
    start = stand(picture.start)
    end = stand(picture.end, start)
    check(start)
    check(end)
    first, second = (
        _panel(picture, skeleton, arrows)
        for skeleton, arrows in zip((start, end), picture.arrows, strict=True)
    )
    return first, second


def _panel(picture: Picture, skeleton: Skeleton, arrows: tuple[tuple[complex, ...], ...]) -> Panel:
    body = Body(skeleton, picture.view, picture.hips)
    points = [point + reach for arrow in arrows for point in arrow for reach in (0.2j, -0.2j)]
    for name in picture.order:
        if name == "head":
            centre = body.head().centre
            points += [centre + way * 0.68 for way in (1, -1, 1j, -1j)]
        elif name != "band":
            points += _corners(body.part(name))
    return Panel(skeleton, body, Extent.of(points), arrows)


def _corners(shapes: Iterable[Shape]) -> Iterator[complex]:
    for shape in shapes:
        for curve in shape.curves:
            # A spline stays well inside its control points: half way is near enough for room.
            yield from ((a + b) / 2 for a, b in zip(curve, (*curve[1:], curve[0]), strict=True))
        for arcs in shape.hulls:
            yield from (point for arc in arcs for point in (arc.begin, arc.end))


def _frame(picture: Picture, panels: Sequence[Panel]) -> Frame:
    if picture.crop:
        return _cropped(picture.crop)
    wide = Extent.around([panel.extent for panel in panels])
    if picture.layout == "rows":
        # The ghost of the first position stands in the second row too.
        second = wide.top if picture.ghost else panels[1].extent.top
        return _rows(wide, picture.view.ground_below, panels[0].extent.top, second)
    return _columns(wide)


def _cropped(crop: Sequence[float]) -> Frame:
    left, bottom, across, up = crop
    scale = min(WIDTH / 2 / across, HEIGHT / up)
    origin = complex(-left * scale, HEIGHT + bottom * scale)
    return Frame(scale, origin, (WIDTH // 2, 0), *_upright())


def _rows(wide: Extent, below: float, *tops: float) -> Frame:
    room = HEIGHT - 2 * MARGIN - 14
    need = sum(tops) + 2 * below
    scale = min(LARGEST, room / need, (WIDTH - 2 * MARGIN) / (wide.right - wide.left + 0.8))
    spare = (room - need * scale) / 2
    floor = MARGIN + spare + tops[0] * scale
    divider = round(floor + below * scale + 3)
    other = divider + 11 + spare + tops[1] * scale
    origin = complex(WIDTH / 2 - (wide.left + wide.right) / 2 * scale, floor)
    line = path("d", f"M{MARGIN} {divider}H{WIDTH - MARGIN}")
    return Frame(scale, origin, (0, round(other - floor)), line, (MARGIN, divider + NUMBER_LINE))


def _columns(wide: Extent) -> Frame:
    room = WIDTH / 2 - 2 * MARGIN
    below = 0.32
    scale = min(
        LARGEST, room / (wide.right - wide.left), (HEIGHT - 2 * MARGIN) / (wide.top + below)
    )
    middle = WIDTH / 4 - (wide.left + wide.right) / 2 * scale
    return Frame(
        scale, complex(middle, HEIGHT - MARGIN - below * scale), (WIDTH // 2, 0), *_upright()
    )


def _upright() -> tuple[str, tuple[int, int]]:
    """Give the line between columns, and where the 2 stands beside it."""
    middle = WIDTH // 2
    line = path("d", f"M{middle} {MARGIN}V{HEIGHT - MARGIN}")
    return line, (middle + MARGIN, NUMBER_LINE)


def _placed(picture: Picture, frame: Frame, first: str, second: str) -> str:
    x, y = frame.second
    if picture.crop:
        # Nested: what leaves its panel is cut off there.
        half = WIDTH // 2
        panels = f'<svg width="{half}">{first}</svg><svg x="{half}" width="{half}">{second}</svg>'
    else:
        panels = f'{first}<g transform="translate({x} {y})">{second}</g>'
    return panels + frame.divider + _numbers(frame.number)


def _numbers(second: tuple[int, int]) -> str:
    """One text whose two figures have a place each: half the bytes of two texts."""
    across, down = f"{MARGIN} {second[0]}", f"{NUMBER_LINE} {second[1]}"
    return f'<text class="fg-n" x="{across}" y="{down}">12</text>'


@dataclass(frozen=True)
class _Writer:
    picture: Picture
    frame: Frame

    def backdrop(self, panel: Panel, panels: Sequence[Panel]) -> list[str]:
        things = props(
            self.picture.props,
            self.picture.view,
            panel.skeleton,
            [other.skeleton for other in panels],
        )
        return [path(thing.kind, thing.drawn(self._pen())) for thing in things]

    def figure(self, panel: Panel) -> list[str]:
        return [element for name in self.picture.order for element in self._part(panel, name)]

    def _part(self, panel: Panel, name: str) -> list[str]:
        if name == "head":
            return [self._head_here(panel.body.head())]
        if name == "band":
            return self._band(panel)
        return [self._shape(shape) for shape in panel.body.part(name)]

    def _shape(self, shape: Shape) -> str:
        pen = self._pen()
        for curve in shape.curves:
            pen.spline(curve)
        return path(shape.kind, pen.outlines(shape.hulls).text())

    def _head_here(self, head: Head) -> str:
        at = self.frame.origin + head.centre * self.frame.scale
        move = f"translate({round(at.real)} {round(at.imag)})"
        turn = f"rotate({round(head.degrees)})" if round(head.degrees) else ""
        return f'<use href="#{ID}h" transform="{move}{turn}"/>'

    def head_spelled_out(self, drawing: str) -> str:
        """Write the head where it is first used; every other use points there."""
        layers = "".join(self._layer(layer) for layer in _HEADS[self.picture.head])
        first = re.compile(f'<use href="#{ID}h" (transform="[^"]*")/>')
        return first.sub(rf'<g \1><g id="{ID}h">{layers}</g></g>', drawing, count=1)

    def _layer(self, layer: face.Layer) -> str:
        pen = Pen(self.frame.scale, 0)
        if layer.curve:
            pen.spline(layer.curve)
        pen.outlines(layer.hulls).dots(*layer.dots)
        if layer.stroke:
            pen.curve(*layer.stroke)
        return path(layer.kind, pen.text())

    def _band(self, panel: Panel) -> list[str]:
        if not self.picture.band:
            return []
        ends = [self.picture.view.page(_held(panel.skeleton, name)) for name in self.picture.band]
        return [path("x", self._pen().lines(*ends, closed=False).text())]

    def arrows(self, panel: Panel) -> str:
        return "".join(path("a", self._arrow(arrow)) for arrow in panel.arrows)

    def _arrow(self, points: tuple[complex, ...]) -> str:
        pen = self._pen()
        tip = points[-1]
        if len(points) == 3:
            pen.curve(*points)
        else:
            pen.lines(*points, closed=False)
        back = (points[-2] - tip) / abs(points[-2] - tip) * 17 / self.frame.scale
        barbs = [tip + back * complex(0.77, way) for way in (0.66, -0.66)]
        return pen.lines(barbs[0], tip, barbs[1], closed=False).text()

    def _pen(self) -> Pen:
        return Pen(self.frame.scale, self.frame.origin)


def _held(skeleton: Skeleton, name: str) -> Vec:
    """Give the point of a hand or sole that a band or towel goes to."""
    side = name[-1]
    if name[:-1] == "hand":
        arm = skeleton.arms[side]
        return arm.end - arm.tip.up * 0.18
    leg = skeleton.legs[side]
    return leg.end + leg.tip.front * 0.25 - leg.tip.up * 0.20


def _shared(first: Sequence[str], second: Sequence[str], letter: str) -> tuple[str, str]:
    """Write runs that are equal in both panels once, where that is shorter."""
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    one, two, at, on = "", "", 0, 0
    for number, (a, b, size) in enumerate(blocks):
        one, two = one + "".join(first[at:a]), two + "".join(second[on:b])
        run, name = "".join(first[a : a + size]), f"{ID}{letter}{number}"
        if len(run) > 60:
            alone = size == 1 and run.startswith("<path")
            one += _named(run, name) if alone else f'<g id="{name}">{run}</g>'
            two += f'<use href="#{name}"/>'
        else:
            one, two = one + run, two + run
        at, on = a + size, b + size
    return one, two


def _named(element: str, name: str) -> str:
    return element.replace("<path", f'<path id="{name}"', 1)
