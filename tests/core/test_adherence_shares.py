"""How many exercises and days, at which time of day: the figures beside the sessions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.core.adherence import (
    Excuse,
    Exercises,
    Outcome,
    PainPoint,
    Share,
    Sitting,
    TimeOfDay,
    by_time_of_day,
    exercises,
    pain_stand,
    reported_days,
    usual_hours,
)

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ROUTINE = 3
ASKED = {ROUTINE: 4}
CLOSED = Sitting(
    1,
    TODAY - DAY,
    due_at=NOW - DAY,
    closes_at=NOW - timedelta(hours=7),
    routine_id=ROUTINE,
)
DONE = replace(CLOSED, outcome=Outcome.DONE)
TWO_OF_FOUR = replace(CLOSED, outcome=Outcome.PART, ticked=2)
OPEN = replace(CLOSED, day=TODAY, due_at=NOW, closes_at=NOW + DAY)


@pytest.mark.parametrize(
    ("sitting", "done", "asked", "unlisted"),
    [
        (DONE, 4, 4, 0),
        (TWO_OF_FOUR, 2, 4, 0),
        (replace(CLOSED, outcome=Outcome.PART), 0, 0, 1),
        (replace(TWO_OF_FOUR, ticked=0), 0, 4, 0),
        (replace(TWO_OF_FOUR, ticked=9), 4, 4, 0),
        (replace(CLOSED, outcome=Outcome.SKIPPED), 0, 4, 0),
        (CLOSED, 0, 4, 0),
        (OPEN, 0, 0, 0),
        (replace(DONE, excuse=Excuse.PAUSED), 0, 0, 0),
        (replace(DONE, routine_id=99), 0, 0, 0),
    ],
    ids=[
        "done: all of it",
        "part: what was ticked",
        "part without ticks: left out, and said",
        "part with nothing ticked",
        "more ticks than the plan has",
        "skipped: none",
        "no answer: none",
        "still open: not asked yet",
        "excused: on neither side",
        "a routine nobody knows any more",
    ],
)
def test_exercises_are_counted_of_those_asked_for(
    sitting: Sitting, done: int, asked: int, unlisted: int
) -> None:
    assert exercises([sitting], ASKED, NOW) == Exercises(Share(done, asked), unlisted)


def test_exercises_of_several_sessions_add_up() -> None:
    found = exercises([DONE, TWO_OF_FOUR, CLOSED], ASKED, NOW)

    assert (found.share.part, found.share.whole, found.share.percent) == (6, 12, 50)


def test_a_day_is_reported_by_one_answer_and_due_by_one_session_that_counts() -> None:
    second = replace(CLOSED, occurrence_id=2)
    earlier = [replace(one, day=one.day - DAY) for one in (CLOSED, second)]
    excused = replace(DONE, day=TODAY - 5 * DAY, excuse=Excuse.WITHHELD)

    found = reported_days([DONE, second, *earlier, excused, OPEN], NOW)

    assert (found.part, found.whole) == (1, 2)


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (8, TimeOfDay.MORNING),
        (11, TimeOfDay.MORNING),
        (12, TimeOfDay.AFTERNOON),
        (16, TimeOfDay.AFTERNOON),
        (17, TimeOfDay.EVENING),
    ],
)
def test_sessions_stand_in_the_part_of_the_day_they_were_due_in(hour: int, part: TimeOfDay) -> None:
    due = datetime.combine(TODAY - DAY, time(hour), NEW_YORK).astimezone(UTC)

    found = by_time_of_day([replace(DONE, due_at=due)], NEW_YORK, NOW)

    assert found == {part: Share(1, 1)}


def test_a_part_of_the_day_with_nothing_that_counts_is_not_named() -> None:
    assert by_time_of_day([replace(DONE, excuse=Excuse.PAUSED), OPEN], NEW_YORK, NOW) == {}


def answers(*walls: str) -> list[Sitting]:
    day = TODAY - DAY
    return [
        replace(
            DONE,
            answered_at=datetime.combine(
                day + (DAY if wall < "03" else timedelta()), time.fromisoformat(wall), NEW_YORK
            ),
        )
        for wall in walls
    ]


@pytest.mark.parametrize(
    ("walls", "expected"),
    [
        (["08:00", "08:10", "08:30", "08:50", "09:30"], (time(8, 10), time(8, 50))),
        (["08:02", "08:12", "08:33", "08:48", "21:30"], (time(8, 10), time(8, 50))),
        (["23:00", "23:30", "23:50", "00:10", "00:40"], (time(23, 30), time(0, 10))),
        (["08:00", "08:10", "08:30", "08:50"], None),
    ],
    ids=["the middle half", "to five minutes, outliers aside", "round midnight", "too few to say"],
)
def test_answers_mostly_come_between_two_wall_times(
    walls: list[str], expected: tuple[time, time] | None
) -> None:
    assert usual_hours(answers(*walls), NEW_YORK) == expected


def test_what_staff_wrote_down_tells_nothing_of_a_patients_hours() -> None:
    by_staff = [replace(one, answered_at=None) for one in answers(*["08:00"] * 9)]

    assert usual_hours(by_staff, NEW_YORK) is None


def pains(*values: int, ago: int = 0) -> list[PainPoint]:
    """One report a day, the last one so many days ago."""
    first = TODAY - (len(values) - 1 + ago) * DAY
    return [
        PainPoint(first + n * DAY, value, datetime.combine(first + n * DAY, time(14), UTC))
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "median", "needed", "real"),
    [
        ([6] * 7 + [4] * 7, 4, 2, True),
        ([6] * 7 + [5] * 7, 5, 2, False),
        ([3] * 7 + [2] * 7, 2, 1, True),
        ([9] * 7 + [7] * 7, 7, 3, False),
        ([9] * 7 + [6] * 7, 6, 3, True),
        ([4] * 7 + [6] * 7, 6, 1, True),
    ],
    ids=[
        "two from six",
        "one from six",
        "one from three",
        "two from nine",
        "three from nine",
        "worse is a change too",
    ],
)
def test_a_change_of_pain_is_real_by_where_it_began(
    values: list[int], median: float, needed: int, *, real: bool
) -> None:
    found = pain_stand(pains(*values), TODAY)

    assert found is not None
    assert (found.median, found.needed, found.is_real) == (median, needed, real)


def test_pain_of_long_ago_is_the_latest_but_no_median_and_no_change() -> None:
    found = pain_stand(pains(*[8] * 7, *[2] * 7, ago=10), TODAY)

    assert found is not None
    assert (found.latest.value, found.median, found.is_real) == (2, None, False)


def test_pain_that_was_never_told_stands_nowhere() -> None:
    assert pain_stand([], TODAY) is None


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert Share(0, 0).percent is None
    assert Share(5, 8).percent == 63
