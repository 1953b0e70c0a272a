"""What does the guide say while it counts?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GuideSay:
    """What changes while it runs; its script fills in the names."""

    start: str
    pause: str
    go_on: str
    again: str
    paused: str
    of: str
    out_of: str
    round: str
    tap: str
    now: str
    next: str
    last: str
    seconds: tuple[str, ...]
    kinds: Mapping[str, str]
    sides: Mapping[str, str]


@dataclass(frozen=True)
class GuideWords:
    """What stands on its buttons."""

    button: str
    back: str
    skip: str
    close: str
    sound: str
    count: str
    say: GuideSay

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "GuideWords":  # TOML's own types
        say = GuideSay(**{**raw["say"], "seconds": tuple(raw["say"]["seconds"])})
        return cls(**{**raw, "say": say})
