"""Where is each joint on the way from one position to the other?

The trunk's angles are mixed. An arm or leg that reaches for something in both positions goes on
reaching; any other turns about its joints. So no limb grows on the way.
"""

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.pose import (
    FOREARM,
    SHIN,
    THIGH,
    UPPER_ARM,
    Arm,
    Frame,
    Leg,
    Limb,
    Pose,
    Skeleton,
    bend_two_bones,
    hinged,
    stand,
)

PLANTED = 0.2  # a hand or foot that moves less than this stays where it is
_TRUNK = tuple(field.name for field in fields(Pose) if isinstance(field.default, int | float))
_ARM = ("shoulder", "out", "twist", "elbow")
_LEG = ("hip", "spread", "knee", "ankle")


@dataclass(frozen=True)
class _Kind:
    bones: tuple[float, float]
    bends_to: int  # the front, as a knee, or the back, as an elbow


_ARMS, _LEGS = _Kind((UPPER_ARM, FOREARM), -1), _Kind((THIGH, SHIN), 1)


@dataclass(frozen=True)
class _Way:
    """One limb's way from here to there, and how much of it is done."""

    start: Limb
    end: Limb
    share: float
    reaching: bool

    @property
    def follows_its_end(self) -> bool:
        """True if hand or foot leads: it stays, or reaches with its elbow or knee to one side."""
        if (self.end.end - self.start.end).length() < PLANTED:
            return True
        return self.reaching and self.start.upper.front.dot(self.end.upper.front) > -0.5


def between(start: Skeleton, end: Skeleton, share: float) -> Skeleton:
    """Give the body when this share of the way is done."""
    trunk = stand(_pose(start, end, share))
    arms, legs = dict(trunk.arms), dict(trunk.legs)
    for side in "RL":
        reaching = _reaches(start.pose.arms[side]) and _reaches(end.pose.arms[side])
        way = _Way(start.arms[side], end.arms[side], share, reaching)
        arms[side] = _limb(arms[side].root, way, _ARMS)
        reaching = _reaches(start.pose.legs[side]) and _reaches(end.pose.legs[side])
        way = _Way(start.legs[side], end.legs[side], share, reaching)
        legs[side] = _limb(legs[side].root, way, _LEGS)
    return replace(trunk, arms=arms, legs=legs)


def _reaches(limb: Arm | Leg) -> bool:
    return limb.reach is not None


def _pose(start: Skeleton, end: Skeleton, share: float) -> Pose:
    """Mix what is given in numbers, pinned where both are, else by the hip."""
    one, other = start.pose, end.pose
    pin = one.pin if one.pin == other.pin else "hip"
    trunk = {name: _mix(getattr(one, name), getattr(other, name), share) for name in _TRUNK}
    arms = {side: Arm(**_angles(one.arms[side], other.arms[side], _ARM, share)) for side in "RL"}
    legs = {side: Leg(**_angles(one.legs[side], other.legs[side], _LEG, share)) for side in "RL"}
    at = _between(start.joint(pin), end.joint(pin), share)
    face = (one if share < 0.5 else other).face
    return replace(one, **trunk, pin=pin, at=at, arms=arms, legs=legs, face=face)


def _angles(
    one: Arm | Leg, other: Arm | Leg, names: tuple[str, ...], share: float
) -> dict[str, Any]:
    return {name: _mix(getattr(one, name), getattr(other, name), share) for name in names}


def _limb(root: Vec, way: _Way, kind: _Kind) -> Limb:
    tip = _turned(way.start.tip, way.end.tip, way.share)
    if way.follows_its_end:
        return _reached(root, way, kind, tip)
    upper = _turned(way.start.upper, way.end.upper, way.share)
    lower = _turned(way.start.lower, way.end.lower, way.share)
    middle = root - upper.up * kind.bones[0]
    return Limb(root, middle, middle - lower.up * kind.bones[1], upper, lower, tip)


def _reached(root: Vec, way: _Way, kind: _Kind, tip: Frame) -> Limb:
    target = _between(way.start.end, way.end.end, way.share)
    far = (target - root).length()
    end = root + (target - root) * min(1, sum(kind.bones) / far)
    front = _between(way.start.upper.front, way.end.upper.front, way.share)
    middle = bend_two_bones(root, end, kind.bones, front * kind.bends_to)
    upper, lower = hinged(root, middle, end, front)
    return Limb(root, middle, end, upper, lower, tip)


def _turned(one: Frame, other: Frame, share: float) -> Frame:
    """Turn a frame the short way to another."""
    apart = math.acos(max(-1.0, min(1.0, one.up.dot(other.up))))
    up = one.up
    if apart > 1e-3:
        parts = one.up * math.sin((1 - share) * apart) + other.up * math.sin(share * apart)
        up = parts.unit()
    front = _between(one.front, other.front, share).across(up)
    return Frame(up, front, up.cross(front))


def _between(one: Vec, other: Vec, share: float) -> Vec:
    return one * (1 - share) + other * share


def _mix(one: float, other: float, share: float) -> float:
    return one * (1 - share) + other * share
