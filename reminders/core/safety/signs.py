"""Which phrases and which ideas together are dangers, which are idioms, and which words deny?"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from itertools import pairwise
from typing import Any

from reminders.core.replies.likeness import Spellings
from reminders.core.replies.normalise import Token, fold
from reminders.core.replies.phrases import Lexicon, Mark
from reminders.core.replies.words import LANGUAGES, spelled_out

ENDS = frozenset({".", "?", "!", ";"})
_LETTERS = re.compile("[a-z]+")
_NEAR = 6
_END_COSTS = 3


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
    """A text ready to be screened: its words, what was found in it, and where exercises are named.

    `marks` are phrases: dangers, idioms, things of long ago. `ideas` are what dangers are made of.
    A "no" may reach over the words that are `said` by either, and is itself part of a danger where
    it is `joined` with other words: the "not" of "can not feel".
    """

    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    ideas: tuple[Mark, ...]
    named: frozenset[int]
    said: frozenset[int]
    joined: frozenset[int]


@dataclass(frozen=True, slots=True)
class Together:
    """Ideas which raise a sign when they stand near each other, in any order."""

    sign: str
    lang: str
    ideas: tuple[str, ...]
    reach: int

    def found(self, ideas: Mapping[str, Sequence[Mark]], words: Sequence[Token]) -> Iterator[Mark]:
        """Find the ideas near each other, each at its nearest."""
        latest: dict[str, Mark] = {}
        marks = (mark for name in self.ideas for mark in ideas[name])
        for mark in sorted(marks, key=lambda mark: mark.first):
            latest[mark.name] = mark
            parts = sorted(latest.values(), key=lambda part: part.first)
            if len(parts) == len(self.ideas) and _near(parts, words, self.reach):
                last = max(part.last for part in parts)
                yield Mark(self.sign, self.lang, parts[0].first, last)


def _near(parts: Sequence[Mark], words: Sequence[Token], reach: int) -> bool:
    return all(
        0 <= right.first - left.last <= reach and _way(words[left.last : right.first]) <= reach
        for left, right in pairwise(parts)
    )


def _way(between: Sequence[Token]) -> int:
    """Count the words between two ideas; the end of a sentence counts for some."""
    words = sum(token.text not in ENDS for token in between)
    return words + (_END_COSTS if words < len(between) else 0)


class Signs:
    """The red flags of every language; see en.toml and es.toml."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._lexicon = Lexicon()
        self._ideas = Lexicon()
        self._together: dict[str, list[Together]] = defaultdict(list)
        self._signs: dict[str, tuple[Danger, Strength]] = {}
        self._typos: dict[str, str] = {}
        lists = [tomllib.loads(source) for source in sources]
        for data in lists:
            self._learn(data)
        self._spellings = Spellings(word for data in lists for word in data["spelling"]["words"])
        # Whatever stands in a list, also under spelling.never, is spelt as it is meant.
        self._right = frozenset(_LETTERS.findall(_plain(" ".join(sources))))
        self.denials = _gathered(lists, "words")
        self.between = _gathered(lists, "between")
        self.answers = _gathered(lists, "answers")
        self._trouble = frozenset(name for data in lists for name in data["trouble"])
        self._parts = frozenset(name for data in lists for name in data["parts"])

    def _learn(self, data: Mapping[str, Any]) -> None:
        lang = data["language"]
        sets = {name: [_plain(word) for word in words] for name, words in data["sets"].items()}
        groups = [
            *((sign["name"], sign["phrases"]) for sign in data["sign"]),
            ("idioms", data["idioms"]["phrases"]),
            ("taken_back", data["denials"]["taken_back"]),
            ("long_ago", data["denials"]["long_ago"]),
        ]
        _fill(self._lexicon, lang, groups, sets)
        for table in ("trouble", "parts", "about"):
            _fill(self._ideas, lang, data[table].items(), sets)
        for sign in data["sign"]:
            self._signs[sign["name"]] = (Danger(sign["danger"]), Strength(sign["strength"]))
            for group in sign["together"]:
                rule = _together(sign["name"], lang, group)
                self._together[rule.ideas[0]].append(rule)
        for word, typos in data["typos"].items():
            self._typos.update(dict.fromkeys(typos.split(), word))

    def find(self, tokens: Sequence[Token], named: frozenset[int]) -> Words:
        """Find every phrase and every idea of every language."""
        texts = [token.text for token in tokens]
        marks, ideas = self._lexicon.find(texts), self._ideas.find(texts)
        over = [mark for mark in (*marks, *ideas) if self._passable(mark)]
        return Words(
            tokens=tuple(tokens),
            marks=tuple(marks),
            ideas=tuple(ideas),
            named=named,
            said=_covered(over),
            joined=_covered(mark for mark in over if mark.last - mark.first > 1),
        )

    def meant(self, word: str) -> str | None:
        """Return the word of danger meant by a misspelt one that is no word itself."""
        if word in self._typos:
            return self._typos[word]
        if word in self._right or any(word in language.known for language in LANGUAGES.values()):
            return None
        return self._spellings.meant(word)

    def possible(self, ideas: frozenset[str]) -> Iterator[Together]:
        """Return the ways in which these ideas may be a danger."""
        return (
            rule
            for idea in ideas
            for rule in self._together.get(idea, ())
            if ideas.issuperset(rule.ideas)
        )

    def deniable(self, mark: Mark) -> bool:
        """Tell whether a "no" can take a mark away: words of suicide and body parts it can not."""
        if self.is_sign(mark):
            return self.sign(mark)[0] is not Danger.CRISIS
        return mark.name in self._trouble

    def _passable(self, mark: Mark) -> bool:
        """Tell whether a "no" may reach over a mark: "no leg weakness", "no fever or weakness"."""
        return self.is_sign(mark) or mark.name in self._trouble or mark.name in self._parts

    def is_sign(self, mark: Mark) -> bool:
        """Tell whether a mark is a danger."""
        return mark.name in self._signs

    def sign(self, mark: Mark) -> tuple[Danger, Strength]:
        """Return the danger of a mark and its strength."""
        return self._signs[mark.name]


def _covered(marks: Iterable[Mark]) -> frozenset[int]:
    return frozenset(at for mark in marks for at in range(mark.first, mark.last))


def _gathered(lists: Iterable[Mapping[str, Any]], name: str) -> frozenset[str]:
    return frozenset(_plain(word) for data in lists for word in data["denials"][name])


def _fill(
    lexicon: Lexicon,
    lang: str,
    groups: Iterable[tuple[str, Sequence[str]]],
    sets: Mapping[str, Sequence[str]],
) -> None:
    for name, phrases in groups:
        for phrase in phrases:
            lexicon.add(name, lang, spelled_out(_plain(phrase), lang), sets)


def _together(sign: str, lang: str, rule: str) -> Together:
    """Read "numb + leg" or "heart + wild within 3"."""
    ideas, _, reach = rule.partition(" within ")
    return Together(sign, lang, tuple(ideas.split(" + ")), int(reach or _NEAR))


def mended(token: Token) -> Token:
    """Mend the spelling of a word of danger before any other mending can mistake it."""
    right = SIGNS.meant(token.text)
    return token if right is None else replace(token, text=right)


def _plain(text: str) -> str:
    return "".join(fold(char) for char in text)


def _sources() -> list[str]:
    folder = resources.files("reminders.core.safety")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=str)
    return [one.read_text(encoding="utf-8") for one in found]


SIGNS = Signs(_sources())
