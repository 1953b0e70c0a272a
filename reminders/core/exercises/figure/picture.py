"""What does the pose file of an exercise say?

A pose is written in layers: a common pose (`like`), then `[start]`, then `[end]`, each saying only
what differs. A name without side means both sides; with R or L, that side. Giving a hand or foot an
angle releases it from its target, and the other way round.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from typing import Any

from reminders.core.exercises.figure.body import View
from reminders.core.exercises.figure.geometry import Vec
from reminders.core.exercises.figure.pose import HIP_HALF, SHOULDER_HALF, Arm, Leg, Pose

_SIDE_ORDER = ("armL", "legL", "head", "shirt", "legR", "armR", "band")
_ARM = ("shoulder", "out", "twist", "elbow", "palm")
_LEG = ("hip", "spread", "knee", "ankle", "sole", "keep")
_ARM_POINTS = {"hand": "reach", "elbow_to": "aim"}
_LEG_POINTS = {"foot": "reach", "knee_to": "aim"}
_POINTS = _ARM_POINTS | _LEG_POINTS
_SIDED = {*_ARM, *_LEG, *_POINTS}
_TRUNK = {field.name for field in fields(Pose)} - {"pin", "at", "arms", "legs"}
_DEPTHS = {"hand": SHOULDER_HALF, "foot": HIP_HALF}


Held = str | Vec


@dataclass(frozen=True)
class Picture:
    layout: str  # rows for lying and kneeling, columns for sitting and standing
    view: View
    order: tuple[str, ...]
    hips: str
    head: str
    props: tuple[str, ...]
    band: tuple[Held, ...]  # hands, soles or a fixed point, in a row
    ball: tuple[str, ...]  # the joints it is held between
    crop: tuple[float, ...]  # left, bottom, width, height in head heights; empty: the whole
    start: Pose
    end: Pose
    arrows: tuple[tuple[tuple[complex, ...], ...], ...]  # per panel: begin, (bow,) end
    ghost: bool


def pictures() -> Mapping[str, Picture]:
    """Read every pose file by exercise key."""
    sources = {
        sheet.name.removesuffix(".toml"): sheet.read_text("utf-8")
        for sheet in files(__package__).joinpath("poses").iterdir()
        if sheet.name.endswith(".toml")
    }
    common = tomllib.loads(sources.pop("common"))
    return {key: read(tomllib.loads(sources[key]), common) for key in sorted(sources)}


def read(raw: Mapping[str, Any], common: Mapping[str, Mapping[str, Any]]) -> Picture:
    begin = [common[raw["like"]], raw.get("start", {})]
    return Picture(
        layout=raw["layout"],
        view=View(*raw.get("view", ())),
        order=tuple(raw.get("order", _SIDE_ORDER)),
        hips=raw.get("hips", "R"),
        head=raw.get("head", "side"),
        props=tuple(raw["props"]),
        band=tuple(end if isinstance(end, str) else Vec(*end) for end in raw.get("band", ())),
        ball=tuple(raw.get("ball", ())),
        crop=tuple(raw.get("crop", ())),
        start=_pose(begin),
        end=_pose([*begin, raw.get("end", {})]),
        arrows=tuple(_arrows(raw.get(panel, {}).get("arrows", ())) for panel in ("start", "end")),
        ghost=raw.get("ghost", True),
    )


def _arrows(raw: Iterable[Sequence[float]]) -> tuple[tuple[complex, ...], ...]:
    return tuple(
        tuple(complex(x, -y) for x, y in zip(arrow[::2], arrow[1::2], strict=True)) for arrow in raw
    )


def _pose(layers: Iterable[Mapping[str, Any]]) -> Pose:
    merged: dict[str, Any] = {}
    for layer in layers:
        sided = _by_side(layer)
        _release(merged, sided)
        merged.update(sided)
    trunk = {name: merged[name] for name in _TRUNK if name in merged}
    joint, x, y = merged["pin"]
    return Pose(
        **trunk,
        pin=joint,
        at=Vec(x, y),
        arms={side: Arm(**_limb(merged, side, _ARM, _ARM_POINTS)) for side in "RL"},
        legs={side: Leg(**_limb(merged, side, _LEG, _LEG_POINTS)) for side in "RL"},
    )


def _by_side(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Spell pairs out as right and left; what names a side wins over the pair."""
    pairs: dict[str, Any] = {}
    single: dict[str, Any] = {}
    for name, value in layer.items():
        base, side = (name[:-1], name[-1]) if name[-1] in "RL" else ("", "")
        if name in _POINTS:
            pairs |= {f"{name}{side}": _point(name, value, side, mirror=True) for side in "RL"}
        elif name in _SIDED:
            pairs |= {f"{name}{side}": value for side in "RL"}
        elif base in _POINTS:
            single[name] = _point(base, value, side)
        elif base in _SIDED or name in _TRUNK | {"pin"}:
            single[name] = value
        elif name != "arrows":
            raise ValueError(f"a pose has no “{name}”")
    return pairs | single


def _point(name: str, at: Sequence[float], side: str, *, mirror: bool = False) -> Vec:
    """Read a point in space; one for the pair, or without depth, is mirrored on the left."""
    point = Vec(*at) if len(at) == 3 else Vec(at[0], at[1], _DEPTHS.get(name, 0))
    mirrored = side == "L" and (mirror or len(at) == 2)
    return replace(point, z=-point.z) if mirrored else point


def _release(merged: dict[str, Any], layer: Mapping[str, Any]) -> None:
    """Let go of what an earlier layer fixed and this one gives an angle."""
    fixed = (
        (("shoulder", "elbow"), ("hand", "palm")),
        (("hip", "knee"), ("foot", "sole")),
        (("ankle",), ("sole",)),
    )
    for side in "RL":
        for angles, targets in fixed:
            if any(f"{angle}{side}" in layer for angle in angles):
                for target in targets:
                    merged.pop(f"{target}{side}", None)


def _limb(
    merged: Mapping[str, Any], side: str, angles: Sequence[str], points: Mapping[str, str]
) -> dict[str, Any]:
    names = {angle: angle for angle in angles} | dict(points)
    return {
        attribute: merged[f"{name}{side}"]
        for name, attribute in names.items()
        if f"{name}{side}" in merged
    }
