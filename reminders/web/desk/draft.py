"""What stands in the plan form, as typed, and what does pressing a button do to it?

A draft is words only: whatever was typed is kept, sense or not. `plan_draft` makes the real thing
of it once nothing is left to put right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Final

from werkzeug.datastructures import MultiDict

from reminders.core.dose import Dose, problems
from reminders.core.exercises import library
from reminders.store.plans import PlanDraft, PrescriptionDraft, RoutineDraft
from reminders.store.queries.plan import Prescribed, RoutineRow

EVERY_DAY: Final = tuple(range(7))
MOST_EXERCISES: Final = 12
MOST_ROUTINES: Final = 6
LONGEST_STEP: Final = 28
DOSE_FIELDS: Final = (
    *("sets", "reps", "hold_seconds", "side", "seconds", "rest_seconds"),
    *("load", "tempo", "distance", "effort"),
)
RARE: Final = ("seconds", "rest_seconds", "load", "tempo", "distance", "effort")
_DAYS: Final = frozenset("0123456")
_NUMBERS: Final = frozenset({"sets", "reps", "hold_seconds", "seconds", "rest_seconds", "effort"})

Errors = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One exercise of the form; `id` names it while lines move up and down."""

    id: str
    key: str
    typed: Mapping[str, str]
    note: str = ""
    errors: Errors = field(default_factory=dict)

    @property
    def dose(self) -> Dose:
        """What the fields say; what makes no sense is as if never said."""
        return Dose.from_json({name: value for name, value in self.typed.items() if value})

    def rare(self, names: Sequence[str]) -> bool:
        """Whether the less usual fields must be seen: wrong, or the whole of the work."""
        return not self.typed.get("reps") or any(self.errors.get(name) for name in names)


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
    errors: Errors = field(default_factory=dict)

    @property
    def walls(self) -> tuple[time, ...]:
        """The times that make sense, soonest first, each once."""
        return tuple(sorted({wall for typed in self.times if (wall := _time(typed)) is not None}))

    @property
    def first(self) -> date | None:
        return _date(self.starts)

    @property
    def last(self) -> date | None:
        return _date(self.ends)

    @property
    def sound(self) -> bool:
        """Whether days, times and steps make sense, so that due moments can be named."""
        steps = self.every.isdigit() and 1 <= int(self.every) <= LONGEST_STEP
        return bool(self.walls and self.days) and steps


@dataclass(frozen=True)
class Draft:
    """The whole form."""

    lines: tuple[Line, ...]
    routines: tuple[Rhythm, ...]
    errors: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is left to put right."""
        wrong = [part.errors for part in self.lines] + [part.errors for part in self.routines]
        return not self.errors and not any(wrong)


def from_plan(lines: Sequence[Prescribed], routines: Sequence[RoutineRow]) -> Draft:
    """The form of the plan in force."""
    return Draft(
        tuple(_line(one) for one in lines),
        tuple(_rhythm(one) for one in routines) or (Rhythm("", EVERY_DAY, ("08:00",)),),
    )


def _line(one: Prescribed) -> Line:
    stored = one.dose.to_json()
    typed = {name: str(stored.get(name, "")) for name in DOSE_FIELDS}
    note = " ".join(part for part in (one.dose.note, one.note) if part)
    return Line(str(one.position), one.key, typed, note)


def _rhythm(one: RoutineRow) -> Rhythm:
    return Rhythm(
        one.key,
        tuple(sorted(one.weekdays)),
        tuple(wall.isoformat("minutes") for wall in one.times),
        str(one.every_days),
        one.starts.isoformat(),
        one.ends.isoformat() if one.ends else "",
        tuple(str(position) for position in one.positions),
    )


def from_form(form: MultiDict[str, str]) -> Draft:
    """The form as it came back, nothing lost."""
    return Draft(
        tuple(_typed_line(form, mark) for mark in form.getlist("line")[:MOST_EXERCISES]),
        tuple(_typed_rhythm(form, mark) for mark in form.getlist("routine")[:MOST_ROUTINES]),
    )


def _typed_line(form: MultiDict[str, str], mark: str) -> Line:
    typed = {name: form.get(f"e{mark}-{name}", "").strip()[:40] for name in DOSE_FIELDS}
    return Line(mark, form.get(f"e{mark}-key", ""), typed, form.get(f"e{mark}-note", "")[:400])


def _typed_rhythm(form: MultiDict[str, str], mark: str) -> Rhythm:
    days = {int(day) for day in form.getlist(f"r{mark}-days") if day in _DAYS}
    return Rhythm(
        form.get(f"r{mark}-key", ""),
        tuple(sorted(days)),
        tuple(wall for wall in form.getlist(f"r{mark}-times") if wall.strip())[:6],
        form.get(f"r{mark}-every", "1").strip()[:4],
        form.get(f"r{mark}-starts", "")[:10],
        form.get(f"r{mark}-ends", "")[:10],
        tuple(form.getlist(f"r{mark}-only")),
    )


def pressed(draft: Draft, button: str) -> Draft:
    """What a button does: "add:bridge", "up:2", "down:2", "remove:2", "more", "less:1"."""
    what, _, about = button.partition(":")
    match what:
        case "add":
            return _added(draft, about)
        case "up" | "down":
            return replace(draft, lines=_moved(draft.lines, about, -1 if what == "up" else 1))
        case "remove":
            return replace(draft, lines=tuple(one for one in draft.lines if one.id != about))
        case "more" if len(draft.routines) < MOST_ROUTINES:
            return replace(draft, routines=(*draft.routines, Rhythm("", EVERY_DAY, ("18:00",))))
        case "less":
            kept = (one for nth, one in enumerate(draft.routines) if str(nth) != about)
            return replace(draft, routines=tuple(kept))
    return draft


def _added(draft: Draft, key: str) -> Draft:
    if len(draft.lines) >= MOST_EXERCISES:
        return replace(draft, errors=(f"At most {MOST_EXERCISES} exercises, please.",))
    entry = library().get(key)
    stored = entry.dose if entry is not None else {"sets": 1, "reps": 10}
    typed = {name: str(stored.get(name, "")) for name in DOSE_FIELDS}
    highest = max((int(one.id) for one in draft.lines if one.id.isdigit()), default=0)
    return replace(draft, lines=(*draft.lines, Line(str(highest + 1), key, typed)))


def _moved(lines: tuple[Line, ...], mark: str, step: int) -> tuple[Line, ...]:
    place = next((nth for nth, one in enumerate(lines) if one.id == mark), -1)
    other = place + step
    if place < 0 or not 0 <= other < len(lines):
        return lines
    swapped = list(lines)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    return tuple(swapped)


def checked(draft: Draft, known: frozenset[str]) -> Draft:
    """Say beside each field what must be put right; `known` are the exercises there are."""
    return Draft(
        tuple(replace(one, errors=_line_errors(one, known)) for one in draft.lines),
        tuple(replace(one, errors=_rhythm_errors(one, draft)) for one in draft.routines),
        (*draft.errors, *_plan_errors(draft)),
    )


def _plan_errors(draft: Draft) -> list[str]:
    errors = []
    if not draft.lines:
        errors.append("Add an exercise first, please.")
    if not draft.routines:
        errors.append("Say when, please: add a time.")
    return errors


def _line_errors(line: Line, known: frozenset[str]) -> Errors:
    errors = {
        name: "A whole number, please."
        for name in _NUMBERS
        if line.typed.get(name) and not line.typed[name].isdigit()
    }
    if line.key not in known:
        errors["note"] = "This exercise is not in the library. Remove it, please."
    if len(line.note) > 300:
        errors["note"] = "At most 300 letters, please."
    if not line.typed.get("sets"):
        errors["sets"] = "How many times? 1 or more."
    return {**problems(line.dose), **errors}


def _rhythm_errors(one: Rhythm, draft: Draft) -> Errors:
    errors = {}
    if not one.days:
        errors["days"] = "Choose a day, please."
    if not one.walls or any(_time(typed) is None for typed in one.times):
        errors["times"] = "A time, please, like 08:00."
    if not (one.every.isdigit() and 1 <= int(one.every) <= LONGEST_STEP):
        errors["every"] = f"Between 1 and {LONGEST_STEP}, please."
    if one.starts and one.first is None:
        errors["starts"] = "A day, please."
    if one.ends and one.last is None:
        errors["ends"] = "A day, please."
    elif one.starts and one.ends and one.ends < one.starts:
        errors["ends"] = "This is before the first day."
    if one.only and not any(line.id in one.only for line in draft.lines):
        errors["only"] = "Choose an exercise, or none for all."
    return errors


def plan_draft(
    draft: Draft, exercise_ids: Mapping[str, int], own_keys: frozenset[str], change: str
) -> PlanDraft:
    """The draft as a version is written from it; a routine keeps its key if it is this plan's."""
    return PlanDraft(
        tuple(
            PrescriptionDraft(exercise_ids[one.key], one.dose, " ".join(one.note.split()))
            for one in draft.lines
        ),
        tuple(_routine(one, draft, own_keys) for one in draft.routines),
        change,
    )


def _routine(one: Rhythm, draft: Draft, own_keys: frozenset[str]) -> RoutineDraft:
    return RoutineDraft(
        times=one.walls,
        weekdays=frozenset(one.days),
        every_days=int(one.every),
        starts=one.first,
        ends=one.last,
        positions=_positions(one, draft),
        routine_key=one.key if one.key in own_keys else "",
    )


def _positions(one: Rhythm, draft: Draft) -> tuple[int, ...]:
    """Which lines a routine means; all of them is said as none, so that new ones join."""
    chosen = tuple(nth for nth, line in enumerate(draft.lines, 1) if line.id in one.only)
    return () if len(chosen) == len(draft.lines) else chosen


def _time(typed: str) -> time | None:
    try:
        wall = time.fromisoformat(typed.strip().zfill(5))
    except ValueError:
        return None
    return wall.replace(second=0, microsecond=0) if wall.tzinfo is None else None


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
