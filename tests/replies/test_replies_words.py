"""What a language must bring, and how misspelt words are told."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from reminders.core.replies import words as module
from reminders.core.replies.likeness import Spellings, slips
from reminders.core.replies.phrases import Lexicon

FOLDER = resources.files("reminders.core.replies").joinpath("words")
SOURCES = {
    entry.name: entry.read_text("utf-8")
    for entry in FOLDER.iterdir()
    if entry.name.endswith(".toml")
}
TABLES: dict[str, dict[str, Any]] = {name: tomllib.loads(text) for name, text in SOURCES.items()}


@pytest.mark.parametrize("section", ["keywords", "grammar", "words", "pattern", "core", "domain"])
def test_every_language_fills_the_same_tables(section: str) -> None:
    keys = [set(table[section]) for table in TABLES.values()]

    assert all(found == keys[0] for found in keys)


def test_a_third_language_is_one_more_file() -> None:
    source = SOURCES["en.toml"].replace('language = "en"', 'language = "xx"', 1)

    made = module._load(source)
    lexicon = Lexicon()
    lexicon.add("did_all", made.code, made.phrases["did_it"][0], made.sets)

    assert made.code == "xx"
    assert made.known == module.LANGUAGES["en"].known


def test_no_rule_speaks_a_language_of_its_own() -> None:
    rules = Path(str(FOLDER)).parent.glob("*.py")
    spoken = ('"y"', '"el"', '"the"', '"los"', '"con"', '"hecho"', '"dolor"', '"pain" in')

    found = [(rule.name, word) for rule in rules for word in spoken if word in rule.read_text()]

    assert found == []


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("done", "done", 0),
        ("doen", "done", 1),
        ("donee", "done", 1),
        ("dne", "done", 1),
        ("dome", "done", 1),
        ("excersise", "exercise", 2),
        ("tomorrow", "done", 99),
    ],
)
def test_slips_are_letters_missing_added_changed_or_swapped(
    one: str, other: str, count: int
) -> None:
    assert slips(one, other, 2) == count


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("finsihed", "finished"),
        ("tomorow", "tomorrow"),
        ("sone", None),
        ("don", None),
        ("x" * 1_600, None),
        ("", None),
    ],
)
def test_a_misspelt_word_is_told_when_it_is_near_and_begins_alike(
    said: str, meant: str | None
) -> None:
    assert Spellings(["done", "finished", "tomorrow"]).meant(said) == meant
