"""Which rules are there, why, and whose are they?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType


class Rule(StrEnum):
    """One thing that is looked at."""

    ORDER = "order"
    BALANCE = "balance"
    CAUTION = "caution"
    COUNT = "count"
    MINUTES = "minutes"
    JUMP = "jump"
    REST = "rest"
    WINDOW = "window"
    READING = "reading"
    REVIEW = "review"


@dataclass(frozen=True)
class Sheet:
    """What a rule is called, why it exists and where it comes from."""

    name: str
    why: str
    source: str


def sheets() -> Mapping[Rule, Sheet]:
    """Give the sheet of every rule."""
    return _SHEETS


def _load() -> Mapping[Rule, Sheet]:
    raw = tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))
    return MappingProxyType({rule: Sheet(**raw[rule]) for rule in Rule})


_SHEETS = _load()
