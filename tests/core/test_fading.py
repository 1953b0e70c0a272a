"""Which days keep their reminder once the habit carries the rest?"""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.core.fading import STEP, Fading, Pace, is_reminded
from reminders.core.schedule import EVERY_DAY, Rhythm

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
WORKDAYS = frozenset(range(5))


def rhythm(weekdays: frozenset[int] = EVERY_DAY, every_days: int = 1) -> Rhythm:
    return Rhythm(
        ZoneInfo("America/New_York"),
        (time(9),),
        MONDAY,
        weekdays=weekdays,
        every_days=every_days,
    )


def reminded(
    habit: Rhythm, pace: Pace, days: int = 14, since: date = MONDAY, first: date = MONDAY
) -> str:
    """Two weeks as a row of marks: x reminded, o due without one, - nothing due."""
    fading = Fading(pace, since)
    return "".join(_mark(habit, fading, first + n * DAY) for n in range(days))


def _mark(habit: Rhythm, fading: Fading, day: date) -> str:
    if not _is_due(habit, day):
        return "-"
    return "x" if is_reminded(habit, fading, day) else "o"


def _is_due(habit: Rhythm, day: date) -> bool:
    return (day - habit.start).days % habit.every_days == 0 and day.weekday() in habit.weekdays


@pytest.mark.parametrize(
    ("habit", "pace", "marks"),
    [
        (rhythm(), Pace.EVERY_OTHER, "xoxoxoxoxoxoxo"),
        (rhythm(), Pace.TWICE_A_WEEK, "xoooxooxoooxoo"),
        (rhythm(), Pace.WEEKLY, "xooooooxoooooo"),
        (rhythm(WORKDAYS), Pace.EVERY_OTHER, "xoxox--oxoxo--"),
        (rhythm(WORKDAYS), Pace.TWICE_A_WEEK, "xooxo--xooxo--"),
        (rhythm(frozenset({0, 2, 4})), Pace.TWICE_A_WEEK, "x-o-x--x-o-x--"),
        (rhythm(frozenset({1})), Pace.TWICE_A_WEEK, "-x------x-----"),
        (rhythm(frozenset({1, 3})), Pace.WEEKLY, "-x-o----x-o---"),
        (rhythm(every_days=2), Pace.EVERY_OTHER, "x-o-x-o-x-o-x-"),
        (rhythm(every_days=3), Pace.WEEKLY, "x--o--o--x--o-"),
    ],
)
def test_a_pace_keeps_the_reminders_of_these_days(habit: Rhythm, pace: Pace, marks: str) -> None:
    assert reminded(habit, pace) == marks


def test_before_it_begins_every_day_is_reminded() -> None:
    fading = Fading.after(2, MONDAY, Pace.WEEKLY)

    assert fading.since == date(2026, 3, 16)
    assert reminded(rhythm(), Pace.WEEKLY, 21, fading.since) == "x" * 14 + "xoooooo"


def test_without_fading_every_day_is_reminded() -> None:
    assert all(is_reminded(rhythm(), None, MONDAY + n * DAY) for n in range(30))


def test_gradual_goes_from_every_other_over_twice_a_week_to_weekly() -> None:
    counts = [
        reminded(rhythm(), Pace.GRADUAL, 7, first=MONDAY + week * 7 * DAY).count("x")
        for week in range(6)
    ]

    assert counts == [4, 3, 2, 2, 1, 1]
    assert 2 * STEP == 28 * DAY


def _paces() -> st.SearchStrategy[Pace]:
    return st.sampled_from(Pace)


@given(
    pace=_paces(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    every=st.integers(1, 3),
    wait=st.integers(-3, 20),
)
def test_whatever_the_rhythm_no_three_weeks_pass_without_a_reminder_where_anything_is_due(
    pace: Pace, weekdays: frozenset[int], every: int, wait: int
) -> None:
    habit, fading = rhythm(weekdays, every), Fading(pace, MONDAY + wait * DAY)
    due = _due(habit)

    kept = [day for day in due if is_reminded(habit, fading, day)]

    assert kept[0] == due[0] or due[0] >= fading.since
    # At least one in as many due days as a week can hold, twice over for every other one.
    places = [due.index(day) for day in kept]
    assert max(b - a for a, b in pairwise(places)) <= 7


def _due(habit: Rhythm) -> list[date]:
    return [day for day in (MONDAY + n * DAY for n in range(200)) if _is_due(habit, day)]
