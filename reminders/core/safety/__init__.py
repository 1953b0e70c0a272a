"""Does this text need a person now?

Matching is generous: a false alarm is the cheap error. Only what people plainly do not mean is let
go: idioms ("killing me"), denials ("no numbness"), things of long ago, names of exercises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reminders.core.replies.exercises import mentions_of, words_of
from reminders.core.replies.normalise import LONGEST, tokens_of
from reminders.core.replies.phrases import Mark
from reminders.core.replies.strip import own_words
from reminders.core.replies.words import canonical, guess
from reminders.core.safety.signs import SIGNS, Danger, Strength, Words, mended

__all__ = ["Danger", "Flag", "Strength", "screen"]

_ENDS = frozenset({".", "?", "!", ";"})
_FARTHEST_DENIAL = 14


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag, with the words that raised it as the sender wrote them."""

    danger: Danger
    strength: Strength
    words: str
    lang: str


def screen(text: str, exercises: Sequence[str] = ()) -> Flag | None:
    """Return the worst red flag of a text, or nothing."""
    text = text[:LONGEST]
    words = _words(text, tuple(exercises))
    flags = [
        (mark, Flag(*SIGNS.sign(mark), _cited(text, words, mark), mark.lang))
        for mark in _dangers(words)
    ]
    if not flags:
        return None
    return min(flags, key=lambda pair: (_RANK[pair[1].danger, pair[1].strength], pair[0].first))[1]


_RANK = {
    (Danger.CRISIS, Strength.STRONG): 0,
    (Danger.EMERGENCY, Strength.STRONG): 1,
    (Danger.CRISIS, Strength.WEAK): 2,
    (Danger.EMERGENCY, Strength.WEAK): 3,
    (Danger.DEATH, Strength.STRONG): 4,
    (Danger.DEATH, Strength.WEAK): 5,
}


def _words(text: str, exercises: tuple[str, ...]) -> Words:
    raw = [mended(token) for token in tokens_of(own_words(text))]
    tokens = canonical(raw, guess(raw, "en"), words_of(exercises))
    named = frozenset(
        at for one in mentions_of(tokens, exercises) for at in range(one.first, one.last)
    )
    return Words(tuple(tokens), tuple(SIGNS.find(tokens)), named)


def _dangers(words: Words) -> Iterator[Mark]:
    for mark in words.marks:
        if SIGNS.is_sign(mark) and not (
            _is_exercise(words, mark)
            or _idiom(words, mark)
            or _denied(words, mark)
            or _long_ago(words, mark)
        ):
            yield mark


def _is_exercise(words: Words, mark: Mark) -> bool:
    """Tell whether a danger's own words are the name of an exercise: "bent knee fall-outs"."""
    return all(at in words.named for at in range(mark.first, mark.last))


def _idiom(words: Words, mark: Mark) -> bool:
    return any(
        other.name == "idioms" and other.first < mark.last and mark.first < other.last
        for other in words.marks
    )


def _denied(words: Words, mark: Mark) -> bool:
    """Tell whether a "no" governs the danger, over a list too: "no fever, numbness or weakness".

    Words of suicide are never denied by a stray "not"; plain denials of it are idioms.
    """
    if SIGNS.sign(mark)[0] is Danger.CRISIS:
        return False
    if any(
        other.name == "taken_back" and mark.last <= other.first <= mark.last + 2
        for other in words.marks
    ):
        return False
    for at in range(mark.first - 1, max(-1, mark.first - _FARTHEST_DENIAL), -1):
        word = words.tokens[at].text
        if word in SIGNS.denials:
            return words.tokens[at + 1].text not in SIGNS.answers
        listed = any(
            SIGNS.is_sign(other) and other.first <= at < other.last for other in words.marks
        )
        if word in _ENDS or not (word in SIGNS.between or word in {",", "/"} or listed):
            return False
    return False


def _long_ago(words: Words, mark: Mark) -> bool:
    """Tell whether a fall or an illness is old: crisis words are never old."""
    if SIGNS.sign(mark)[0] is Danger.CRISIS:
        return False
    return any(
        other.name == "long_ago"
        and mark.first <= other.first <= mark.last + 4
        and not any(words.tokens[at].text in _ENDS for at in range(mark.last, other.first))
        for other in words.marks
    )


def _cited(text: str, words: Words, mark: Mark) -> str:
    return text[words.tokens[mark.first].start : words.tokens[mark.last - 1].end]
