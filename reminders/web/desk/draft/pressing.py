"""What does pressing a button do to the draft?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reminders.core.dose import Dose
from reminders.core.exercises import Entry
from reminders.web.desk.draft.beginning import in_force, typed_dose
from reminders.web.desk.draft.values import (
    EVERY_DAY,
    MOST_EXERCISES,
    MOST_PHASES,
    MOST_ROUTINES,
    Draft,
    Line,
    PhaseLine,
    Rhythm,
    fresh_id,
)

_EVENING: Final = Rhythm("", EVERY_DAY, ("18:00",))
_WITHOUT_SHEET: Final = Dose(sets=2, reps=10)


def pressed(draft: Draft, button: str, entries: Mapping[str, Entry]) -> Draft:
    """The draft after "add:bridge", "up:2", "swap:2:dead-bug", "more", "phase", "enter:3"."""
    what, _, about = button.partition(":")
    match what:
        case "add":
            return _added(draft, about, entries)
        case "up" | "down":
            return replace(draft, lines=_moved(draft, about, -1 if what == "up" else 1))
        case "swap":
            mark, _, key = about.partition(":")
            return _swapped(draft, mark, key, entries)
        case "remove":
            return replace(draft, lines=tuple(one for one in draft.lines if one.id != about))
        case "more" | "less":
            return replace(draft, routines=_routines(draft, about))
    return _of_phases(draft, what, about)


def _routines(draft: Draft, less: str) -> tuple[Rhythm, ...]:
    """One routine less where one is named, else one more."""
    if less:
        return tuple(one for nth, one in enumerate(draft.routines) if str(nth) != less)
    return (*draft.routines, _EVENING)[:MOST_ROUTINES]


def _of_phases(draft: Draft, what: str, phase: str) -> Draft:
    if what == "phase" and len(draft.phases) < MOST_PHASES:
        return _another_phase(draft)
    if phase not in {one.id for one in draft.phases}:
        return draft
    match what:
        case "show":
            return replace(draft, shown=phase)
        case "enter":
            return in_force(draft, phase)
        case "drop" if phase != draft.phase:
            return _dropped(draft, phase)
    return draft


def _another_phase(draft: Draft) -> Draft:
    """One more phase behind the others; the first ones divide what was one plan into two."""
    if not draft.phases:
        lines = tuple(replace(one, phase="1") for one in draft.lines)
        phases = (PhaseLine("1", "", "First phase"), PhaseLine("2", "", "Next phase"))
        return replace(draft, lines=lines, phases=phases, phase="1", shown="2")
    mark = fresh_id([one.id for one in draft.phases])
    another = PhaseLine(mark, "", f"Phase {len(draft.phases) + 1}")
    return replace(draft, phases=(*draft.phases, another), shown=mark)


def _dropped(draft: Draft, phase: str) -> Draft:
    """Without a phase and its exercises; the last one left is no phase but the plan."""
    phases = tuple(one for one in draft.phases if one.id != phase)
    lines = tuple(one for one in draft.lines if one.phase != phase)
    if len(phases) > 1:
        return replace(draft, phases=phases, lines=lines, shown=draft.phase)
    plain = tuple(replace(one, phase="") for one in lines)
    return replace(draft, phases=(), lines=plain, phase="", shown="")


def _added(draft: Draft, key: str, entries: Mapping[str, Entry]) -> Draft:
    if len(draft.on_page) >= MOST_EXERCISES:
        return replace(draft, errors=(f"At most {MOST_EXERCISES} exercises, please.",))
    mark = fresh_id([one.id for one in draft.lines])
    line = Line(mark, key, typed_dose(_usual(entries.get(key))), phase=draft.shown)
    return replace(draft, lines=(*draft.lines, line))


def _usual(entry: Entry | None) -> Dose:
    return Dose.from_json(entry.dose) if entry is not None and entry.dose else _WITHOUT_SHEET


def _swapped(draft: Draft, mark: str, key: str, entries: Mapping[str, Entry]) -> Draft:
    """An easier or a harder neighbour in the same place, in its own dose; the note stays."""
    if key not in entries:
        return draft
    typed = typed_dose(_usual(entries[key]))
    lines = (replace(one, key=key, typed=typed) if one.id == mark else one for one in draft.lines)
    return replace(draft, lines=tuple(lines))


def _moved(draft: Draft, mark: str, step: int) -> tuple[Line, ...]:
    """Changed places with its neighbour on the page."""
    ids = [one.id for one in draft.on_page]
    place = ids.index(mark) if mark in ids else -1
    if place < 0 or not 0 <= place + step < len(ids):
        return draft.lines
    lines = {one.id: one for one in draft.lines}
    swap = {mark: ids[place + step], ids[place + step]: mark}
    return tuple(lines[swap.get(one.id, one.id)] for one in draft.lines)
