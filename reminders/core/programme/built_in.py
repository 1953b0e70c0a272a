"""Which programmes come with the service, and why are they as they are?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from reminders.core.programme.values import Phase, Programme, Timing, phase_from


@dataclass(frozen=True)
class BuiltIn:
    """A template with its explanation. No reviewer means: not yet reviewed by a clinician."""

    key: str
    name: str
    summary: str  # for whom, in one line
    why: tuple[str, ...]  # what each exercise is there for, and what is not
    sources: tuple[str, ...]
    programme: Programme  # its own phase first, then those that follow
    reviewer: str | None
    reviewed_on: date | None

    @property
    def reviewed(self) -> bool:
        return self.reviewer is not None and self.reviewed_on is not None


def built_in() -> Mapping[str, BuiltIn]:
    """Give the built-in templates by key, in the order of recovery."""
    return _BUILT_IN


def _load() -> Mapping[str, BuiltIn]:
    sheets = {
        sheet.name.removesuffix(".toml"): tomllib.loads(sheet.read_text("utf-8"))
        for sheet in files(__package__).joinpath("texts").iterdir()
        if sheet.name.endswith(".toml")
    }
    order = sorted(sheets, key=lambda key: -len(_following(key, sheets)))
    return MappingProxyType({key: _read(key, sheets) for key in order})


def _read(key: str, sheets: Mapping[str, Mapping[str, Any]]) -> BuiltIn:
    raw = sheets[key]
    phases = tuple(_phase(sheets[one]) for one in _following(key, sheets))
    timing = Timing(tuple(raw["times"]), frozenset(raw["weekdays"]), raw.get("every_days", 1))
    return BuiltIn(
        key=key,
        name=raw["name"],
        summary=raw["summary"],
        why=tuple(raw["why"]),
        sources=tuple(raw["sources"]),
        programme=Programme(phases, (timing,)),
        reviewer=raw["reviewer"] or None,
        reviewed_on=date.fromisoformat(raw["reviewed_on"]) if raw["reviewed_on"] else None,
    )


def _following(key: str, sheets: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """A template's own key and those of the phases that follow it."""
    after = sheets[key]["next"]
    return (key, *_following(after, sheets)) if after else (key,)


def _phase(raw: Mapping[str, Any]) -> Phase:
    return phase_from({**raw, "items": raw["exercises"]})


_BUILT_IN = _load()
