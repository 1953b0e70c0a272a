"""Does every exercise speak for itself: own words, own picture, a fitting place on the shelf?"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import pytest

from reminders.core.exercises import (
    LANGUAGES,
    Category,
    Condition,
    Entry,
    Equipment,
    Layer,
    Position,
    Region,
    library,
)

ENTRIES = list(library().values())
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.key for entry in ENTRIES])
each_language = pytest.mark.parametrize("lang", LANGUAGES)

# What the words about the start must not say, given the position on the shelf.
ELSEWHERE = {
    Position.LYING: {
        "en": r"\b(sit|stand|kneel) ",
        "es": r"\b(siéntese|párese|póngase a gatas)",
    },
    Position.FOUR_POINT: {"en": r"\b(lie|stand) ", "es": r"\b(acuéstese|párese)"},
    Position.SITTING: {"en": r"\b(lie|stand|kneel) ", "es": r"\b(acuéstese|párese|a gatas)"},
    Position.STANDING: {"en": r"\b(lie|sit|kneel) ", "es": r"\b(acuéstese|siéntese|a gatas)"},
}
NAMED = {
    Equipment.BAND: {"en": "band", "es": "banda"},
    Equipment.TOWEL: {"en": "towel", "es": "toalla"},
    Equipment.WALL: {"en": "wall", "es": "pared"},
    Equipment.CHAIR: {"en": "chair", "es": "silla"},
    Equipment.STEP: {"en": "step", "es": "escalón"},
    Equipment.BALL: {"en": "ball", "es": "pelota"},
}


def repeated(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


def whole(entry: Entry, lang: str) -> str:
    words = entry.texts[lang]
    parts = (words.purpose, words.start, *words.steps, words.mistake, words.picture)
    return " ".join(parts).lower()


@each_language
@pytest.mark.parametrize("field", ["name", "purpose", "picture", "steps"])
def test_no_two_exercises_share_what_makes_them_themselves(lang: str, field: str) -> None:
    said = [str(getattr(entry.texts[lang], field)) for entry in ENTRIES]

    assert len(said) == len(ENTRIES) > 60
    assert repeated(said) == []


@each_entry
def test_the_two_languages_are_not_the_same_text(entry: Entry) -> None:
    english, spanish = (entry.texts[lang] for lang in ("en", "es"))

    assert english.name != spanish.name
    assert not {english.start, *english.steps} & {spanish.start, *spanish.steps}


@each_entry
@each_language
def test_a_picture_tells_both_positions_in_order(entry: Entry, lang: str) -> None:
    assert re.fullmatch(r"1: [^12]+\. 2: [^12]+\.", entry.texts[lang].picture)


@each_entry
@each_language
def test_a_start_does_not_contradict_the_position_on_the_shelf(entry: Entry, lang: str) -> None:
    start = entry.texts[lang].start.lower()

    assert not re.search(ELSEWHERE[entry.position][lang], start)


@each_entry
@each_language
def test_what_is_needed_is_named_in_the_words(entry: Entry, lang: str) -> None:
    said = whole(entry, lang)

    for thing in entry.equipment:
        if thing in NAMED:
            assert NAMED[thing][lang] in said, thing


@each_entry
def test_no_word_stands_twice_in_a_row(entry: Entry) -> None:
    for lang in LANGUAGES:
        assert not re.search(r"\b(\w+) \1\b", whole(entry, lang))


@pytest.mark.parametrize("kinds", [Category, Layer, Region, Position, Equipment, Condition])
def test_every_kind_on_the_shelf_is_used(kinds: type[StrEnum]) -> None:
    used: set[str] = set()
    for entry in ENTRIES:
        used |= {entry.category, entry.layer, entry.region, entry.position}
        used |= {*entry.equipment, *entry.cautions}

    assert {kind.value for kind in kinds} <= used


@pytest.mark.parametrize("position", Position)
def test_a_therapist_finds_an_easy_exercise_for_each_position(position: Position) -> None:
    easy = [entry for entry in ENTRIES if entry.position == position and entry.level == 1]

    assert len(easy) >= 2


@each_entry
def test_a_hard_exercise_always_has_an_easier_way_in(entry: Entry) -> None:
    if entry.level == 3:
        assert entry.easier
