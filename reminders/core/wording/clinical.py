"""Which words of a message would tell others of somebody's body?

A text lies on a locked phone and a mail in a shared mailbox: whoever picks it up reads along.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from reminders.core.wording.size import tidy
from reminders.core.wording.speech import DEFAULT, speech

_LEVEL: Final = r"(?:10|[0-9])(?![0-9])"
_PAIN: Final = (
    re.compile(rf"\b(?:pain|dolor|hurts?|duele)\b[^.?!\n]{{0,24}}?\b{_LEVEL}"),
    re.compile(rf"\b{_LEVEL}\s*(?:/|of|out of|de)\s*10\b"),
)
# The scale itself is no one's pain.
_SCALE: Final = re.compile(r"\b0\s*(?:-|–|to|a|al)\s*10\b")


def clinical_words(text: str, lang: str) -> tuple[str, ...]:
    """Parts of the body, diagnoses and the like, in this language and in English."""
    known = dict.fromkeys(speech(lang).clinical + speech(DEFAULT).clinical)
    return tuple(_standing_in(text, known))


def revealing(text: str, lang: str, exercises: Iterable[str]) -> tuple[str, ...]:
    """The same in somebody's own note, with exercises by their names and pain as a number."""
    said = (*clinical_words(text, lang), *_standing_in(text, exercises), *_pains(text))
    return tuple(dict.fromkeys(said))


def _standing_in(text: str, words: Iterable[str]) -> Iterator[str]:
    said = tidy(text).casefold()
    for word in words:
        if re.search(rf"\b{re.escape(tidy(word).casefold())}\b", said):
            yield word.casefold()


def _pains(text: str) -> Iterator[str]:
    said = _SCALE.sub("", tidy(text).casefold())
    for pattern in _PAIN:
        yield from (found[0] for found in pattern.finditer(said))
