"""What is written from a sound draft: a version of the plan, or a template?"""

from collections.abc import Mapping, Sequence
from datetime import time

from reminders.core import programme as core
from reminders.store.plans import PhaseDraft, PlanDraft, PrescriptionDraft, RoutineDraft
from reminders.web.desk.draft.values import Draft, Line, PhaseLine, Rhythm


def plan_draft(
    draft: Draft, exercise_ids: Mapping[str, int], own: Mapping[str, Sequence[time]], change: str
) -> PlanDraft:
    """The draft as a version is written from it; a routine keeps its key if it is this plan's.

    `own` are the times of the plan's own routines.
    """
    return PlanDraft(
        tuple(
            PrescriptionDraft(exercise_ids[one.key], one.dose, _line(one.note))
            for one in draft.in_force
        ),
        tuple(_routine(one, draft, own) for one in draft.routines),
        change,
        tuple(
            PhaseDraft(_phase(one, draft), one.key, one.id == draft.phase) for one in draft.phases
        ),
        {key: _line(reason) for key, reason in draft.reasons.items()},
    )


def programme(draft: Draft) -> core.Programme:
    """The draft as a template keeps it: the phase in force first, then those that follow."""
    ids = [one.id for one in draft.phases]
    following = draft.phases[ids.index(draft.phase) :] if draft.phases else ()
    phases = tuple(_phase(one, draft) for one in following)
    return core.Programme(
        phases or (core.Phase("", _items(draft.lines)),),
        tuple(core.Timing(one.walls, frozenset(one.days), one.steps) for one in draft.routines),
    )


def _phase(one: PhaseLine, draft: Draft) -> core.Phase:
    items = _items(draft.of(one.id))
    return core.Phase(_line(one.name), items, _line(one.entry), _line(one.exit), one.goal)


def _items(lines: tuple[Line, ...]) -> tuple[core.Item, ...]:
    return tuple(core.Item(one.key, one.dose, _line(one.note)) for one in lines)


def _routine(one: Rhythm, draft: Draft, own: Mapping[str, Sequence[time]]) -> RoutineDraft:
    return RoutineDraft(
        times=_in_place(one.walls, own.get(one.key, ())),
        weekdays=frozenset(one.days),
        every_days=one.steps,
        starts=one.first,
        ends=one.last,
        positions=_positions(one, draft),
        routine_key=one.key if one.key in own else "",
        fading=one.fading,
    )


def _in_place(walls: Sequence[time], before: Sequence[time]) -> tuple[time, ...]:
    """A time that stays keeps its slot, as a day has a slot once; a new one takes a free slot."""
    new = iter([wall for wall in walls if wall not in before])
    slots = [wall if wall in walls else next(new, None) for wall in before]
    return (*(wall for wall in slots if wall is not None), *new)


def _positions(one: Rhythm, draft: Draft) -> tuple[int, ...]:
    """Which lines a routine means; all of them is said as none, so that new ones join."""
    lines = draft.in_force
    chosen = tuple(nth for nth, line in enumerate(lines, 1) if line.id in one.only)
    return () if len(chosen) == len(lines) else chosen


def _line(text: str) -> str:
    return " ".join(text.split())
