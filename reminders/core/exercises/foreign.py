"""How do the two public exercise collections write theirs down, and what is that in our form?

The shapes are those of free-exercise-db (a JSON list) and of wger's `exerciseinfo`. Author and
licence come along, and whatever is taken over counts as not reviewed.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Final

import nh3

from reminders.core.exercises import Category, Equipment, Layer, Position, Region
from reminders.core.exercises.sheet import Credit, Sheet, SheetWords

_STEP: Final = 160
_MOST_STEPS: Final = 10
_CATEGORIES: Final = {
    "stretching": Category.FLEXIBILITY,
    "cardio": Category.AEROBIC,
    "balance": Category.BALANCE,
}
_LEVELS: Final = {"beginner": 1, "intermediate": 2, "expert": 3}
_EQUIPMENT: Final = {
    "bands": Equipment.BAND,
    "resistance band": Equipment.BAND,
    "exercise ball": Equipment.BALL,
    "swiss ball": Equipment.BALL,
    "gym mat": Equipment.MAT,
}
_REGIONS: Final = {
    "lower back": Region.LOW_BACK,
    "erector spinae": Region.LOW_BACK,
    "abdominals": Region.LOW_BACK,
    "abs": Region.LOW_BACK,
    "middle back": Region.UPPER_BACK,
    "lats": Region.UPPER_BACK,
    "traps": Region.UPPER_BACK,
    "back": Region.UPPER_BACK,
    "neck": Region.NECK,
    "glutes": Region.HIP,
    "hamstrings": Region.HIP,
    "quadriceps": Region.HIP,
    "adductors": Region.HIP,
    "abductors": Region.HIP,
}
_LANGUAGES: Final = {2: "en", 4: "es"}  # as wger numbers them


def read_foreign(written: object) -> list[Sheet]:
    """Read either collection; raises ValueError where it is neither."""
    if isinstance(written, list):
        return [_of_free_db(one) for one in written if isinstance(one, dict) and one.get("name")]
    if isinstance(written, dict) and isinstance(written.get("results"), list):
        return [sheet for one in written["results"] for sheet in _of_wger(one)]
    raise ValueError("this is neither an exported library, nor free-exercise-db, nor wger")


def _of_free_db(one: Mapping[str, Any]) -> Sheet:
    muscles = _texts(one.get("primaryMuscles"))
    return Sheet(
        key=_key("free", str(one.get("id") or one["name"])),
        category=_CATEGORIES.get(str(one.get("category")), Category.STRENGTH),
        layer=Layer.NONE,
        region=_region(muscles),
        position=Position.STANDING,
        equipment=_equipment([str(one.get("equipment") or "")]),
        level=_LEVELS.get(str(one.get("level")), 2),
        texts={"en": _words(str(one["name"]), _texts(one.get("instructions")))},
        credit=Credit(
            author="free-exercise-db", licence="Unlicense", source="yuhonas/free-exercise-db"
        ),
    )


def _of_wger(one: Mapping[str, Any]) -> Iterator[Sheet]:
    """One exercise with its texts, or none where it has no text in a language of ours."""
    texts = {
        _LANGUAGES[text["language"]]: _words(text["name"], _sentences(text.get("description", "")))
        for text in one.get("translations", [])
        if text.get("language") in _LANGUAGES and text.get("name")
    }
    if not texts:
        return
    category = str((one.get("category") or {}).get("name", "")).lower()
    names = [str(tool.get("name", "")) for tool in one.get("equipment", [])]
    muscles = [str(m.get("name_en") or m.get("name", "")) for m in one.get("muscles", [])]
    yield Sheet(
        key=_key("wger", str(one.get("uuid") or one.get("id"))),
        category=_CATEGORIES.get(category, Category.STRENGTH),
        region=_region([*muscles, category]),
        equipment=_equipment(names),
        level=2,
        texts=texts,
        credit=_credit(one),
    )


def _credit(one: Mapping[str, Any]) -> Credit:
    licence = one.get("license") or {}
    name = str(licence.get("short_name") or licence.get("full_name") or "")
    author = str(one.get("license_author") or "")
    return Credit(author=author[:60] or "wger", licence=name[:60], source="wger.de")


def _words(name: str, sentences: list[str]) -> SheetWords:
    steps = [step for sentence in sentences for step in _cut(sentence)]
    return SheetWords(name=name[:60], steps=tuple(steps[:_MOST_STEPS]) or (name[:_STEP],))


def _cut(sentence: str) -> list[str]:
    """A step is one action: a paragraph becomes its sentences, none longer than a step may be."""
    parts = re.split(r"(?<=[.!?])\s+", sentence.strip())
    return [part[:_STEP] for part in parts if part]


def _region(muscles: list[str]) -> Region:
    found = (_REGIONS[muscle.lower()] for muscle in muscles if muscle.lower() in _REGIONS)
    return next(found, Region.WHOLE_BODY)


def _equipment(names: list[str]) -> tuple[Equipment, ...]:
    return tuple({_EQUIPMENT[name.lower()]: None for name in names if name.lower() in _EQUIPMENT})


def _key(source: str, name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{source}-{slug}"[:48].rstrip("-")


def _texts(some: object) -> list[str]:
    return [str(one) for one in some] if isinstance(some, list) else []


_BLOCKS: Final = {"p", "li", "ul", "ol", "br", "div"}
_BORDER: Final = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})[^>]*>")


def _sentences(written: str) -> list[str]:
    """The plain text of a little HTML, a piece for each paragraph or item."""
    pieces = _BORDER.split(nh3.clean(written, tags=_BLOCKS, attributes={}))
    return [" ".join(unescape(piece).split()) for piece in pieces if piece.strip()]
