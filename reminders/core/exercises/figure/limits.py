"""Would a body allow this pose?

Spine angles are overdrawn on purpose: true ones do not show at the size of a thumbnail.
"""

import math
from collections.abc import Iterator, Mapping

from reminders.core.exercises.figure.pose import BadPose, Frame, Limb, Pose, Skeleton, outward

LIMITS: Mapping[str, tuple[float, float]] = {
    "hip": (-20, 145),
    "spread": (-40, 45),
    "knee": (0, 155),
    "ankle": (-80, 25),
    "lumbar": (-45, 50),
    "thorax": (-25, 45),
    "bend": (-30, 30),
    "belly": (-0.15, 0.4),
    "yaw": (-50, 50),
    "neck": (-50, 45),
    "nod": (-25, 25),
    "cant": (-45, 45),
    "glide": (-0.15, 0.15),
    "shrug": (-0.1, 0.35),
    "shoulder": (-50, 180),
    "out": (-15, 170),
    "twist": (-15, 65),
    "elbow": (0, 150),
}


def check(skeleton: Skeleton) -> None:
    """Refuse a pose that passes a joint's limit, as given or after reaching, with BadPose."""
    _check_given(skeleton.pose)
    _check_limbs(skeleton)


def _check_given(pose: Pose) -> None:
    for name in (
        "lumbar",
        "thorax",
        "bend",
        "belly",
        "yaw",
        "neck",
        "nod",
        "cant",
        "glide",
        "shrug",
    ):
        _check(name, getattr(pose, name))
    for side in "RL":
        _check(f"twist {side}", pose.arms[side].twist)


def _check_limbs(skeleton: Skeleton) -> None:
    for side in "RL":
        away = outward(side)
        for name, degrees in (
            *_ball("shoulder", "out", skeleton.arms[side], skeleton.chest, away),
            *_ball("hip", "spread", skeleton.legs[side], skeleton.pelvis, away),
            ("elbow", _hinge(skeleton.arms[side], -1)),
            ("knee", _hinge(skeleton.legs[side], 1)),
            ("ankle", _ankle(skeleton.legs[side])),
        ):
            _check(f"{name} {side}", degrees)


def _ball(
    flexion: str, abduction: str, limb: Limb, trunk: Frame, away: int
) -> Iterator[tuple[str, float]]:
    """Read the angles of a ball joint back from where its limb points."""
    down = -limb.upper.up
    aside = down.dot(trunk.left) * away
    yield abduction, math.degrees(math.asin(max(-1.0, min(1.0, aside))))
    # A limb that points straight out has no flexion to speak of.
    if abs(aside) < 0.95:
        degrees = math.degrees(math.atan2(down.dot(trunk.front), -down.dot(trunk.up)))
        yield flexion, degrees + 360 if degrees < -90 else degrees


def _hinge(limb: Limb, sign: int) -> float:
    up = limb.lower.up
    return sign * math.degrees(math.atan2(up.dot(limb.upper.front), up.dot(limb.upper.up)))


def _ankle(leg: Limb) -> float:
    toe = leg.tip.front
    return math.degrees(math.atan2(toe.dot(leg.lower.up), toe.dot(leg.lower.front)))


def _check(name: str, value: float) -> None:
    low, high = LIMITS[name.partition(" ")[0]]
    slack = 1.0 if high > 1 else 0.0
    if not low - slack <= value <= high + slack:
        raise BadPose(f"{name} is {value:.4g}, allowed is {low:g} to {high:g}")
