"""Which words is a text made of, and where do they stand in it?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

LONGEST = 1_600


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    NUMBER = "number"
    MARK = "mark"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark in plain letters; offsets into the text as it came."""

    text: str
    start: int
    end: int
    kind: Kind = Kind.WORD


_TOKEN = re.compile(
    r"""
    (?P<link>(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+
        |\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|example|io|app)\b(?:/\S*)?)
    |(?P<phone>(?:\+\d{1,3}[ .-]?)?\(?\b\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b|\b\d{3}[.-]\d{4}\b
        |\+?\d{7,})
    |(?P<date>\b\d{1,4}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d\d-\d\d\b)
    |(?P<clock>\b\d{1,2}:\d\d\b)
    |(?P<vertebra>\b[lcts]\d{1,2}\b|\b\d+k\b)
    |(?P<place>\b\d{1,2}(?:st|nd|rd|th|ro|do|er|to)\b)
    |(?P<leet>\b(?:2m[or]+w?|2day|2nite|b4|l8r|gr8|d0ne|m8|w8|4got|covid-?19)\b)
    |(?P<short>\bw/(?:o\b)?)
    |(?P<number>\d+(?:[.,]\d+)*(?:\+(?!\s*\d))?)
    |(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
    |(?P<mark>[-=]>|[^\s\w]|_)
    """,
    re.VERBOSE,
)
_KINDS = {
    "link": Kind.OPAQUE,
    "phone": Kind.OPAQUE,
    "date": Kind.OPAQUE,
    "vertebra": Kind.OPAQUE,
    "clock": Kind.NUMBER,
    "number": Kind.NUMBER,
    "mark": Kind.MARK,
}
_SPECIAL = {
    **dict.fromkeys("’‘`´ʼ＇", "'"),
    **dict.fromkeys("“”„«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("→➡⟶⇒➔", " -> "),
    **dict.fromkeys("…\n\r\u2028\u2029", " . "),
    **dict.fromkeys("\u200b\u200c\u200d\ufe0f\u20e3\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("🏻🏼🏽🏾🏿♂♀", ""),
    **dict.fromkeys("¿¡", " "),
    **dict.fromkeys("✔☑", "✅"),
    **dict.fromkeys("✖✗✘❎🚫", "❌"),
    "½": " 1/2 ",
    "¼": " 1/4 ",
    "¾": " 3/4 ",
    "🔟": "10",
}
_STRETCHED = re.compile(r"([a-z])\1{2,}")


def tokens_of(text: str) -> list[Token]:
    """Cut a text into tokens of plain lower-case letters without accents."""
    plain, offsets = _fold_all(text)
    found = []
    for match in _TOKEN.finditer(plain):
        # A lone apostrophe stands for letters left out: 'em, doin'.
        if match[0] == "'":
            continue
        kind = _KINDS.get(match.lastgroup or "", Kind.WORD)
        start, end = offsets[match.start()], offsets[match.end() - 1] + 1
        word = match[0].rstrip("+") if kind is Kind.NUMBER else _shorten(match[0])
        found.append(Token(word, start, end, kind))
    return found


@lru_cache(maxsize=8_192)
def fold(char: str) -> str:
    """Return one character in plain lower-case letters: é as e, ④ as 4, ٤ as 4."""
    if char in _SPECIAL:
        return _SPECIAL[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(part for part in wide if unicodedata.category(part) not in _UNSEEN)


_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})


def _fold_all(text: str) -> tuple[str, list[int] | range]:
    """Fold a text; the second value gives for each folded character its place in the text."""
    if text.isascii() and "\n" not in text and "\r" not in text:
        return text.lower(), range(len(text))
    parts = [fold(char) for char in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places


def _shorten(word: str) -> str:
    """Cut letters held down: 'doneeee' is 'done', 'siiii' is 'si'."""
    return _STRETCHED.sub(r"\1", word) if len(word) > 3 else word
