"""What must be put right, said beside each field?"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from reminders.core.dose import problems
from reminders.web.desk.draft.values import (
    LONGEST_STEP,
    MOST_EXERCISES,
    NUMBERS,
    Draft,
    Errors,
    Line,
    PhaseLine,
    Rhythm,
    between,
    date_of,
    wall_of,
)

LONGEST_NOTE: Final = 300
LONGEST_NAME: Final = 60
_MARKUP: Final = re.compile(r"<\s*[a-z/!?]", re.IGNORECASE)


def checked(draft: Draft, known: frozenset[str], standing: str = "") -> Draft:
    """The draft with what is wrong beside each field.

    `known` are the exercises there are, `standing` is the key of the phase the patient is in. What
    is wrong is put on the page, also where it stands in a phase that was not.
    """
    lines = tuple(replace(one, errors=_line_errors(one, known)) for one in draft.lines)
    phases = tuple(replace(one, errors=_phase_errors(one)) for one in draft.phases)
    wrong = [one.phase for one in lines if one.errors] + [one.id for one in phases if one.errors]
    return replace(
        draft,
        lines=lines,
        routines=tuple(replace(one, errors=_rhythm_errors(one, draft)) for one in draft.routines),
        phases=phases,
        errors=(*draft.errors, *_plan_errors(draft)),
        about=_about(draft, standing),
        shown=wrong[0] if wrong and draft.shown not in wrong else draft.shown,
    )


def _plan_errors(draft: Draft) -> Iterable[str]:
    if not draft.in_force:
        yield "Add an exercise first, please."
    if not draft.routines:
        yield "Say when, please: add a time."
    if any(len(draft.of(one.id)) > MOST_EXERCISES for one in draft.phases):
        yield f"At most {MOST_EXERCISES} exercises a phase, please."


def _about(draft: Draft, standing: str) -> Errors:
    errors = {}
    phase = draft.standing
    if standing and phase is not None and phase.key != standing and not draft.signed:
        errors["signed"] = "Moving on needs your sign-off: tick this, please."
    for key, reason in draft.reasons.items():
        if wrong := _ill_said(reason, LONGEST_NOTE):
            errors[f"keep:{key}"] = wrong
    return errors


def _line_errors(line: Line, known: frozenset[str]) -> Errors:
    errors = {
        name: "A whole number, please."
        for name in NUMBERS
        if line.typed.get(name) and not line.typed[name].isdecimal()
    }
    if line.key not in known:
        errors["note"] = "This exercise is not in the library. Remove it, please."
    elif wrong := _ill_said(line.note, LONGEST_NOTE):
        errors["note"] = wrong
    if not line.typed.get("sets"):
        errors["sets"] = "How many times? 1 or more."
    said = {name: wrong for name in ("load", "tempo", "distance") if (wrong := _plain(line, name))}
    return {**problems(line.dose), **said, **errors}


def _plain(line: Line, name: str) -> str:
    return _ill_said(line.typed.get(name, ""), LONGEST_NOTE)


def _ill_said(text: str, most: int) -> str:
    """What is wrong with words of one's own: markup would be shown as it stands, and frighten."""
    if len(text) > most:
        return f"At most {most} letters, please."
    return "Plain words, please: no < or >." if _MARKUP.search(text) else ""


def _rhythm_errors(one: Rhythm, draft: Draft) -> Errors:
    errors: dict[str, str] = {}
    if not one.days:
        errors["days"] = "Choose a day, please."
    if not one.walls or any(wall_of(typed) is None for typed in one.times):
        errors["times"] = "A time, please, like 08:00."
    if not between(one.every, 1, LONGEST_STEP):
        errors["every"] = f"Between 1 and {LONGEST_STEP}, please."
    if one.only and not any(line.id in one.only for line in draft.in_force):
        errors["only"] = "Choose an exercise, or none for all."
    return {**errors, **_date_errors(one)}


def _date_errors(one: Rhythm) -> Errors:
    errors = {}
    for name, typed in (("starts", one.starts), ("ends", one.ends), ("fades", one.fades)):
        if typed and date_of(typed) is None:
            errors[name] = "A day, please."
    if not errors and one.starts and one.ends and one.ends < one.starts:
        errors["ends"] = "This is before the first day."
    if one.pace and not one.fades:
        errors["fades"] = "From which day on?"
    return errors


def _phase_errors(one: PhaseLine) -> Errors:
    errors = {}
    if not one.name:
        errors["name"] = "A name, please, like Control."
    for name, typed, most in (
        ("name", one.name, LONGEST_NAME),
        ("entry", one.entry, LONGEST_NOTE),
        ("exit", one.exit, LONGEST_NOTE),
    ):
        if wrong := _ill_said(typed, most):
            errors[name] = wrong
    return {**errors, **_goal_errors(one)}


_GOALS: Final[Mapping[str, tuple[int, int]]] = {
    "sessions": (1, 100),
    "pain": (0, 10),
    "days": (1, 90),
}


def _goal_errors(one: PhaseLine) -> Errors:
    typed = {"sessions": one.sessions, "pain": one.pain, "days": one.days}
    return {
        name: f"Between {least} and {most}, please."
        for name, (least, most) in _GOALS.items()
        if typed[name] and not between(typed[name], least, most)
    }
