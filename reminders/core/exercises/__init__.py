"""Which exercises do we know, how are they said, and what do they look like?

One file per exercise in `texts/`, both languages side by side, so that a clinician can read it line
by line and sign it. The drawing of the same key is pose data in `figure/poses/`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from reminders.core.exercises import figure

LANGUAGES = ("en", "es")


class Category(StrEnum):
    STRENGTH = "strength"
    MOTOR_CONTROL = "motor_control"
    FLEXIBILITY = "flexibility"
    POSTURE = "posture"
    ROM_ACTIVE = "rom_active"
    ROM_PASSIVE = "rom_passive"
    ROM_ASSISTED = "rom_assisted"
    BALANCE = "balance"
    AEROBIC = "aerobic"


class Layer(StrEnum):
    """Local stabilisers hold the spine and come first; global movers move the trunk."""

    LOCAL = "local"
    GLOBAL = "global"
    NONE = "none"


class Region(StrEnum):
    LOW_BACK = "low_back"
    UPPER_BACK = "upper_back"
    NECK = "neck"
    HIP = "hip"
    WHOLE_BODY = "whole_body"


class Position(StrEnum):
    LYING = "lying"
    FOUR_POINT = "four_point"
    SITTING = "sitting"
    STANDING = "standing"


class Equipment(StrEnum):
    MAT = "mat"
    CHAIR = "chair"
    WALL = "wall"
    BAND = "band"
    TOWEL = "towel"
    BALL = "ball"
    STEP = "step"


class Condition(StrEnum):
    DISC = "disc"
    FACET = "facet"
    STENOSIS = "stenosis"
    PINCHED_NERVE = "pinched_nerve"
    ARTHRITIS = "arthritis"
    OSTEOPOROSIS = "osteoporosis"
    AFTER_SURGERY = "after_surgery"
    PREGNANCY = "pregnancy"


@dataclass(frozen=True)
class Words:
    """One exercise in one language, as the patient reads it."""

    name: str
    purpose: str
    start: str
    steps: tuple[str, ...]
    feel: str
    mistake: str
    stop: str
    breathing: str
    picture: str  # both positions in words, for who cannot see the drawing


@dataclass(frozen=True)
class Entry:
    """One exercise of the library. No reviewer means: not yet reviewed by a clinician."""

    key: str
    category: Category
    layer: Layer
    region: Region
    position: Position
    equipment: tuple[Equipment, ...]
    level: int  # 1 easy to 3 hard
    cautions: Mapping[Condition, str]  # what staff should mind, in English
    easier: tuple[str, ...]
    harder: tuple[str, ...]
    dose: Mapping[str, int | str]  # a starting dose, by the field names of core.dose.Dose
    texts: Mapping[str, Words]
    reviewer: str | None
    reviewed_on: date | None

    @property
    def reviewed(self) -> bool:
        return self.reviewer is not None and self.reviewed_on is not None


def library() -> Mapping[str, Entry]:
    """Give the built-in exercises by key."""
    return _LIBRARY


def drawing(key: str, lang: str, *, instance: str) -> str | None:
    """Draw one exercise as inline SVG, or None if nobody has posed it.

    `instance` keeps ids apart when a page shows several drawings: give each its own on a page.
    """
    entry = _LIBRARY.get(key)
    if entry is None or key not in figure.posed():
        return None
    words = entry.texts[lang]
    return figure.draw(key, words.name, words.picture, instance=instance)


def moves(key: str) -> bool:
    """Say whether an exercise can be shown in motion: some only tense what does not move."""
    return figure.moves(key)


def film(key: str, sheet: str) -> str | None:
    """Draw one exercise in motion as an SVG file, or None if there is nothing to see.

    `sheet` is the stylesheet of the drawings: a file shown as an image sees no other.
    """
    return figure.moving(key, sheet) if figure.moves(key) else None


def _read(key: str, source: str) -> Entry:
    raw = tomllib.loads(source)
    return Entry(
        key=key,
        category=Category(raw["category"]),
        layer=Layer(raw["layer"]),
        region=Region(raw["region"]),
        position=Position(raw["position"]),
        equipment=tuple(Equipment(thing) for thing in raw["equipment"]),
        level=raw["level"],
        cautions=MappingProxyType({Condition(k): v for k, v in raw["cautions"].items()}),
        easier=tuple(raw["easier"]),
        harder=tuple(raw["harder"]),
        dose=MappingProxyType(raw["dose"]),
        texts=MappingProxyType({lang: _words(raw[lang]) for lang in LANGUAGES}),
        reviewer=raw["reviewer"] or None,
        reviewed_on=date.fromisoformat(raw["reviewed_on"]) if raw["reviewed_on"] else None,
    )


def _words(raw: Mapping[str, Any]) -> Words:
    unknown = raw.keys() - {field.name for field in fields(Words)}
    if unknown:
        raise ValueError(f"unknown text fields: {', '.join(sorted(unknown))}")
    return Words(**{**raw, "steps": tuple(raw["steps"])})


def _load() -> Mapping[str, Entry]:
    sheets = sorted(
        (sheet.name.removesuffix(".toml"), sheet.read_text("utf-8"))
        for sheet in files(__name__).joinpath("texts").iterdir()
        if sheet.name.endswith(".toml")
    )
    return MappingProxyType({key: _read(key, source) for key, source in sheets})


_LIBRARY = _load()
