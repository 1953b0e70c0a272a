"""What is a programme made of, and how is it kept?"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from reminders.core.dose import Dose

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Item:
    """One exercise with its dose."""

    key: str
    dose: Dose
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """When the figures say that a phase is done; nothing set means that only a person can tell."""

    sessions_percent: int | None = None
    pain: int | None = None  # at most
    days: int = 14

    @property
    def set(self) -> bool:
        return self.sessions_percent is not None or self.pain is not None


@dataclass(frozen=True)
class Phase:
    """A stage of a programme with what lets a patient in and out of it."""

    name: str
    items: tuple[Item, ...] = ()
    entry: str = ""
    exit: str = ""
    goal: Goal = field(default=Goal())


@dataclass(frozen=True)
class Timing:
    """When to do it, as a start: the patient's own times come before these."""

    times: tuple[time, ...]
    weekdays: frozenset[int] = EVERY_DAY
    every_days: int = 1


@dataclass(frozen=True)
class Programme:
    """Phases in their order, the first of them to begin with; one without a name is the whole."""

    phases: tuple[Phase, ...]
    timings: tuple[Timing, ...] = ()

    @classmethod
    def from_text(cls, stored: str) -> "Programme":
        """Read what to_text wrote."""
        raw = json.loads(stored)
        timings = tuple(_timing(timing) for timing in raw["timings"])
        return cls(tuple(phase_from(phase) for phase in raw["phases"]), timings)

    def without_notes(self) -> "Programme":
        """The same without words that were written to one person."""
        phases = tuple(
            replace(one, items=tuple(_bare(item) for item in one.items)) for one in self.phases
        )
        return replace(self, phases=phases)

    def to_text(self) -> str:
        """Write it as JSON."""
        timings = [
            {
                "times": [wall.isoformat("minutes") for wall in one.times],
                "weekdays": sorted(one.weekdays),
                "every_days": one.every_days,
            }
            for one in self.timings
        ]
        return json.dumps({"phases": [_phase(one) for one in self.phases], "timings": timings})


def _bare(item: Item) -> Item:
    return replace(item, note="", dose=replace(item.dose, note=""))


def items_to_text(items: Iterable[Item]) -> str:
    """Write exercises as JSON."""
    return json.dumps(_items(items))


def items_from_text(stored: str) -> tuple[Item, ...]:
    """Read what items_to_text wrote."""
    return items_from(json.loads(stored)) if stored else ()


def items_from(raw: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Read exercises from plain values."""
    return tuple(Item(one["key"], Dose.from_json(one["dose"]), one.get("note", "")) for one in raw)


def goal_from(raw: Mapping[str, Any]) -> Goal:
    """Read a goal; what was never said stays unsaid."""
    return Goal(raw.get("sessions_percent"), raw.get("pain"), raw.get("days", Goal().days))


def goal_to(goal: Goal) -> dict[str, Any]:
    """Plain values of a goal."""
    return {"sessions_percent": goal.sessions_percent, "pain": goal.pain, "days": goal.days}


def phase_from(raw: Mapping[str, Any]) -> Phase:
    """Read a phase from plain values."""
    return Phase(
        name=raw["name"],
        items=items_from(raw["items"]),
        entry=raw["entry"],
        exit=raw["exit"],
        goal=goal_from(raw["goal"]),
    )


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "items": _items(phase.items),
        "entry": phase.entry,
        "exit": phase.exit,
        "goal": goal_to(phase.goal),
    }


def _items(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [{"key": one.key, "dose": one.dose.to_json(), "note": one.note} for one in items]


def _timing(raw: Mapping[str, Any]) -> Timing:
    return Timing(
        tuple(time.fromisoformat(wall) for wall in raw["times"]),
        frozenset(raw["weekdays"]),
        raw["every_days"],
    )
