"""Where in a text do the phrases of a language stand?

A phrase is written the way people speak, one slot a word:
    do/did          either word                 {texts}     any word of a named set
    the?            may be missing              numb*       any word that begins so
    #               a number                    ..          up to three words (.... up to six)
    ^ and $         the clause begins, ends     pins_and    inside a set: two words
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_GAPS = {"..": r"(?:[^ .?!;]+ ){0,3}?", "....": r"(?:[^ .?!;]+ ){0,6}?"}
_BEGINS = r"(?:(?<![^ ])(?<![^.,?!;:] ))"
_ENDS = r"(?=[.,?!;:] |$)"
_ANY = "#"
_SHORTEST_PREFIX = 3
_SHORT = 6  # words
_REMEMBERED = 1_000  # texts


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase found: tokens first up to, not including, last."""

    name: str
    lang: str
    first: int
    last: int


@dataclass(slots=True)
class Rule:
    """A phrase ready to be compared: plain words, or a pattern where there is a choice.

    A pattern is compiled when it is first compared: most are not needed for days.
    """

    name: str
    lang: str
    plain: str
    source: str
    _pattern: re.Pattern[str] | None = None

    def end(self, joined: str, at: int) -> int:
        """Return where the phrase ends if it stands at this place, else -1."""
        if not self.source:
            return at + len(self.plain) if joined.startswith(self.plain, at) else -1
        if self._pattern is None:
            self._pattern = re.compile(self.source)
        found = self._pattern.match(joined, at)
        return -1 if found is None else found.end()


class Lexicon:
    """Phrases of all languages, looked up by their first word."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[Rule]] = defaultdict(list)
        self._by_pair: dict[str, list[Rule]] = defaultdict(list)
        self._by_prefix: dict[str, list[Rule]] = defaultdict(list)
        self._slots: dict[tuple[str, str], _Slot] = {}
        self._find_again = lru_cache(_REMEMBERED)(self._find)

    def add(self, name: str, lang: str, phrase: str, sets: Mapping[str, Sequence[str]]) -> None:
        """Learn one phrase under a name; the sets of a language are always the same."""
        slots = [self._slot(lang, source, sets) for source in phrase.split()]
        rule = _rule(name, lang, slots)
        self._find_again.cache_clear()
        if rule.plain.count(" ") > 1:
            self._by_pair[" ".join(rule.plain.split()[:2])].append(rule)
            return
        for word in _first_words(slots):
            if word.endswith("*"):
                self._by_prefix[word[:_SHORTEST_PREFIX]].append(rule)
            else:
                self._by_word[word.split("_")[0]].append(rule)

    def _slot(self, lang: str, source: str, sets: Mapping[str, Sequence[str]]) -> _Slot:
        slot = self._slots.get((lang, source))
        if slot is None:
            slot = self._slots[lang, source] = _slot(source, sets)
        return slot

    def find(self, words: Sequence[str]) -> Sequence[Mark]:
        """Find every phrase; of one name at one place only the longest."""
        # Most replies are the same few words, "done 3" above all; a long one comes once.
        look = self._find_again if len(words) <= _SHORT else self._find
        return look(tuple(words))

    def _find(self, words: tuple[str, ...]) -> tuple[Mark, ...]:
        joined = "".join(f"{word} " for word in words)
        places: dict[int, int] = {}
        at = 0
        for index, word in enumerate(words):
            places[at] = index
            at += len(word) + 1
        places[at] = len(words)
        return tuple(
            mark
            for at, index in places.items()
            if index < len(words)
            for mark in self._at(joined, at, words[index : index + 2], places)
        )

    def _at(
        self, joined: str, at: int, words: Sequence[str], places: Mapping[int, int]
    ) -> Iterator[Mark]:
        best: dict[tuple[str, str], int] = {}
        for rule in self._rules(words):
            end = rule.end(joined, at)
            if end > at and end > best.get((rule.name, rule.lang), -1):
                best[rule.name, rule.lang] = end
        for (name, lang), end in best.items():
            yield Mark(name, lang, places[at], places[end])

    def _rules(self, words: Sequence[str]) -> Iterator[Rule]:
        word = words[0]
        yield from self._by_word.get(word, ())
        yield from self._by_pair.get(" ".join(words), ())
        yield from self._by_prefix.get(word[:_SHORTEST_PREFIX], ())
        if word[0].isdigit():
            yield from self._by_word.get(_ANY, ())


@dataclass(frozen=True, slots=True)
class _Slot:
    pattern: str
    words: tuple[str, ...]
    optional: bool

    @property
    def plain(self) -> bool:
        """Tell whether the slot is one word and nothing else."""
        return not any(mark in self.words[0] for mark in "#*")


def _rule(name: str, lang: str, slots: Sequence[_Slot]) -> Rule:
    if all(len(slot.words) == 1 and not slot.optional and slot.plain for slot in slots):
        plain = "".join(slot.words[0].replace("_", " ") + " " for slot in slots)
        return Rule(name, lang, plain, "")
    return Rule(name, lang, "", "".join(slot.pattern for slot in slots))


def _slot(source: str, sets: Mapping[str, Sequence[str]]) -> _Slot:
    if source == "^":
        return _Slot(_BEGINS, (), optional=True)
    if source == "$":
        return _Slot(_ENDS, (), optional=True)
    if source in _GAPS:
        return _Slot(_GAPS[source], (), optional=True)
    optional = source.endswith("?") and len(source) > 1
    words = tuple(_alternatives(source.removesuffix("?") if optional else source, sets))
    # Longer first, so that "no one" is not cut to "no".
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    pattern = "(?:" + "|".join(_word_pattern(word) for word in ordered) + ") "
    return _Slot(f"(?:{pattern})?" if optional else pattern, words, optional)


def _alternatives(source: str, sets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for part in source.split("/"):
        if part.startswith("{"):
            for word in sets[part.strip("{}")]:
                yield from _alternatives(word, sets)
        elif part:
            yield part


def _word_pattern(word: str) -> str:
    if word == _ANY:
        return r"\d[\d.,:]*"
    if word.endswith("*"):
        return re.escape(word[:-1].replace("_", " ")) + "[^ ]*"
    return re.escape(word.replace("_", " "))


def _first_words(slots: Sequence[_Slot]) -> set[str]:
    words: set[str] = set()
    for slot in slots:
        words.update(slot.words)
        if not slot.optional:
            break
    return words
