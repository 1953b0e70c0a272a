"""Does the patient want no more texts, or want them back?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reminders.core.replies.normalise import fold
from reminders.core.replies.note import Note
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Intent
from reminders.core.replies.words import LANGUAGES

_NOT_A_WORD = re.compile(r"[^a-z]+")
_LONGEST_KEYWORD = 60
_FEW_FOREIGN = 1


def keyword_of(text: str) -> Intent | None:
    """Return what a text asks for that is a carrier's keyword and nothing else, but politeness."""
    if len(text) > _LONGEST_KEYWORD:
        return None
    words = _NOT_A_WORD.sub(" ", "".join(fold(char) for char in text)).split()
    return _keyword(" ".join(words))


@lru_cache(maxsize=1_024)
def _keyword(plain: str) -> Intent | None:
    for name, intent in _INTENTS:
        for language in LANGUAGES.values():
            for polite in ("", *language.keywords["polite"]):
                bare = plain.removeprefix(f"{polite} ").removesuffix(f" {polite}")
                if bare in language.keywords[name]:
                    return intent
    return None


_INTENTS = (("stop", Intent.STOP), ("start", Intent.START), ("help", Intent.HELP))


def opt_out(note: Note) -> Mark | None:
    """Return the words that end the texts for good."""
    return next((mark for mark in _opt_outs(note)), None)


def _opt_outs(note: Note) -> Iterator[Mark]:
    if note.has("stop_instruction"):
        return
    for mark in note.marks("opt_out"):
        if not (_reversed(note, mark) or _timed(note, mark) or _of_exercise(note, mark)):
            yield mark
    for mark in note.marks("stop_alone"):
        first, last = note.clause(mark.first)
        polite = note.explained(first, last, "stop_alone", "polite")
        if polite and note.word(last) != "?" and not (_reversed(note, mark) or _aside(note, mark)):
            yield mark
    if note.has("stop_word") and note.text.lstrip().startswith("STOP "):
        yield from (mark for mark in note.marks("stop_word")[:1] if not _of_exercise(note, mark))


def _aside(note: Note, mark: Mark) -> bool:
    """Tell whether the rest is about something else: "ya baja, te espero en el carro"."""
    first, last = note.clause(mark.first)
    strange = note.foreigners(0, first) + note.foreigners(last, len(note.tokens))
    start, end = note.tokens[mark.first].start, note.tokens[mark.last - 1].end
    ours = any(note.in_set(at, "texts") for at in range(len(note.tokens)))
    return strange > _FEW_FOREIGN and not (ours or note.text[start:end].isupper())


def maybe_opt_out(note: Note) -> bool:
    """Tell whether the texts may be unwanted: then we ask."""
    if note.has("maybe_stop"):
        return not all(_reversed(note, mark) for mark in note.marks("maybe_stop"))
    return unwanted_now(note)


def unwanted_now(note: Note) -> bool:
    """Tell whether texts are unwanted at some time only: "not so early", "not until Monday"."""
    return any(_timed(note, mark) for mark in note.marks("opt_out") if not _reversed(note, mark))


def _reversed(note: Note, mark: Mark) -> bool:
    """Tell whether the words say the opposite: "don't stop the reminders"."""
    return any(
        other.first <= mark.last and mark.first <= other.last for other in note.marks("not_opt_out")
    )


def _timed(note: Note, mark: Mark) -> bool:
    """Tell whether another time or a pause is wanted: "stop texting me at 6am"."""
    first, last = note.sentence(mark.first)
    return any(
        first <= other.first < last and other.first >= mark.first
        for other in note.marks("opt_out_timing")
    )


def _of_exercise(note: Note, mark: Mark) -> bool:
    """Tell whether it is an exercise that is stopped, not the texts."""
    if note.one_of(mark.last - 1, "vague_end") and _of_other_thing(note, mark.last):
        return True
    return mark.last in note.mention_places or any(
        other.first in {mark.last, mark.last - 1} for other in note.marks("stop_object")
    )


def _of_other_thing(note: Note, at: int) -> bool:
    """Tell whether something that is not ours is ended: "my subscription to that magazine"."""
    at += 1 if note.one_of(at, "preposition") or note.one_of(at, "towards") else 0
    while note.one_of(at, "determiner"):
        at += 1
    return note.foreign(at) and not note.in_set(at, "texts")


def opt_in(note: Note) -> Mark | None:
    """Return the words that ask for the texts again."""
    for mark in note.marks("opt_in"):
        denied = note.before(mark, "negation_plain", near=4)
        if not denied and not _timed(note, mark):
            return mark
    return None
