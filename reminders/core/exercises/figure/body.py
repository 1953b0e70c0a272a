"""What does the figure wear over its bones: trunk, head, limbs, each as flat shapes?

A shape is one path: hulls of circles and closed curves, all clockwise so that they unite. Capital
kinds are the darker tone of the far side. Parts are named as in a pose's drawing order: `armL`,
`legR`, `shirt`, `head`; an arm may be split into `skinR` and `sleeveR`.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reminders.core.exercises.figure.geometry import Arc, Circle, Vec, hull
from reminders.core.exercises.figure.pose import Limb, Skeleton

Curve = tuple[complex, ...]

# Height above the hip centre: reach to the front, to the back, half width.
PROFILE = {
    -0.14: (0.28, 0.34, 0.42),
    0: (0.36, 0.43, 0.50),
    0.44: (0.38, 0.36, 0.47),
    0.66: (0.36, 0.29, 0.43),
    0.88: (0.36, 0.29, 0.45),
    1.39: (0.44, 0.36, 0.56),
    1.69: (0.38, 0.38, 0.60),
    1.98: (0.17, 0.19, 0.24),
}
BELLY = {0.44: 0.7, 0.66: 1, 0.88: 0.9, 1.39: 0.1}  # how much of it each height takes
TROUSERS = (-0.14, 0, 0.44, 0.66)
DEEP, THICK = 1.35, 0.13  # the mat: as far to both sides of the figure, and as high
SHIRT = (0.44, 0.88, 1.39, 1.69, 1.98)


class Ball(NamedTuple):
    """A round bit of the body in space; limbs are hulls of them."""

    centre: Vec
    radius: float
    covered: bool = False


@dataclass(frozen=True)
class View:
    """Oblique projection: what is nearer is drawn further left and lower."""

    aside: float = 0.26
    down: float = 0.20

    @property
    def ground_below(self) -> float:
        """How far the front of the mat hangs under the floor line."""
        return DEEP * self.down + THICK + 0.02

    def page(self, point: Vec) -> complex:
        return complex(point.x - self.aside * point.z, -point.y + self.down * point.z)


@dataclass(frozen=True)
class Shape:
    kind: str
    hulls: tuple[tuple[Arc, ...], ...] = ()
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True)
class Head:
    """Rigid: drawn once, then only moved and turned."""

    centre: complex
    degrees: float  # clockwise on the page


@dataclass(frozen=True)
class Body:
    skeleton: Skeleton
    view: View
    hips: str  # the leg that carries the seat of the trousers: R, L or both

    def part(self, name: str) -> tuple[Shape, ...]:
        """Give the shapes of one part, the farthest first."""
        side = name[-1]
        match name.rstrip("RL"):
            case "arm":
                return (*self._skin(side), *self._sleeve(side))
            case "skin":
                return self._skin(side)
            case "sleeve":
                return self._sleeve(side)
            case "leg":
                return self._leg(side)
            case "legs":
                return self._legs()
            case "shirt":
                return self._shirt()
            case _:
                raise ValueError(f"no part is called “{name}”")

    def head(self) -> Head:
        skull = self.skeleton.skull
        pose = self.skeleton.pose
        # A head that looks aside has its neck behind it, as in a side view.
        front = skull.yaw(pose.turn).front if pose.face == "side" else skull.front
        centre = self.skeleton.skull_base + skull.up * 0.36 + front * 0.10
        up = self.view.page(skull.up) - self.view.page(Vec(0, 0, 0))
        return Head(self.view.page(centre), math.degrees(cmath.phase(up * 1j)))

    def _skin(self, side: str) -> tuple[Shape, ...]:
        arm = self.skeleton.arms[side]
        under_sleeve = arm.root + (arm.middle - arm.root) * 0.5
        elbow, wrist = Ball(arm.middle, 0.145), Ball(arm.end, 0.10, covered=True)
        tip = Ball(arm.end - arm.tip.up * 0.34, 0.075)
        thumb = Ball(arm.end - arm.tip.up * 0.17 + arm.tip.front * 0.12, 0.045)
        hulls = (
            self._hull(Ball(under_sleeve, 0.155, covered=True), elbow._replace(covered=True)),
            self._hull(elbow, wrist),
            self._hull(Ball(arm.end, 0.115), tip, thumb),
        )
        return (Shape(self._tone("s", side), hulls),)

    def _sleeve(self, side: str) -> tuple[Shape, ...]:
        arm = self.skeleton.arms[side]
        hem = arm.root + (arm.middle - arm.root) * 0.64
        sleeve = self._hull(Ball(arm.root, 0.23), Ball(hem, 0.205))
        return (Shape(self._tone("t", side), (sleeve,)),)

    def _leg(self, side: str) -> tuple[Shape, ...]:
        curves = (self._trunk(TROUSERS),) if self.hips == side else ()
        leg = Shape(self._tone("b", side), self._leg_hulls(side), curves)
        return (self._shoe(side), leg)

    def _legs(self) -> tuple[Shape, ...]:
        hulls = (*self._leg_hulls("L"), *self._leg_hulls("R"))
        legs = Shape("b", hulls, (self._trunk(TROUSERS),))
        return (self._shoe("L"), self._shoe("R"), legs)

    def _leg_hulls(self, side: str) -> tuple[tuple[Arc, ...], ...]:
        leg = self.skeleton.legs[side]
        calf = leg.middle + (leg.end - leg.middle) * 0.34 - leg.lower.front * 0.06
        return (
            self._hull(Ball(leg.root, 0.35), Ball(leg.middle, 0.22, covered=True)),
            self._hull(Ball(leg.middle, 0.22), Ball(calf, 0.20), Ball(leg.end, 0.125)),
        )

    def _shoe(self, side: str) -> Shape:
        leg = self.skeleton.legs[side]
        heel, toe = _foot(leg)
        shoe = self._hull(Ball(leg.end, 0.13, covered=True), Ball(heel, 0.115), Ball(toe, 0.075))
        return Shape(self._tone("o", side), (shoe,))

    def _shirt(self) -> tuple[Shape, ...]:
        near = self.skeleton.chest.left.z < -0.99
        right, left = (self.skeleton.arms[side].root for side in "RL")
        yoke = () if near else (self._hull(Ball(right, 0.22), Ball(left, 0.22)),)
        return (Shape("t", yoke, (self._trunk(SHIRT),)),)

    def _trunk(self, heights: Sequence[float]) -> Curve:
        """Offset the spine to both sides, so that a round or hollow back shows by itself."""
        fronts, backs = [], []
        for height in heights:
            point, frame = self.skeleton.station(height)
            centre = self.view.page(point)
            ahead = complex(frame.up.x, -frame.up.y) * 1j
            ahead /= abs(ahead)
            front, back, half = PROFILE[height]
            front += self.skeleton.pose.belly * BELLY.get(height, 0)
            across = Vec(ahead.real, -ahead.imag)
            deep, wide = frame.front.dot(across), half * frame.left.dot(across)
            fronts.append(centre + ahead * math.hypot(front * deep, wide))
            backs.append(centre - ahead * math.hypot(back * deep, wide))
        return _clockwise((*fronts, *reversed(backs)))

    def _hull(self, *balls: Ball) -> tuple[Arc, ...]:
        return hull([Circle(self.view.page(b.centre), b.radius, b.covered) for b in balls])

    def _tone(self, kind: str, side: str) -> str:
        return kind.upper() if side == "L" and self.skeleton.pose.turn == 0 else kind


def _foot(leg: Limb) -> tuple[Vec, Vec]:
    """Give the centres of heel and toe; the sole lies 0.20 below the ankle joint."""
    heel = leg.end - leg.tip.front * 0.12 - leg.tip.up * 0.085
    toe = leg.end + leg.tip.front * 0.60 - leg.tip.up * 0.125
    return heel, toe


def _clockwise(points: Curve) -> Curve:
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    area = sum((a.conjugate() * b).imag for a, b in pairs)
    return points if area > 0 else tuple(reversed(points))
