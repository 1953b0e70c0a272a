"""Is this password too easy to guess? Long and unlikely is all that we ask: no rules of letters."""

from collections.abc import Iterable
from typing import Final

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # ships no types

# NIST SP 800-63B-4 for a password; the common ones are all shorter.
SHORTEST: Final = 15
LONGEST: Final = 128
# Its estimate takes time, and what comes after this many letters makes nothing weaker.
_LOOKED_AT: Final = 72
_UNLIKELY: Final = 3


def weakness(password: str, known: Iterable[str]) -> str:
    """What is wrong with it, in words; nothing if it will do.

    `known` is what people know of its owner: name, address, clinic.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return f"At least {SHORTEST} characters, please, at most {LONGEST}."
    if _mostly(password, known):
        return "Not your name, your address or your clinic’s name, please."
    if zxcvbn(password[:_LOOKED_AT], user_inputs=list(known))["score"] < _UNLIKELY:
        return "This is one of the first that would be guessed. A few words in a row are better."
    return ""


def _mostly(password: str, known: Iterable[str]) -> bool:
    left = _bare(password)
    for word in sorted(map(_bare, known), key=len, reverse=True):
        left = left.replace(word, "") if word else left
    return len(left) < 6


def _bare(text: str) -> str:
    return "".join(text.casefold().split())
