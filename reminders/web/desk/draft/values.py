"""What is a draft made of?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from reminders.core.dose import Dose
from reminders.core.exercises import Condition
from reminders.core.fading import Fading, Pace
from reminders.core.programme import Goal

EVERY_DAY: Final = tuple(range(7))
MOST_EXERCISES: Final = 12
MOST_ROUTINES: Final = 6
MOST_PHASES: Final = 6
LONGEST_STEP: Final = 28
OTHER: Final = ("other_days", "other_sets", "other_reps", "other_seconds")
RARE: Final = ("seconds", "rest_seconds", "load", "band", "tempo", "distance", "effort")
DOSE_FIELDS: Final = ("sets", "reps", "hold_seconds", "side", *RARE, *OTHER)
NUMBERS: Final = (
    *("sets", "reps", "hold_seconds", "seconds", "rest_seconds", "effort"),
    *("other_sets", "other_reps", "other_seconds"),
)

Errors = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One exercise of the form; `id` names it while lines move up and down."""

    id: str
    key: str
    typed: Mapping[str, str]
    note: str = ""
    phase: str = ""  # the id of its phase, in a plan with phases
    errors: Errors = field(default_factory=dict)

    @property
    def dose(self) -> Dose:
        """What the fields say; what makes no sense is as if never said."""
        said: dict[str, object] = {
            name: value for name, value in self.typed.items() if value and name not in OTHER
        }
        if any(self.typed.get(name) for name in OTHER):
            said["other_days"] = {
                "days": self.other_days,
                **{name: self.typed.get(f"other_{name}") for name in ("sets", "reps", "seconds")},
            }
        return Dose.from_json(said)

    @property
    def other_days(self) -> list[int]:
        """The weekdays chosen for another dose."""
        return [int(day) for day in self.typed.get("other_days", "").split(",") if day]

    def rare(self, names: Sequence[str]) -> bool:
        """Whether the less usual fields must be seen: wrong, or the whole of the work."""
        return not self.typed.get("reps") or any(self.errors.get(name) for name in names)

    @property
    def differs(self) -> bool:
        """Whether the fields of other days must be seen."""
        return any(self.typed.get(name) or self.errors.get(name) for name in OTHER)


@dataclass(frozen=True)
class Rhythm:
    """One routine of the form: days, times and which exercises."""

    key: str
    days: tuple[int, ...]
    times: tuple[str, ...]
    every: str = "1"
    starts: str = ""
    ends: str = ""
    only: tuple[str, ...] = ()
    pace: str = ""
    fades: str = ""
    errors: Errors = field(default_factory=dict)

    @property
    def walls(self) -> tuple[time, ...]:
        """The times that make sense, soonest first, each once."""
        return tuple(sorted({wall for typed in self.times if (wall := wall_of(typed)) is not None}))

    @property
    def first(self) -> date | None:
        return date_of(self.starts)

    @property
    def last(self) -> date | None:
        return date_of(self.ends)

    @property
    def fading(self) -> Fading | None:
        """The wish to thin reminders, if pace and day are said."""
        pace, since = next((one for one in Pace if one == self.pace), None), date_of(self.fades)
        return Fading(pace, since) if pace is not None and since is not None else None

    @property
    def sound(self) -> bool:
        """Whether days, times and steps make sense, so that due moments can be named."""
        return bool(self.walls and self.days) and between(self.every, 1, LONGEST_STEP)

    @property
    def steps(self) -> int:
        """Every how many days; one where that makes no sense."""
        return int(self.every) if between(self.every, 1, LONGEST_STEP) else 1

    @property
    def particular(self) -> bool:
        """Whether the less usual fields must be seen."""
        said = (self.every != "1", self.ends, self.only, self.pace, self.errors.keys() - _USUAL)
        return any(said)


_USUAL: Final = frozenset({"days", "times"})


@dataclass(frozen=True)
class PhaseLine:
    """One phase of the form."""

    id: str
    key: str
    name: str
    entry: str = ""
    exit: str = ""
    sessions: str = ""
    pain: str = ""
    days: str = ""
    errors: Errors = field(default_factory=dict)

    @property
    def goal(self) -> Goal:
        """What the figures must say; what makes no sense is as if never said."""
        return Goal(
            int(self.sessions) if between(self.sessions, 1, 100) else None,
            int(self.pain) if between(self.pain, 0, 10) else None,
            int(self.days) if between(self.days, 1, 90) else Goal().days,
        )


@dataclass(frozen=True)
class Draft:
    """The whole form; `phase` is the id of the phase in force, `shown` of the one on the page."""

    lines: tuple[Line, ...]
    routines: tuple[Rhythm, ...]
    errors: tuple[str, ...] = ()
    phases: tuple[PhaseLine, ...] = ()
    phase: str = ""
    shown: str = ""
    signed: bool = False
    minds: tuple[str, ...] | None = None  # none: the form did not ask
    reasons: Mapping[str, str] = field(default_factory=dict)  # why a finding is kept
    template: str = ""
    template_for: str = ""
    find: str = ""
    group: str = ""
    stamp: str = ""  # of the plan that the form was begun from
    about: Errors = field(default_factory=dict)  # what is wrong with a field of the whole

    @property
    def sound(self) -> bool:
        """Whether nothing is left to put right."""
        wrong = [part.errors for part in self.lines] + [part.errors for part in self.routines]
        wrong += [part.errors for part in self.phases]
        return not self.errors and not self.about and not any(wrong)

    def of(self, phase: str) -> tuple[Line, ...]:
        """The exercises of a phase; of a plan without phases, all."""
        return tuple(one for one in self.lines if one.phase == phase)

    @property
    def in_force(self) -> tuple[Line, ...]:
        return self.of(self.phase)

    @property
    def on_page(self) -> tuple[Line, ...]:
        return self.of(self.shown)

    @property
    def off_page(self) -> tuple[Line, ...]:
        """What is carried along unseen."""
        return tuple(one for one in self.lines if one.phase != self.shown)

    @property
    def looked_at(self) -> PhaseLine | None:
        """The phase on the page."""
        return next((one for one in self.phases if one.id == self.shown), None)

    @property
    def standing(self) -> PhaseLine | None:
        """The phase in force."""
        return next((one for one in self.phases if one.id == self.phase), None)

    @property
    def conditions(self) -> frozenset[Condition]:
        """The conditions ticked."""
        return frozenset(Condition(word) for word in self.minds or ())


def fresh_id(ids: Sequence[str]) -> str:
    """An id that no part of the form has yet."""
    return str(max((int(one) for one in ids if one.isdecimal()), default=0) + 1)


def between(typed: str, least: int, most: int) -> bool:
    """Whether this is a whole number within bounds."""
    return typed.isdecimal() and least <= int(typed) <= most


def wall_of(typed: str) -> time | None:
    """A wall time as typed, to the minute."""
    try:
        wall = time.fromisoformat(typed.strip().zfill(5))
    except ValueError:
        return None
    return wall.replace(second=0, microsecond=0) if wall.tzinfo is None else None


def date_of(typed: str) -> date | None:
    """A date as typed."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
