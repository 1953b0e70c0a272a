"""Which of the exercises does a text name?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from reminders.core.replies.likeness import slips
from reminders.core.replies.normalise import Kind, Token, tokens_of
from reminders.core.replies.words import LANGUAGES, canonical, guess

_JOINTS = frozenset("-/',.&+")
_SHORTEST_SAID = 3
_MIDDLE = 7


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
    heads: frozenset[str]
    ends: frozenset[str]
    own: frozenset[str]
    joined: frozenset[str]
    needed: frozenset[str]


@lru_cache(maxsize=512)
def words_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return every word of the names, so that none is taken for a misspelt other word."""
    return frozenset(word for name in names for word in _content(name))


def mentions_of(tokens: Sequence[Token], names: tuple[str, ...]) -> list[Mention]:
    """Find the exercises named, from left to right."""
    known = _names(names)
    if not known:
        return []
    found = list(_walk(tokens, known))
    # Beside a name that leaves no doubt, an everyday word names an exercise too: "the raises".
    starts = frozenset(one.first for one in found)
    return list(_walk(tokens, known, starts)) if found else found


def _walk(
    tokens: Sequence[Token], known: tuple[_Name, ...], sure: frozenset[int] | None = None
) -> Iterator[Mention]:
    at = 0
    while at < len(tokens):
        mention = _mention_at(tokens, at, known, sure)
        if mention is None:
            at += 1
        else:
            yield mention
            at = mention.last


def _small(word: str) -> bool:
    """Tell whether a word only joins the words of a name."""
    return word in _JOINTS or any(
        word in language.words["in_names"] for language in LANGUAGES.values()
    )


def places_of_kind(word: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the positions of the exercises with a word in their names: the stretches."""
    if word in _BODY:
        return ()
    return tuple(
        at
        for at, name in enumerate(_names(names), start=1)
        if any(_same(word, part) for part in name.words)
    )


def _mention_at(
    tokens: Sequence[Token], at: int, known: tuple[_Name, ...], sure: frozenset[int] | None
) -> Mention | None:
    loose = sure is not None
    best: tuple[int, int, int] | None = None
    ties = 0
    before = tokens[at - 1].text if loose and at > 0 else ""
    listed = before in _LISTING
    excepted = _excepted(tokens, at)
    pointed = _pointed(tokens, at)
    leads = before not in _SMALL and _leads(tokens, at, sure)
    joined = before in _JOINING or (loose and _judged(tokens, at))
    for position in _candidates(tokens[at].text, known):
        name = known[position - 1]
        ends = name.ends if joined else name.heads if listed else name.telling
        ends |= name.own if excepted or pointed else frozenset()
        ends |= name.ends if leads else frozenset()
        hits, last, telling = _run(tokens, at, name, ends)
        if hits and telling:
            if best is not None and hits == best[0]:
                ties += 1
            if best is None or hits > best[0]:
                best, ties = (hits, last, position), 0
    if best is None or ties:
        return None
    position, last = best[2], best[1]
    if last == at + 1 and _governs(tokens, at, known[position - 1]):
        return None
    # "En camino" is on the way, "caminó" is a walk done.
    placed = at > 0 and tokens[at - 1].text in _LEADING
    acted = not placed and any(_deed(one.text, known[position - 1]) for one in tokens[at:last])
    return Mention(position, at, last, acted)


def _governs(tokens: Sequence[Token], at: int, name: _Name) -> bool:
    """Tell whether a word only sounds like a name and is a verb: "pasó la verificación"."""
    said = tokens[at].text
    verb = said not in name.words and not said.endswith("s") and not _deed(said, name)
    return verb and at + 1 < len(tokens) and tokens[at + 1].text in _SMALL


def _excepted(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word is what all but it was done: "everything bar the stairs"."""
    at -= 1
    while at > 0 and tokens[at].text in _SMALL:
        at -= 1
    return at > 0 and tokens[at].text in _EXCEPTING


def _pointed(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word tells one exercise from the others: "the towel one", "la de la liga"."""
    placed = at > 0 and tokens[at - 1].text in _SMALL
    if placed and at + 1 < len(tokens) and tokens[at + 1].text in _POINTING:
        return True
    at -= 1 if placed else 0
    return at > 1 and tokens[at - 1].text in _OWNED and tokens[at - 2].text in _SMALL


def _leads(tokens: Sequence[Token], at: int, sure: frozenset[int] | None) -> bool:
    """Tell whether a sure name is joined to a word: "quads and leg raises"."""
    joined = at + 2 < len(tokens) and tokens[at + 1].text in _JOINING
    return joined and sure is not None and at + 2 in sure


def _judged(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a verdict stands right behind a word: "raise no"."""
    at += 2 if at + 1 < len(tokens) and tokens[at + 1].text in {":", "=", "-"} else 1
    return at < len(tokens) and tokens[at].text in _JUDGING


@lru_cache(maxsize=16_384)
def _candidates(said: str, known: tuple[_Name, ...]) -> tuple[int, ...]:
    """Return the positions of the names a word may begin."""
    return tuple(
        position
        for position, name in enumerate(known, start=1)
        if any(_same(said, word) for word in name.words) or _as_one(said, name)
    )


def _as_one(said: str, name: _Name) -> bool:
    """Tell whether two words of a name are written as one: "fallouts"."""
    return said.rstrip("s") in {word.rstrip("s") for word in name.joined}


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


def _run(
    tokens: Sequence[Token], at: int, name: _Name, telling: frozenset[str]
) -> tuple[int, int, bool]:
    """Count the words of a name that stand together here; tell whether they are enough."""
    if _as_one(tokens[at].text, name):
        return 2, at + 1, True
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
    enough = len(words) > 1 or bool(used & telling) or len(used) == len(name.words) or deed
    return len(used), last, enough and bool(used)


@lru_cache(maxsize=512)
def _names(names: tuple[str, ...]) -> tuple[_Name, ...]:
    contents = [_content(name) for name in names]
    counts = Counter(word for content in contents for word in set(content))
    return tuple(
        _Name(
            content,
            telling=_telling(content, counts),
            heads=_ends(content, counts) - (_BODY if len(content) > 1 else frozenset()),
            ends=_ends(content, counts),
            own=frozenset(word for word in content if counts[word] == 1) - _BODY,
            needed=_needed(content),
            joined=frozenset(one + other for one, other in pairwise(content)),
        )
        for content in contents
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
    number = content[:1] if content and content[0].isdigit() and len(content[0]) > 1 else ()
    alone = len([word for word in content if not word.isdigit() and not _is_unit(word)]) == 1
    heads = {word for word in _ends(content, counts) if alone or word not in _BODY | _EVERYDAY}
    return frozenset(number) | heads


def _ends(content: tuple[str, ...], counts: Counter[str]) -> frozenset[str]:
    """Return the first and the last word of a name, where no other name has it."""
    words = [word for word in content if not word.isdigit() and not _is_unit(word)]
    ends = {words[0], words[-1]} if words else set()
    return frozenset(word for word in ends if counts[word] == 1 and len(word) > _SHORTEST_SAID)


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
    if said.isdigit() or word.isdigit() or min(len(said), len(word)) < _SHORTEST_SAID:
        return False
    if _singulars(said) & _singulars(word):
        return True
    stem, base = said.rstrip("s"), word.rstrip("s")
    shared = _shared(said, word)
    if shared >= 4 and shared >= min(len(said), len(word)) - 1 and said not in _EVERYDAY | _NUMBERS:
        return True
    if said in _KNOWN or len(base) <= _SHORTEST_SAID:
        return False
    most = 1 if len(base) < _MIDDLE else 2
    near = slips(stem, base, most)
    return near <= most and (stem[:1] == base[:1] or near == 1 < len(base) - 3)


def _singulars(word: str) -> set[str]:
    return {word, word.removesuffix("s"), word.removesuffix("es")}


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


_KNOWN = frozenset().union(*(language.known for language in LANGUAGES.values()))
_LEADING = frozenset().union(
    *(
        language.words["preposition"] | language.words["determiner"]
        for language in LANGUAGES.values()
    )
)
_JOINING = frozenset(word for language in LANGUAGES.values() for word in language.grammar["and"])
_SMALL = frozenset().union(*(language.words["determiner"] for language in LANGUAGES.values()))
_EXCEPTING = frozenset().union(*(language.words["excepting"] for language in LANGUAGES.values()))
_JUDGING = frozenset().union(*(language.words["judging"] for language in LANGUAGES.values()))
_POINTING = frozenset().union(*(language.words["pointing"] for language in LANGUAGES.values()))
_OWNED = frozenset().union(*(language.words["of_it"] for language in LANGUAGES.values()))
_LISTING = frozenset(word for language in LANGUAGES.values() for word in language.words["listing"])
_BODY = frozenset(word for language in LANGUAGES.values() for word in language.sets["body"])
_NUMBERS = frozenset(word for language in LANGUAGES.values() for word in language.numbers)
_EVERYDAY = frozenset(
    word
    for language in LANGUAGES.values()
    for name in ("body", "everyday")
    for word in language.sets[name]
)
