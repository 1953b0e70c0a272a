"""Which of the exercises does a text name?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from reminders.core.replies.normalise import Kind, Token, tokens_of
from reminders.core.replies.words import LANGUAGES, canonical, guess

_JOINTS = frozenset("-/',.&+")
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Mention:
    """One exercise named at tokens first up to, not including, last; positions count from 1.

    `acted`: named by its deed, as in "walked 20 minutes".
    """

    position: int
    first: int
    last: int
    acted: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    telling: frozenset[str]
    needed: frozenset[str]


@lru_cache(maxsize=512)
def words_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return every word of the names, so that none is taken for a misspelt other word."""
    return frozenset(word for name in names for word in _content(name))


def mentions_of(tokens: Sequence[Token], names: tuple[str, ...]) -> list[Mention]:
    """Find the exercises named, from left to right."""
    known = _names(names)
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        mention = _mention_at(tokens, at, known) if known else None
        if mention is None:
            at += 1
        else:
            found.append(mention)
            at = mention.last
    return found


def _small(word: str) -> bool:
    """Tell whether a word only joins the words of a name."""
    return word in _JOINTS or any(
        word in language.words["in_names"] for language in LANGUAGES.values()
    )


def places_of_kind(word: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the positions of the exercises whose names end in a word: the stretches."""
    ends = [name.words[-1] if name.words else "" for name in _names(names)]
    return tuple(at for at, end in enumerate(ends, start=1) if end and _same(word, end))


def _mention_at(tokens: Sequence[Token], at: int, known: tuple[_Name, ...]) -> Mention | None:
    best: tuple[int, int, int] | None = None
    ties = 0
    for position in _candidates(tokens[at].text, known):
        hits, last, telling = _run(tokens, at, known[position - 1])
        if hits and telling:
            if best is not None and hits == best[0]:
                ties += 1
            if best is None or hits > best[0]:
                best, ties = (hits, last, position), 0
    if best is None or ties:
        return None
    position, last = best[2], best[1]
    return Mention(position, at, last, _deed(tokens[at].text, known[position - 1]))


@lru_cache(maxsize=16_384)
def _candidates(said: str, known: tuple[_Name, ...]) -> tuple[int, ...]:
    """Return the positions of the names a word may begin."""
    return tuple(
        position
        for position, name in enumerate(known, start=1)
        if any(_same(said, word) for word in name.words)
    )


def _deed(said: str, name: _Name) -> bool:
    """Tell whether a word is the past of the verb a name begins with: "walked", "caminé"."""
    return any(
        said in {stem + ending for ending in language.grammar["deed_endings"]}
        for language in LANGUAGES.values()
        for infinitive in language.grammar["infinitives"]
        if name.words and (stem := _stem(name.words[0], infinitive))
    )


def _stem(word: str, infinitive: str) -> str:
    return word.removesuffix(infinitive) if word.endswith(infinitive) else ""


def _run(tokens: Sequence[Token], at: int, name: _Name) -> tuple[int, int, bool]:
    """Count the words of a name that stand together here; tell whether they are enough."""
    used: set[str] = set()
    last, place = at, at
    while place < len(tokens):
        text = tokens[place].text
        match = next((word for word in name.words if word not in used and _same(text, word)), None)
        if match is not None:
            used.add(match)
            last = place + 1
        elif place == at or not _small(text) or text in {",", "."}:
            break
        place += 1
    words = [word for word in used if not word.isdigit()]
    deed = _deed(tokens[at].text, name) and used >= name.needed
    enough = len(words) > 1 or bool(used & name.telling) or len(used) == len(name.words) or deed
    return len(used), last, enough and bool(used)


@lru_cache(maxsize=512)
def _names(names: tuple[str, ...]) -> tuple[_Name, ...]:
    contents = [_content(name) for name in names]
    counts = Counter(word for content in contents for word in set(content))
    return tuple(
        _Name(content, _telling(content, counts), _needed(content)) for content in contents
    )


def _needed(content: tuple[str, ...]) -> frozenset[str]:
    """Return the words without which a deed may be another: all but numbers and units."""
    return frozenset(word for word in content if not word.isdigit() and not _is_unit(word))


def _is_unit(word: str) -> bool:
    return any(word in language.grammar["units"] for language in LANGUAGES.values())


def _telling(content: tuple[str, ...], counts: Counter[str]) -> frozenset[str]:
    """Return the words that name the exercise on their own: its head, if nothing else has it.

    A body part or an everyday word is none: "shoulder was a 3" names no exercise.
    """
    words = [word for word in content if not word.isdigit() and not _is_unit(word)]
    if not words:
        return frozenset()
    heads = words if len(words) == 1 else [words[0], words[-1]]
    number = content[:1] if content[0].isdigit() and len(content[0]) > 1 else ()
    return frozenset(number) | frozenset(
        word
        for word in heads
        if counts[word] == 1 and len(word) > 3 and (len(words) == 1 or word not in _EVERYDAY)
    )


@lru_cache(maxsize=4_096)
def _content(name: str) -> tuple[str, ...]:
    raw = tokens_of(name[:200])
    tokens = canonical(raw, guess(raw, "en"), frozenset(token.text for token in raw))
    return tuple(
        dict.fromkeys(
            token.text for token in tokens if token.kind is not Kind.MARK and not _small(token.text)
        )
    )


@lru_cache(maxsize=16_384)
def _same(said: str, word: str) -> bool:
    """Tell whether a word is one of the name: inflected, cut short or misspelt."""
    if said == word:
        return True
    if said.isdigit() or word.isdigit() or len(said) < 4 or len(word) < 3 or said[0] != word[0]:
        return _swapped(said, word)
    if said.rstrip("s") == word.rstrip("s"):
        return True
    shared = _shared(said, word)
    if shared >= 4 and shared >= min(len(said), len(word)) - 1 and said not in _KNOWN_OTHERS:
        return True
    if len(said) < 5 or said in _KNOWN:
        return _swapped(said, word)
    return SequenceMatcher(None, said, word).ratio() >= _ALIKE


def _swapped(said: str, word: str) -> bool:
    """Tell whether two neighbouring letters changed places: 'brid' for 'bird'."""
    if len(said) != len(word) or len(said) < 4 or said in _KNOWN:
        return False
    at = [place for place in range(len(said)) if said[place] != word[place]]
    return len(at) == 2 and at[1] == at[0] + 1 and said[at[0]] == word[at[1]]


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


_KNOWN = frozenset().union(*(language.known for language in LANGUAGES.values()))
_EVERYDAY = frozenset(
    word
    for language in LANGUAGES.values()
    for name in ("body", "everyday")
    for word in language.sets[name]
)
_KNOWN_OTHERS = _EVERYDAY
