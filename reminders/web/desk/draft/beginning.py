"""What does the form begin with: the plan in force, a template, the next phase, a lighter dose?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reminders.core.dose import Dose
from reminders.core.programme import Goal, Item, Programme
from reminders.store.queries.plan import PhaseRow, Prescribed, RoutineRow
from reminders.web.desk.draft.values import (
    DOSE_FIELDS,
    EVERY_DAY,
    OTHER,
    Draft,
    Line,
    PhaseLine,
    Rhythm,
)

_MORNING = Rhythm("", EVERY_DAY, ("08:00",))


def from_plan(
    lines: Sequence[Prescribed],
    routines: Sequence[RoutineRow],
    phases: Sequence[PhaseRow] = (),
    reasons: Mapping[str, str] | None = None,
) -> Draft:
    """The form of the plan in force."""
    current = next((str(nth) for nth, one in enumerate(phases, 1) if one.current), "")
    own = [_line(one.position, one.key, one.dose, one.note, current) for one in lines]
    return Draft(
        lines=tuple(_with_waiting(own, phases)),
        routines=tuple(_rhythm(one) for one in routines) or (_MORNING,),
        phases=tuple(
            _phase(str(nth), one.key, one.name, one.entry, one.exit, one.goal)
            for nth, one in enumerate(phases, 1)
        ),
        phase=current,
        shown=current,
        reasons=reasons or {},
    )


def _with_waiting(own: list[Line], phases: Sequence[PhaseRow]) -> Iterable[Line]:
    """The exercises in force, then those of the other phases under ids of their own."""
    lines = list(own)
    for nth, phase in enumerate(phases, 1):
        for item in () if phase.current else phase.items:
            lines.append(_line(len(lines) + 1, item.key, item.dose, item.note, str(nth)))
    return lines


def from_programme(programme: Programme, routines: Sequence[RoutineRow]) -> Draft:
    """The form of a template or a copy; the patient's own times come before those it brings."""
    phased = len(programme.phases) > 1 or any(one.name for one in programme.phases)
    items = [
        (item, str(nth) if phased else "")
        for nth, phase in enumerate(programme.phases, 1)
        for item in phase.items
    ]
    brought = tuple(
        Rhythm(
            "",
            tuple(sorted(one.weekdays)),
            tuple(wall.isoformat("minutes") for wall in one.times),
            str(one.every_days),
        )
        for one in programme.timings
    )
    own = tuple(replace(_rhythm(one), only=()) for one in routines)
    return Draft(
        lines=tuple(_of_item(nth, item, phase) for nth, (item, phase) in enumerate(items, 1)),
        routines=_on_days_of(own, brought) or (_MORNING,),
        phases=tuple(
            _phase(str(nth), "", one.name, one.entry, one.exit, one.goal)
            for nth, one in enumerate(programme.phases, 1)
            if phased
        ),
        phase="1" if phased else "",
        shown="1" if phased else "",
    )


def _on_days_of(own: tuple[Rhythm, ...], brought: tuple[Rhythm, ...]) -> tuple[Rhythm, ...]:
    """The patient's times on the template's days: when is habit, how often belongs to the dose."""
    if not own or not brought:
        return own or brought
    return tuple(replace(one, days=brought[0].days, every=brought[0].every) for one in own)


def moved_on(draft: Draft, step: int) -> Draft:
    """Another phase in force: the following one, or the one before."""
    ids = [one.id for one in draft.phases]
    place = ids.index(draft.phase) + step if draft.phase in ids else -1
    if not 0 <= place < len(ids):
        return draft
    return in_force(draft, ids[place])


def in_force(draft: Draft, phase: str) -> Draft:
    """The patient in this phase; routines that meant some exercises now mean all of it."""
    routines = tuple(replace(one, only=()) for one in draft.routines)
    return replace(draft, phase=phase, shown=phase, routines=routines)


def lighter(draft: Draft) -> Draft:
    """Every exercise in force one step down: a set less, else a fifth less, and no added load."""
    eased = {one.id: replace(one, typed=_eased(one)) for one in draft.in_force}
    return replace(draft, lines=tuple(eased.get(one.id, one) for one in draft.lines))


def _eased(line: Line) -> dict[str, str]:
    dose = line.dose
    typed = {**line.typed, "load": "", "band": ""}
    if dose.sets > 1:
        typed["sets"] = str(dose.sets - 1)
    else:
        amounts = {"reps": dose.reps, "seconds": dose.seconds}
        typed |= {name: str(_less(most)) for name, most in amounts.items() if most is not None}
    return typed


def _less(amount: int) -> int:
    return max(1, amount * 4 // 5)


def typed_dose(dose: Dose) -> dict[str, str]:
    """A dose as its fields show it."""
    stored = dose.to_json()
    typed = {name: str(stored.get(name, "")) for name in DOSE_FIELDS if name not in OTHER}
    other = dose.other_days
    days = sorted(other.days) if other is not None else ()
    counts = other.counts if other is not None else {}
    return {
        **typed,
        "other_days": ",".join(str(day) for day in days),
        **{f"other_{name}": str(counts.get(name, "")) for name in ("sets", "reps", "seconds")},
    }


def _of_item(nth: int, item: Item, phase: str) -> Line:
    return _line(nth, item.key, item.dose, item.note, phase)


def _line(nth: int, key: str, dose: Dose, note: str, phase: str) -> Line:
    said = " ".join(part for part in (dose.note, note) if part)
    return Line(str(nth), key, typed_dose(dose), said, phase)


def _rhythm(one: RoutineRow) -> Rhythm:
    return Rhythm(
        one.key,
        tuple(sorted(one.weekdays)),
        tuple(wall.isoformat("minutes") for wall in one.times),
        str(one.every_days),
        one.starts.isoformat(),
        one.ends.isoformat() if one.ends else "",
        tuple(str(position) for position in one.positions),
        one.fading.pace.value if one.fading else "",
        one.fading.since.isoformat() if one.fading else "",
    )


def _phase(mark: str, key: str, name: str, entry: str, leave: str, goal: Goal) -> PhaseLine:
    return PhaseLine(
        mark,
        key,
        name,
        entry,
        leave,
        "" if goal.sessions_percent is None else str(goal.sessions_percent),
        "" if goal.pain is None else str(goal.pain),
        str(goal.days),
    )
