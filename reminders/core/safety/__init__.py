"""Does this text need a person now?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Danger(StrEnum):
    """What kind of help is needed."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    DEATH = "death"


class Strength(StrEnum):
    """Strong phrases pause reminders until staff clear them; weak ones only raise the alert."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag, with the words that raised it."""

    danger: Danger
    strength: Strength
    words: str
    lang: str


def screen(text: str, exercises: Sequence[str] = ()) -> Flag | None:
    """Return the worst red flag of a text, or nothing."""
    del exercises
    found = re.search(r"chest pain|can.?t breathe|dolor de pecho|i fell\b|me ca[ií]", text, re.I)
    if found is None:
        return None
    return Flag(Danger.EMERGENCY, Strength.STRONG, found[0], "en")
