"""What does a draft change, in words that stay with its version?"""

from collections.abc import Sequence
from datetime import date, time

from reminders.core.fading import Pace
from reminders.store.queries.plan import PhaseRow, RoutineRow
from reminders.web.desk import words
from reminders.web.desk.changes import Item, Stage, When, change_words
from reminders.web.desk.draft import Draft, PhaseLine, Rhythm
from reminders.web.desk.plan_standing import Standing

PACES = {
    Pace.EVERY_OTHER: "every other reminder",
    Pace.TWICE_A_WEEK: "two reminders a week",
    Pace.WEEKLY: "one reminder a week",
    Pace.GRADUAL: "fewer reminders step by step",
}


def change_of(standing: Standing, draft: Draft, today: date) -> str:
    """Say what is other in this draft than in the plan in force."""
    return change_words(
        [Item(one.key, one.name, one.dose, one.note) for one in standing.lines],
        [Item(one.key, standing.name(one.key), one.dose, one.note) for one in draft.in_force],
        [When(one.key, _row_words(one, today)) for one in standing.routines],
        [When(one.key, _words(one, today)) for one in draft.routines],
        (
            [_row_stage(one) for one in standing.phases],
            [_stage(one, draft) for one in draft.phases],
        ),
    )


def _row_words(one: RoutineRow, today: date) -> str:
    pace, since = (one.fading.pace, one.fading.since) if one.fading else (None, None)
    return _said(one.weekdays, one.times, one.every_days) + _limits(one.ends, pace, since, today)


def _words(one: Rhythm, today: date) -> str:
    pace, since = (one.fading.pace, one.fading.since) if one.fading else (None, None)
    said = _said(frozenset(one.days), one.walls, one.steps)
    return said + _limits(one.last, pace, since, today)


def _said(days: frozenset[int], times: Sequence[time], every: int) -> str:
    walls = ", ".join(f"{wall:%H:%M}" for wall in sorted(times))
    steps = f", every {every} days" if every > 1 else ""
    return f"{words.opening(words.weekdays(days))} {walls}{steps}"


def _limits(ends: date | None, pace: Pace | None, since: date | None, today: date) -> str:
    last = f", to {words.day(ends, today)}" if ends else ""
    if pace is None or since is None:
        return last
    return f"{last}, {PACES[pace]} from {words.day(since, today)}"


def _row_stage(one: PhaseRow) -> Stage:
    waiting = tuple((item.key, item.dose, item.note) for item in one.items)
    return Stage(one.key, one.name, (one.entry, one.exit, one.goal), waiting, one.current)


def _stage(one: PhaseLine, draft: Draft) -> Stage:
    current = one.id == draft.phase
    lines = () if current else draft.of(one.id)
    waiting = tuple((line.key, line.dose, line.note) for line in lines)
    return Stage(one.key, one.name, (one.entry, one.exit, one.goal), waiting, current)
