"""How much room does a text take on the air, and how is it kept small?"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")  # sent as two characters each
_GSM7 = _BASIC | _EXTENSION


class Encoding(StrEnum):
    """How a text goes over the air; one letter outside GSM-7 turns the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_SINGLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_PART = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True)
class Size:
    """What a text weighs: its units, and the segments that are billed."""

    encoding: Encoding
    units: int
    segments: int

    @property
    def limit(self) -> int:
        """How many units these segments hold."""
        if self.segments <= 1:
            return _SINGLE[self.encoding]
        return _PART[self.encoding] * self.segments

    @property
    def excess(self) -> int:
        """How many units must go for it to be one segment."""
        return max(0, self.units - _SINGLE[self.encoding])


@dataclass(frozen=True)
class Text:
    """A text with its size, for an editor to show."""

    body: str
    size: Size


def measure(text: str) -> Size:
    """Count as the carriers do: units, and parts between which no character is torn apart."""
    encoding = Encoding.GSM7 if is_plain(text) else Encoding.UCS2
    units = _units(text, encoding)
    segments = 1 if units <= _SINGLE[encoding] else _parts(text, encoding)
    return Size(encoding, units, segments if text else 0)


def is_plain(text: str) -> bool:
    """Say whether every letter is of the small alphabet that makes a segment 160 long."""
    return _GSM7.issuperset(text)


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return len(text) + sum(map(text.count, _EXTENSION))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _parts(text: str, encoding: Encoding) -> int:
    parts, free = 1, _PART[encoding]
    for letter in text:
        width = _units(letter, encoding)
        if width > free:
            parts, free = parts + 1, _PART[encoding]
        free -= width
    return parts


_TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−•·", "-"),
        **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        **dict.fromkeys("\r\u0085\u2028\u2029", "\n"),
        "…": "...",
    }
)


def tidy(text: str) -> str:
    """Compose letters and turn typographic marks into the plain ones they look like."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_TYPOGRAPHIC)
    return re.sub(r" {2,}", " ", lines).strip()


_NO_ACCENT_TO_LOSE = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe"})


def unaccented(text: str) -> str:
    """Take accents off the letters that GSM-7 lacks; é and ñ, which it has, keep theirs."""
    if is_plain(text):
        return text
    return "".join(letter if letter in _GSM7 else _base(letter) for letter in tidy(text))


def _base(letter: str) -> str:
    spelt = unicodedata.normalize("NFKD", letter.translate(_NO_ACCENT_TO_LOSE))
    base = "".join(part for part in spelt if not unicodedata.combining(part))
    return base if base and is_plain(base) else letter
