"""Does this text need a person now?

Matching is generous: a false alarm is the cheap error. Only what people plainly do not mean is let
go: idioms ("killing me"), denials ("no numbness"), things of long ago, names of exercises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reminders.core.replies.exercises import mentions_of, words_of
from reminders.core.replies.normalise import LONGEST, Token, tokens_of
from reminders.core.replies.phrases import Mark
from reminders.core.replies.strip import own_words
from reminders.core.replies.words import canonical, guess
from reminders.core.safety.signs import ENDS, SIGNS, Danger, Strength, Words, mended

__all__ = ["Danger", "Flag", "Strength", "screen"]

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
    raw = [mended(token) for token in tokens_of(own_words(text))]
    words = _words(raw, tuple(exercises))
    worst = min(_dangers(words), key=_rank, default=None)
    if worst is None:
        return None
    # Ideas have the same names in every language: the answer is in the language of the text.
    return Flag(*SIGNS.sign(worst), _cited(text, words, worst), guess(raw, worst.lang))


def _rank(mark: Mark) -> tuple[int, int, int, str, str]:
    """Put the worst danger first, then the first one told, in its longest words."""
    return _RANK[SIGNS.sign(mark)], mark.first, -mark.last, mark.name, mark.lang


_RANK = {
    (Danger.CRISIS, Strength.STRONG): 0,
    (Danger.EMERGENCY, Strength.STRONG): 1,
    (Danger.CRISIS, Strength.WEAK): 2,
    (Danger.EMERGENCY, Strength.WEAK): 3,
    (Danger.DEATH, Strength.STRONG): 4,
    (Danger.DEATH, Strength.WEAK): 5,
}


def _words(raw: Sequence[Token], exercises: tuple[str, ...]) -> Words:
    tokens = canonical(raw, guess(raw, "en"), words_of(exercises))
    named = frozenset(
        at for one in mentions_of(tokens, exercises) for at in range(one.first, one.last)
    )
    return SIGNS.find(tokens, named)


def _dangers(words: Words) -> Iterator[Mark]:
    for mark in words.marks:
        if SIGNS.is_sign(mark) and _meant(words, mark) and not _long_ago(words, mark):
            yield mark
    yield from _combined(words)


def _combined(words: Words) -> Iterator[Mark]:
    """Find the dangers made of several ideas: "numb" and "foot", in whatever words and order."""
    rules = list(SIGNS.possible(frozenset(idea.name for idea in words.ideas)))
    wanted = {name for rule in rules for name in rule.ideas}
    ideas: dict[str, list[Mark]] = {name: [] for name in wanted}
    for idea in words.ideas:
        if idea.name in wanted and _meant(words, idea):
            ideas[idea.name].append(idea)
    for rule in rules:
        for mark in rule.found(ideas, words.tokens):
            if not _long_ago(words, mark):
                yield mark


def _meant(words: Words, mark: Mark) -> bool:
    return not (_is_exercise(words, mark) or _idiom(words, mark) or _denied(words, mark))


def _is_exercise(words: Words, mark: Mark) -> bool:
    """Tell whether a danger's own words are the name of an exercise: "bent knee fall-outs"."""
    return all(at in words.named for at in range(mark.first, mark.last))


def _idiom(words: Words, mark: Mark) -> bool:
    """Tell whether everyday speech explains a danger: it must say more than the danger does."""
    return any(
        other.name == "idioms"
        and other.first < mark.last
        and mark.first < other.last
        and not (mark.first <= other.first and other.last <= mark.last)
        for other in words.marks
    )


def _denied(words: Words, mark: Mark) -> bool:
    """Tell whether a "no" governs the danger, over a list too: "no fever, numbness or weakness".

    Words of suicide are never denied by a stray "not"; plain denials of it are idioms. A part of
    the body is not denied: what is said of it is.
    """
    if not SIGNS.deniable(mark) or _says_no(words, mark) or _taken_back(words, mark):
        return False
    for at in range(mark.first - 1, max(-1, mark.first - _FARTHEST_DENIAL), -1):
        word = words.tokens[at].text
        if word in SIGNS.denials:
            return at not in words.joined and words.tokens[at + 1].text not in SIGNS.answers
        if word in ENDS or not (word in SIGNS.between or word in {",", "/"} or at in words.said):
            return False
    return False


def _is_crisis(mark: Mark) -> bool:
    return SIGNS.is_sign(mark) and SIGNS.sign(mark)[0] is Danger.CRISIS


def _says_no(words: Words, mark: Mark) -> bool:
    """Tell whether the danger is itself a "not": "can not feel" is denied by no other "no"."""
    begins = range(mark.first, min(mark.first + 2, mark.last))
    return any(words.tokens[at].text in SIGNS.denials for at in begins)


def _taken_back(words: Words, mark: Mark) -> bool:
    """Tell whether the denial is only of the past: "never had chest pain like this"."""
    return any(
        other.name == "taken_back" and mark.last <= other.first <= mark.last + 2
        for other in words.marks
    )


def _long_ago(words: Words, mark: Mark) -> bool:
    """Tell whether a fall or an illness is old: crisis words are never old."""
    if _is_crisis(mark):
        return False
    return any(
        other.name == "long_ago"
        and mark.first <= other.first <= mark.last + 4
        and not any(words.tokens[at].text in ENDS for at in range(mark.last, other.first))
        for other in words.marks
    )


def _cited(text: str, words: Words, mark: Mark) -> str:
    return text[words.tokens[mark.first].start : words.tokens[mark.last - 1].end]
