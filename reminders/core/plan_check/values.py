"""What is looked at, and what is found?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from reminders.core.dose import Dose
from reminders.core.exercises import Condition, Entry
from reminders.core.plan_check.sheets import Rule
from reminders.core.schedule import EVERY_DAY, Window


@dataclass(frozen=True)
class Prescribed:
    """One exercise of the plan; `own_words` are what the clinic wrote itself for the patient."""

    key: str
    name: str
    dose: Dose
    note: str = ""
    sheet: Entry | None = None
    reviewed: bool = False
    own_words: str = ""


@dataclass(frozen=True)
class Sittings:
    """One routine: when, and which exercises, by their place from 1 on; none means all."""

    walls: tuple[time, ...]
    weekdays: frozenset[int] = EVERY_DAY
    every_days: int = 1
    positions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Everything the rules look at."""

    lines: tuple[Prescribed, ...]
    routines: tuple[Sittings, ...]
    window: Window
    first_name: str = ""
    language: str = "en"
    conditions: frozenset[Condition] = frozenset()
    before: Mapping[str, Dose] = field(default_factory=dict)  # the last version, by exercise

    def asked_on(self, weekday: int) -> tuple[tuple[Prescribed, ...], ...]:
        """The exercises of each sitting of a weekday; every few days counts as if it fell on it."""
        return tuple(
            self.chosen(one) for one in self.routines if weekday in one.weekdays for _ in one.walls
        )

    def chosen(self, routine: Sittings) -> tuple[Prescribed, ...]:
        """The exercises that a routine means."""
        if not routine.positions:
            return self.lines
        wanted = set(routine.positions)
        return tuple(line for place, line in enumerate(self.lines, 1) if place in wanted)


@dataclass(frozen=True)
class Finding:
    """One thing found; `about` tells two findings of a rule apart."""

    rule: Rule
    words: str
    fine: bool
    about: str = ""

    @property
    def key(self) -> str:
        """What a reason to keep it is stored under."""
        return f"{self.rule}:{self.about}" if self.about else self.rule.value
