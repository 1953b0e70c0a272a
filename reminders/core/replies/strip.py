"""Which part of a text did the sender write now, and which is copied, quoted or added?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from reminders.core.replies.normalise import fold
from reminders.core.replies.words import LANGUAGES

_SHORTEST_COPY = 20
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_REACTION_QUOTE = r"[ ]*[\"'][\s\S]*[\"'][ .]*\s*"


def own_words(text: str, ours: Sequence[str] = ()) -> str:
    """Blank out everything the sender did not write; every place in the text stays."""
    shadow = _shadow(text)
    if _REACTION.fullmatch(shadow) or _REACTION_OBJECT.fullmatch(shadow):
        return " " * len(text)
    gaps = [*_mail_parts(shadow), *_copies(shadow, ours)]
    for start, end in gaps:
        text = text[:start] + "\n" + " " * (end - start - 1) + text[end:]
    return text


def _shadow(text: str) -> str:
    """Fold a text without moving a character."""
    if text.isascii():
        return text.lower().replace("\r", "\n")
    return "".join(_one(char) for char in text)


def _one(char: str) -> str:
    if char in "\n\r\u2028\u2029":
        return "\n"
    plain = fold(char)
    return plain if len(plain) == 1 else char


def _mail_parts(shadow: str) -> list[tuple[int, int]]:
    gaps = [found.span() for found in _SENT_FROM.finditer(shadow)]
    quoted = [found.span() for found in _QUOTED_LINE.finditer(shadow)]
    for header in _QUOTE_HEADER.finditer(shadow):
        below = any(start > header.end() for start, _ in quoted)
        gaps.append((header.start(), header.end() if below else len(shadow)))
    ends = [found.start() for tail in (_ORIGINAL, _SIGN_OFF) if (found := tail.search(shadow))]
    if ends:
        gaps.append((min(ends), len(shadow)))
    return [(start, end) for start, end in [*gaps, *quoted] if end > start]


def _copies(shadow: str, ours: Sequence[str]) -> list[tuple[int, int]]:
    gaps = [found.span() for found in _OWN.finditer(shadow) if found.end() > found.start()]
    for copy in ours:
        start, length = _copied(shadow, " ".join(_shadow(copy).split()))
        if length >= min(_SHORTEST_COPY, max(len(copy), 1)):
            gaps.append((start, start + length))
    return gaps


def _copied(shadow: str, copy: str) -> tuple[int, int]:
    """Find our text in theirs, whole or cut short at its end."""
    start = shadow.find(copy[:_SHORTEST_COPY]) if copy else -1
    if start < 0:
        return 0, 0
    same = takewhile(
        lambda pair: pair[0] == pair[1] or (pair[0].isspace() and pair[1].isspace()),
        zip(shadow[start:], copy, strict=False),
    )
    return start, sum(1 for _ in same)


def _any(name: str, before: str = "", after: str = "") -> re.Pattern[str]:
    choices = "|".join(f"(?:{language.patterns[name]})" for language in LANGUAGES.values())
    return re.compile(f"{before}(?:{choices}){after}", re.MULTILINE)


_QUOTE_HEADER = _any("quote_header")
_ORIGINAL = _any("original")
_SENT_FROM = _any("sent_from")
_SIGN_OFF = _any("sign_off")
_REACTION = _any("reaction", r"\s*", _REACTION_QUOTE)
_REACTION_OBJECT = _any("reaction_object", r"\s*", r"[ .]*\s*")
_OWN = _any("own")
