"""What does one position look like: its figure, its props, its arrows?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reminders.core.exercises.figure import face
from reminders.core.exercises.figure.body import Body, Head, Shape
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.picture import Held, Picture
from reminders.core.exercises.figure.pose import Skeleton
from reminders.core.exercises.figure.props import Extent, props
from reminders.core.exercises.figure.svg import Pen, path

ID = "\0"  # stands for the prefix that keeps ids of one page apart
BALL = 0.36  # its radius
_IN_HAND = {"band", "ball"}
_HEADS = {"side": face.SIDE, "front": face.FRONT, "back": face.BACK}
_HEAD_IDS = {"side": "h", "front": "i", "back": "j"}
Arrows = tuple[tuple[complex, ...], ...]


@dataclass(frozen=True)
class Panel:
    """One position of the figure and how much room it takes."""

    skeleton: Skeleton
    body: Body
    extent: Extent
    arrows: Arrows

    @classmethod
    def of(cls, picture: Picture, skeleton: Skeleton, arrows: Arrows = ()) -> "Panel":
        body = Body(skeleton, picture.view, picture.hips)
        return cls(skeleton, body, Extent.of(_outline(picture, body, arrows)), arrows)


@dataclass(frozen=True)
class Writer:
    """Writes what a panel shows, at the scale and place of its frame."""

    picture: Picture
    scale: float
    origin: complex

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
            looks = panel.skeleton.pose.face or self.picture.head
            return [self._head_here(panel.body.head(), looks)]
        if name == "band":
            return self._band(panel)
        if name == "ball":
            return [self._ball(panel)]
        return [self._shape(shape) for shape in panel.body.part(name)]

    def _shape(self, shape: Shape) -> str:
        pen = self._pen()
        for curve in shape.curves:
            pen.spline(curve)
        return path(shape.kind, pen.outlines(shape.hulls).text())

    def _head_here(self, head: Head, looks: str) -> str:
        at = self.origin + head.centre * self.scale
        move = f"translate({round(at.real)} {round(at.imag)})"
        turn = f"rotate({round(head.degrees)})" if round(head.degrees) else ""
        return f'<use href="#{ID}{_HEAD_IDS[looks]}" transform="{move}{turn}"/>'

    def heads_spelled_out(self, drawing: str) -> str:
        """Write each kind of head where it is first used; every other use points there."""
        for looks, name in _HEAD_IDS.items():
            layers = "".join(self._layer(layer) for layer in _HEADS[looks])
            first = re.compile(f'<use href="#{ID}{name}" (transform="[^"]*")/>')
            drawing = first.sub(rf'<g \1><g id="{ID}{name}">{layers}</g></g>', drawing, count=1)
        return drawing

    def _layer(self, layer: face.Layer) -> str:
        pen = Pen(self.scale, 0)
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

    def _ball(self, panel: Panel) -> str:
        one, other = (panel.skeleton.joint(name) for name in self.picture.ball)
        middle = self.picture.view.page((one + other) * 0.5)
        return path("p", self._pen().ellipse(middle, BALL, BALL).text())

    def arrows(self, panel: Panel) -> str:
        return "".join(path("a", self._arrow(arrow)) for arrow in panel.arrows)

    def _arrow(self, points: tuple[complex, ...]) -> str:
        pen = self._pen()
        tip = points[-1]
        if len(points) == 3:
            pen.curve(*points)
        else:
            pen.lines(*points, closed=False)
        back = (points[-2] - tip) / abs(points[-2] - tip) * 17 / self.scale
        barbs = [tip + back * complex(0.77, way) for way in (0.66, -0.66)]
        return pen.lines(barbs[0], tip, barbs[1], closed=False).text()

    def _pen(self) -> Pen:
        return Pen(self.scale, self.origin)


def _outline(picture: Picture, body: Body, arrows: Arrows) -> Iterator[complex]:
    """Give points that tell how much room a panel takes; what is held stays near the hands."""
    yield from (point + reach for arrow in arrows for point in arrow for reach in (0.2j, -0.2j))
    for name in picture.order:
        if name == "head":
            centre = body.head().centre
            yield from (centre + way * 0.68 for way in (1, -1, 1j, -1j))
        elif name not in _IN_HAND:
            yield from _corners(body.part(name))


def _corners(shapes: Iterable[Shape]) -> Iterator[complex]:
    for shape in shapes:
        for curve in shape.curves:
            # A spline stays well inside its control points: half way is near enough for room.
            yield from ((a + b) / 2 for a, b in zip(curve, (*curve[1:], curve[0]), strict=True))
        for arcs in shape.hulls:
            yield from (point for arc in arcs for point in (arc.begin, arc.summit(), arc.end))


def _held(skeleton: Skeleton, name: Held) -> Vec:
    """Give the point of a hand or sole that a band or towel goes to."""
    if isinstance(name, Vec):
        return name
    side = name[-1]
    if name[:-1] == "hand":
        arm = skeleton.arms[side]
        return arm.end - arm.tip.up * 0.18
    leg = skeleton.legs[side]
    return leg.end + leg.tip.front * 0.25 - leg.tip.up * 0.20
