"""Where is each joint, given the angles of a pose, what it is pinned to and what it reaches for?

Angles are in degrees, flexion positive; all zero is standing straight with the arms down. Lengths
are in head heights. The person's right is towards the viewer unless the body is turned.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reminders.core.exercises.figure.geometry import Vec

PELVIS, LUMBAR, THORAX, NECK = 0.44, 0.66, 0.88, 0.30
C7 = PELVIS + LUMBAR + THORAX
SHOULDERS_BELOW_C7, SHOULDER_HALF, HIP_HALF = 0.22, 0.62, 0.34
UPPER_ARM, FOREARM, THIGH, SHIN = 1.08, 0.96, 1.62, 1.52
LINKS = 3  # of lumbar and of thorax


class BadPose(ValueError):
    """A pose no body can take: beyond a joint's limit or out of reach."""


@dataclass(frozen=True)
class Frame:
    """The directions of one body part."""

    up: Vec
    front: Vec
    left: Vec

    def tilt(self, degrees: float) -> "Frame":
        """Turn up towards front."""
        c, s = _turn(degrees)
        return Frame(self.up * c + self.front * s, self.front * c - self.up * s, self.left)

    def lean(self, degrees: float) -> "Frame":
        """Turn up towards left."""
        c, s = _turn(degrees)
        return Frame(self.up * c + self.left * s, self.front, self.left * c - self.up * s)

    def yaw(self, degrees: float) -> "Frame":
        """Turn front towards left."""
        c, s = _turn(degrees)
        return Frame(self.up, self.front * c + self.left * s, self.left * c - self.front * s)


@dataclass(frozen=True)
class Arm:
    shoulder: float = 0
    out: float = 0
    twist: float = 0
    elbow: float = 0
    palm: float | None = None  # page angle of the hand; None: in line with the forearm
    reach: Vec | None = None  # the wrist is brought here
    aim: Vec | None = None  # where the elbow points while reaching; None: to the back


@dataclass(frozen=True)
class Leg:
    hip: float = 0
    spread: float = 0
    knee: float = 0
    ankle: float = 0
    sole: float | None = None  # page angle of the foot; None: by the ankle's angle
    reach: Vec | None = None  # the ankle is brought here
    aim: Vec | None = None  # where the knee points while reaching; None: to the front
    keep: bool = False  # the ankle and foot stay where they were in the other panel


@dataclass(frozen=True)
class Pose:
    spine: float = 90  # page angle of the pelvis: 90 upright, 180 on the back, 0 face down
    turn: float = 0  # about the spine: 90 faces the viewer, -90 shows the back
    lumbar: float = 0
    thorax: float = 0
    bend: float = 0  # to the side, over lumbar and thorax
    belly: float = 0  # let out or drawn in, in head heights
    yaw: float = 0  # chest turned to the left, over lumbar and thorax
    neck: float = 0
    nod: float = 0
    cant: float = 0  # head to the left shoulder
    glide: float = 0  # head forward, in head heights
    face: str = ""  # side, front or back, where the head looks another way than in the picture
    drawn: float = 0  # shoulders back, in head heights
    shrug: float = 0  # shoulders up, in head heights
    hip_half: float = HIP_HALF
    pin: str = "hip"
    at: Vec = field(default_factory=lambda: Vec(0, 0))
    arms: Mapping[str, Arm] = field(default_factory=lambda: {"R": Arm(), "L": Arm()})
    legs: Mapping[str, Leg] = field(default_factory=lambda: {"R": Leg(), "L": Leg()})


@dataclass(frozen=True)
class Limb:
    """Root, middle and end joint, and the frames of upper part, lower part, and hand or foot."""

    root: Vec
    middle: Vec
    end: Vec
    upper: Frame
    lower: Frame
    tip: Frame


@dataclass(frozen=True)
class Skeleton:
    pose: Pose
    hip: Vec
    pelvis: Frame
    c7: Vec
    chest: Frame
    skull_base: Vec
    skull: Frame
    arms: Mapping[str, Limb]
    legs: Mapping[str, Limb]

    def station(self, height: float) -> tuple[Vec, Frame]:
        """Give centre and directions of the trunk at a height above the hip centre."""
        return _station(self.pose, self.hip, self.pelvis, height)

    def joint(self, name: str) -> Vec:
        centre = {"hip": self.hip, "c7": self.c7}
        sides = {
            f"{joint}{side}": point
            for side in "RL"
            for joint, point in _joints(self.arms[side], self.legs[side])
        }
        return {**centre, **sides}[name]


def stand(pose: Pose, before: Skeleton | None = None) -> Skeleton:
    """Take the pose: free joints first, moved to the pin, then hands and feet to their targets.

    Raises BadPose for a target out of reach; whether joints allow it is for `limits` to say.
    """
    free = _build(_unreaching(pose), Vec(0, 0))
    place = pose.at - free.joint(pose.pin)
    skeleton = _build(_keeping(pose, before), Vec(place.x, place.y, 0))
    if before is not None:
        skeleton = _feet_kept(skeleton, before)
    return skeleton


def bend_two_bones(root: Vec, target: Vec, bones: tuple[float, float], aim: Vec) -> Vec:
    """Find the middle joint that lets two bones reach a target, pointing towards aim."""
    way = target - root
    far = way.length()
    if far > sum(bones) + 0.02:
        raise BadPose(f"out of reach: {far:.2f} of {sum(bones):.2f} head heights")
    far = min(far, sum(bones) - 1e-6)
    along = (bones[0] ** 2 + far**2 - bones[1] ** 2) / (2 * far)
    aside = math.sqrt(max(bones[0] ** 2 - along**2, 0))
    axis = way.unit()
    return root + axis * along + aim.across(axis) * aside


def _build(pose: Pose, hip: Vec) -> Skeleton:
    pelvis = _pelvis(pose)
    c7, chest = _station(pose, hip, pelvis, C7)
    neck = chest.tilt(pose.neck).lean(pose.cant)
    skull = neck.tilt(pose.nod)
    skull_base = c7 + neck.up * NECK + neck.front * pose.glide
    return Skeleton(
        pose, hip, pelvis, c7, chest, skull_base, skull,
        arms={side: _arm(pose, side, c7, chest) for side in "RL"},
        legs={side: _leg(pose, side, hip, pelvis) for side in "RL"},
    )  # fmt: skip


def _pelvis(pose: Pose) -> Frame:
    c, s = _turn(pose.spine)
    return Frame(Vec(c, s), Vec(s, -c), Vec(0, 0, -1)).yaw(-pose.turn)


def _station(pose: Pose, hip: Vec, pelvis: Frame, height: float) -> tuple[Vec, Frame]:
    point, frame, left = hip, pelvis, height
    for length, flexion, side, yaw in _spine_links(pose):
        step = min(left, length)
        # Half of the bend before the link and half after: the curve stays smooth between links.
        middle = frame.tilt(flexion / 2).lean(side / 2)
        point = point + middle.up * step
        if left <= length:
            share = left / length if left > 0 else 0
            return point, frame.tilt(flexion * share).lean(side * share).yaw(yaw * share)
        frame, left = frame.tilt(flexion).lean(side).yaw(yaw), left - length
    return point + frame.up * left, frame


def _spine_links(pose: Pose) -> Iterator[tuple[float, float, float, float]]:
    side, yaw = pose.bend / (2 * LINKS), pose.yaw / (2 * LINKS)
    yield PELVIS, 0, 0, 0
    for length, flexion in ((LUMBAR, pose.lumbar), (THORAX, pose.thorax)):
        for _ in range(LINKS):
            yield length / LINKS, flexion / LINKS, side, yaw


def _arm(pose: Pose, side: str, c7: Vec, chest: Frame) -> Limb:
    arm, out = pose.arms[side], outward(side)
    root = c7 + chest.up * (pose.shrug - SHOULDERS_BELOW_C7) - chest.front * pose.drawn
    root = root + chest.left * (out * SHOULDER_HALF)
    upper = chest.tilt(-arm.shoulder).lean(-out * arm.out).yaw(out * arm.twist)
    lower = upper.tilt(-arm.elbow)
    middle = root - upper.up * UPPER_ARM
    end = middle - lower.up * FOREARM
    if arm.reach is not None:
        end = _reachable(root, arm.reach, (UPPER_ARM, FOREARM))
        aim = arm.aim or -chest.front
        middle = bend_two_bones(root, end, (UPPER_ARM, FOREARM), aim)
        upper, lower = hinged(root, middle, end, -aim)
    tip = lower if arm.palm is None else _flat_hand(arm.palm)
    return Limb(root, middle, end, upper, lower, tip)


def _leg(pose: Pose, side: str, hip: Vec, pelvis: Frame) -> Limb:
    leg, out = pose.legs[side], outward(side)
    root = hip + pelvis.left * (out * pose.hip_half)
    upper = pelvis.tilt(-leg.hip).lean(-out * leg.spread)
    lower = upper.tilt(leg.knee)
    middle = root - upper.up * THIGH
    end = middle - lower.up * SHIN
    if leg.reach is not None:
        end = _reachable(root, leg.reach, (THIGH, SHIN))
        aim = leg.aim or pelvis.front
        middle = bend_two_bones(root, end, (THIGH, SHIN), aim)
        upper, lower = hinged(root, middle, end, aim)
    tip = lower.tilt(-leg.ankle) if leg.sole is None else _flat_foot(leg.sole)
    return Limb(root, middle, end, upper, lower, tip)


def _reachable(root: Vec, target: Vec, bones: tuple[float, float]) -> Vec:
    """Give the target, or the point a hair nearer that straight bones really touch."""
    way = target - root
    over = way.length() - sum(bones)
    return target - way.unit() * over if 0 < over <= 0.02 else target


def hinged(root: Vec, middle: Vec, end: Vec, front: Vec) -> tuple[Frame, Frame]:
    """Give both parts of a limb the same hinge, square to the plane it bends in."""
    along = (root - end).unit()
    hinge = along.cross(front.across(along))
    ups = (root - middle).unit(), (middle - end).unit()
    upper, lower = (Frame(up, hinge.cross(up), hinge) for up in ups)
    return upper, lower


def _flat_hand(degrees: float) -> Frame:
    c, s = _turn(degrees)
    return Frame(Vec(-c, -s), Vec(s, -c), Vec(0, 0, -1))


def _flat_foot(degrees: float) -> Frame:
    c, s = _turn(degrees)
    return Frame(Vec(-s, c), Vec(c, s), Vec(0, 0, -1))


def _unreaching(pose: Pose) -> Pose:
    return replace(
        pose,
        arms={side: replace(arm, reach=None) for side, arm in pose.arms.items()},
        legs={side: replace(leg, reach=None) for side, leg in pose.legs.items()},
    )


def _keeping(pose: Pose, before: Skeleton | None) -> Pose:
    if before is None:
        return pose
    legs = {
        side: replace(leg, reach=before.legs[side].end) if leg.keep else leg
        for side, leg in pose.legs.items()
    }
    return replace(pose, legs=legs)


def _feet_kept(skeleton: Skeleton, before: Skeleton) -> Skeleton:
    legs = {
        side: replace(limb, tip=before.legs[side].tip)
        if skeleton.pose.legs[side].keep else limb
        for side, limb in skeleton.legs.items()
    }  # fmt: skip
    return replace(skeleton, legs=legs)


def _joints(arm: Limb, leg: Limb) -> Iterator[tuple[str, Vec]]:
    yield from zip(("shoulder", "elbow", "hand"), (arm.root, arm.middle, arm.end), strict=True)
    yield from zip(("thigh", "knee", "ankle"), (leg.root, leg.middle, leg.end), strict=True)


def outward(side: str) -> int:
    """Give the sign of away from the body along `left`."""
    return 1 if side == "L" else -1


def _turn(degrees: float) -> tuple[float, float]:
    radians = math.radians(degrees)
    return math.cos(radians), math.sin(radians)
