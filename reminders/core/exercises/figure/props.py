"""What stands around the figure, and where is the ground?

A prop is named in a pose file, with where it stands if that is not its usual place: `chair 1.2` is
a chair moved 1.2 head heights to the right, `post 0.6 -2.5` a post also moved away from the viewer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reminders.core.exercises.figure.body import DEEP, THICK, View
from reminders.core.exercises.figure.furniture import FURNITURE, Thing
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.pose import Skeleton

LOW = 0.9  # what is lower than this throws its shadow


@dataclass(frozen=True)
class Extent:
    """The room something takes on the page; `top` is measured upwards from the floor."""

    left: float
    right: float
    top: float

    @classmethod
    def of(cls, points: Iterable[complex]) -> "Extent":
        all_points = list(points)
        across = [point.real for point in all_points]
        return cls(min(across), max(across), max(-point.imag for point in all_points))

    @classmethod
    def around(cls, extents: Sequence["Extent"]) -> "Extent":
        return cls(
            min(extent.left for extent in extents),
            max(extent.right for extent in extents),
            max(extent.top for extent in extents),
        )


def props(
    names: Sequence[str], view: View, skeleton: Skeleton, both: Sequence[Skeleton]
) -> list[Thing]:
    """Give the props from back to front; mat and floor fit both panels, so both are the same."""
    ground = [x for other in both for x in _low(other, LOW)]
    left, right = min(ground), max(ground)
    things: list[Thing] = []
    for name in names:
        kind, *place = name.split()
        if kind == "mat":
            things += _mat(view, left - 0.3, right + 0.3)
        elif kind == "floor":
            things += _floor(view, left - 0.25, right + 0.25)
        elif kind in FURNITURE:
            things += FURNITURE[kind](view, _place(place))
        else:
            raise ValueError(f"no prop is called “{kind}”")
    return _under(things, _shadow(view, _low(skeleton, LOW)))


def _place(numbers: Sequence[str]) -> Vec:
    """Read where a prop stands: how far to the right, and how far towards the viewer."""
    x, z = (*map(float, numbers), 0.0, 0.0)[:2]
    return Vec(x, 0, z)


def _under(things: list[Thing], shadow: Thing | None) -> list[Thing]:
    """Put the shadow on the ground, under whatever stands on it."""
    if shadow is None:
        return things
    ground = [thing for thing in things if thing.kind in {"m", "M", "l"}]
    return [*ground, shadow, *(thing for thing in things if thing not in ground)]


def _low(skeleton: Skeleton, height: float) -> list[float]:
    """Give where on the floor something is near it."""
    points: list[tuple[Vec, float]] = [(skeleton.hip, 0.4), (skeleton.c7, 0.2)]
    points.append((skeleton.skull_base + skeleton.skull.up * 0.36, 0.5))
    for side in "RL":
        arm, leg = skeleton.arms[side], skeleton.legs[side]
        points += [(arm.middle, 0.15), (arm.end - arm.tip.up * 0.3, 0.05)]
        points += [(leg.middle, 0.2), (leg.end, 0.15), (leg.end + leg.tip.front * 0.6, 0.05)]
    return [p.x + way * r for p, r in points if p.y < height for way in (1, -1)]


def _mat(view: View, left: float, right: float) -> Iterator[Thing]:
    yield Thing("m", (_ground(view, left, right),))
    near = view.page(Vec(left, 0, DEEP)), view.page(Vec(right, 0, DEEP))
    edge = (near[0], near[1], near[1] + THICK * 1j, near[0] + THICK * 1j)
    yield Thing("M", (edge,))


def _floor(view: View, left: float, right: float) -> Iterator[Thing]:
    yield Thing("l", (_ground(view, left, right),))


def _ground(view: View, left: float, right: float) -> tuple[complex, ...]:
    corners = ((left, DEEP), (left, -DEEP), (right, -DEEP), (right, DEEP))
    return tuple(view.page(Vec(x, 0, z)) for x, z in corners)


def _shadow(view: View, ground: Sequence[float]) -> Thing | None:
    if not ground:
        return None
    left, right = min(ground), max(ground)
    centre = view.page(Vec((left + right) / 2, 0, 0))
    return Thing("w", ellipse=(centre, (right - left) / 2, 0.22))
