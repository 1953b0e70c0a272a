"""Does somebody ask to be rung?

Only looked for in words that wait for a person anyway: a wish read too often costs a glance, one
read too seldom is still on the list of replies.
"""

import re
import unicodedata
from typing import Final

_ASKS: Final = (
    r"\b(?:call|phone|ring) (?:me|us|my)\b",
    r"\bgive (?:me|us) a (?:call|ring)\b",
    r"\b(?:can|could|would|will) (?:you|some(?:one|body)|any(?:one|body)) (?:please )?"
    r"(?:call|phone|ring)\b",
    r"\bplease (?:call|phone|ring)\b",
    r"\bcall ?backs?\b",
    r"\b(?:call|phone|ring) (?:me )?back\b",
    r"\b(?:need|want|like|have) to (?:talk|speak) (?:to|with)\b",
    r"\b(?:llam[ea]n?|marqu?[ea]n?)(?:me|nos)\b",
    r"\b(?:me|nos) (?:pued[ea]n? |podria[n]? )?(?:llam(?:ar|e|en|a|an)|marcar)\b",
    r"\b(?:puede[ns]?|podrian?) (?:llamarme|llamarnos|marcarme)\b",
    r"\b(?:quiero|quisiera|necesito|tengo que|me gustaria) hablar con\b",
)
_REFUSES: Final = (
    r"\b(?:do not|dont|don't|never|stop|no need to|not|no)\b(?: \w+){0,2} "
    r"(?:call|calling|phone|ring|me llame|llame|llamarme)"
)
_ASKED: Final = re.compile("|".join(_ASKS))
_REFUSED: Final = re.compile(_REFUSES)


def asks_for_call(text: str) -> bool:
    """Whether these words ask us to ring, in English or Spanish."""
    plain = _plain(text)
    return _ASKED.search(plain) is not None and _REFUSED.search(plain) is None


def _plain(text: str) -> str:
    """Small letters without accents, one blank between words."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(bare.replace("don't", "dont").split())
