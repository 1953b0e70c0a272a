"""Which phrases are dangers, which are idioms, and which words deny?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from typing import Any

from reminders.core.replies.normalise import Token, fold
from reminders.core.replies.phrases import Lexicon, Mark
from reminders.core.replies.words import spelled_out


class Danger(StrEnum):
    """What kind of help is needed."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    DEATH = "death"


class Strength(StrEnum):
    """Strong phrases pause reminders until staff clear them; weak ones only raise the alert."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Words:
    """A text ready to be screened: its words, the phrases found, and where exercises are named."""

    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    named: frozenset[int]


class Signs:
    """The red flags of every language; see en.toml and es.toml."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._lexicon = Lexicon()
        self._signs: dict[str, tuple[Danger, Strength]] = {}
        self.typos: dict[str, str] = {}
        denials: set[str] = set()
        between: set[str] = set()
        answers: set[str] = set()
        for source in sources:
            data = tomllib.loads(source)
            self._learn(data)
            denials.update(_plain(word) for word in data["denials"]["words"])
            answers.update(_plain(word) for word in data["denials"]["answers"])
            between.update(_plain(word) for word in data["denials"]["between"])
        self.denials = frozenset(denials)
        self.between = frozenset(between)
        self.answers = frozenset(answers)

    def _learn(self, data: Mapping[str, Any]) -> None:
        lang = data["language"]
        sets = {name: [_plain(word) for word in words] for name, words in data["sets"].items()}
        groups = [
            *((sign["name"], sign["phrases"]) for sign in data["sign"]),
            ("idioms", data["idioms"]["phrases"]),
            ("taken_back", data["denials"]["taken_back"]),
            ("long_ago", data["denials"]["long_ago"]),
        ]
        for name, phrases in groups:
            for phrase in phrases:
                self._lexicon.add(name, lang, spelled_out(_plain(phrase), lang), sets)
        for sign in data["sign"]:
            self._signs[sign["name"]] = (Danger(sign["danger"]), Strength(sign["strength"]))
        for word, typos in data["typos"].items():
            self.typos.update(dict.fromkeys(typos.split(), word))

    def find(self, tokens: Sequence[Token]) -> list[Mark]:
        """Find every phrase of every language."""
        return self._lexicon.find([token.text for token in tokens])

    def is_sign(self, mark: Mark) -> bool:
        """Tell whether a mark is a danger."""
        return mark.name in self._signs

    def sign(self, mark: Mark) -> tuple[Danger, Strength]:
        """Return the danger of a mark and its strength."""
        return self._signs[mark.name]


def mended(token: Token) -> Token:
    """Mend the spelling of a word of danger before any other mending can mistake it."""
    right = SIGNS.typos.get(token.text)
    return token if right is None else replace(token, text=right)


def _plain(text: str) -> str:
    return "".join(fold(char) for char in text)


def _sources() -> list[str]:
    folder = resources.files("reminders.core.safety")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=str)
    return [one.read_text(encoding="utf-8") for one in found]


SIGNS = Signs(_sources())
