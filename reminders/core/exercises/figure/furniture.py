"""What can stand around the figure to lean on, sit on, step on or tie a band to?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reminders.core.exercises.figure.body import DEEP, View
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.svg import Pen

SEAT, BACKREST, STOOL = 1.58, 4.1, 1.8
STEP, STEP_LONG = 0.62, 1.5
SKY = 9  # higher than any drawing


@dataclass(frozen=True)
class Thing:
    """Flat pieces or open lines of one kind, in one path; or an ellipse."""

    kind: str
    pieces: tuple[tuple[complex, ...], ...] = ()
    lines: tuple[tuple[complex, ...], ...] = ()
    ellipse: tuple[complex, float, float] | None = None

    def drawn(self, pen: Pen) -> str:
        for piece in self.pieces:
            pen.lines(*piece)
        for line in self.lines:
            pen.lines(*line, closed=False)
        if self.ellipse:
            pen.ellipse(*self.ellipse)
        return pen.text()


def _wall(view: View, at: Vec) -> Iterator[Thing]:
    behind = at.x - 0.46
    corners = ((0, DEEP), (0, -DEEP), (SKY, -DEEP), (SKY, DEEP))
    yield Thing("v", (_face(view, *((behind, y, z) for y, z in corners)),))


def _wall_front(view: View, at: Vec) -> Iterator[Thing]:
    behind, half, high = at.z - 0.5, 1.85, 7.1
    corners = ((-half, 0), (-half, high), (half, high), (half, 0))
    yield Thing("v", (_face(view, *((x, y, behind) for x, y in corners)),))


def _post(view: View, at: Vec) -> Iterator[Thing]:
    """Something that does not give way, to tie a band to."""
    yield Thing("c", lines=(_leg(view, at.x, SKY, at.z),))


def _step(view: View, at: Vec) -> Iterator[Thing]:
    left, right, half = at.x, at.x + STEP_LONG, 0.8
    top = ((left, STEP, half), (left, STEP, -half), (right, STEP, -half), (right, STEP, half))
    front = ((left, 0, half), (left, STEP, half), (right, STEP, half), (right, 0, half))
    end = ((right, 0, half), (right, STEP, half), (right, STEP, -half), (right, 0, -half))
    yield Thing("k", (_face(view, *end), _face(view, *front)))
    yield Thing("C", (_face(view, *top),))


def _stool(view: View, at: Vec) -> Iterator[Thing]:
    left, right, half = at.x - 0.75, at.x + 0.75, 0.6
    legs = (_leg(view, x, STOOL, z) for z in (-half, half) for x in (left, right))
    yield Thing("c", lines=tuple(legs))
    seat = ((left, half), (left, -half), (right, -half), (right, half))
    yield Thing("C", (_face(view, *((x, STOOL, z) for x, z in seat)),))


def _chair(view: View, at: Vec) -> Iterator[Thing]:
    back, front, half = at.x - 0.62, at.x + 0.95, 0.55
    seat = ((back, SEAT, half), (back, SEAT, -half), (front, SEAT, -half), (front, SEAT, half))
    rest = ((back, 2.5, half), (back, 2.5, -half), (back, 3.9, -half), (back, 3.9, half))
    far, near = ((_leg(view, back, BACKREST, z), _leg(view, front, SEAT, z)) for z in (-half, half))
    yield Thing("c", lines=far)
    yield Thing("C", (_face(view, *seat), _face(view, *rest)))
    yield Thing("c", lines=near)


def _chair_front(view: View, at: Vec) -> Iterator[Thing]:
    """The same chair for a body turned to the viewer: what is in front of it hides the rest."""
    half, behind, before = 0.8, at.z - 0.62, at.z + 0.95
    yield Thing("c", lines=tuple(_leg(view, x, SEAT, before) for x in (-half, half)))
    posts = (_face(view, (x, SEAT, behind), (x, BACKREST, behind)) for x in (-half, half))
    yield Thing("c", lines=tuple(posts))
    rest = ((-half, 2.5), (half, 2.5), (half, 3.9), (-half, 3.9))
    seat = ((-half, before), (-half, behind), (half, behind), (half, before))
    boards = (((x, y, behind) for x, y in rest), ((x, SEAT, z) for x, z in seat))
    yield Thing("C", tuple(_face(view, *corners) for corners in boards))


def _face(view: View, *corners: tuple[float, float, float]) -> tuple[complex, ...]:
    return tuple(view.page(Vec(*corner)) for corner in corners)


def _leg(view: View, x: float, top: float, z: float) -> tuple[complex, ...]:
    return _face(view, (x, 0, z), (x, top, z))


FURNITURE: Mapping[str, Callable[[View, Vec], Iterator[Thing]]] = {
    "wall": _wall,
    "wall-front": _wall_front,
    "chair": _chair,
    "chair-front": _chair_front,
    "stool": _stool,
    "step": _step,
    "post": _post,
}
