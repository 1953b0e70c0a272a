"""How are they doing? The definitions by tables."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reminders.core.adherence import (
    DayMark,
    Excuse,
    Figures,
    Mark,
    Outcome,
    PainPoint,
    Sitting,
    between,
    day_mark,
    figures,
    mark,
    median7,
    medians7,
    pain_at_start,
    pain_now,
    real_change,
    streak,
    strip,
    weeks,
)

DAY = timedelta(days=1)
TODAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
# One letter a session: what a patient said, silence, or why it does not count.
SAID = {"d": Outcome.DONE, "p": Outcome.PART, "s": Outcome.SKIPPED}
EXCUSED = {
    "P": Excuse.PAUSED,
    "W": Excuse.WITHHELD,
    "M": Excuse.MISSED,
    "F": Excuse.FAILED,
    "O": Excuse.OPTED_OUT,
    "S": Excuse.SAFETY,
}


def sitting(
    letter: str, day: date = TODAY - DAY, hour: int = 13, pain: int | None = None
) -> Sitting:
    """A session of a day: a letter of the tables, or anything else for no word."""
    return Sitting(
        occurrence_id=day.toordinal() * 24 + hour,
        day=day,
        due_at=datetime.combine(day, time(hour), UTC),
        closes_at=datetime.combine(day + DAY, time(8), UTC),
        outcome=SAID.get(letter),
        pain=pain,
        excuse=EXCUSED.get(letter),
    )


def done_but_excused(excuse: Excuse) -> Sitting:
    one = sitting("d")
    return Sitting(one.occurrence_id, one.day, one.due_at, one.closes_at, one.outcome, None, excuse)


def days(letters: str) -> list[Sitting]:
    """One session a day, the last one yesterday; a space is a rest day."""
    first = TODAY - len(letters) * DAY
    found = [(letter, first + n * DAY) for n, letter in enumerate(letters)]
    return [sitting(letter, day) for letter, day in found if letter != " "]


def pains(values: str) -> list[PainPoint]:
    """One report a day, the last one today; a dot is a day without."""
    first = TODAY - (len(values) - 1) * DAY
    return [
        PainPoint(first + n * DAY, int(value), datetime.combine(first + n * DAY, time(14), UTC))
        for n, value in enumerate(values)
        if value != "."
    ]


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("d", Mark.DONE),
        ("p", Mark.PART),
        ("s", Mark.SKIPPED),
        ("-", Mark.NO_ANSWER),
        ("P", Mark.PAUSED),
        ("S", Mark.PAUSED),
        ("O", Mark.PAUSED),
        ("W", Mark.NOT_DELIVERED),
        ("M", Mark.NOT_DELIVERED),
        ("F", Mark.NOT_DELIVERED),
    ],
)
def test_a_session_is_drawn_as_what_was_said_or_why_it_does_not_count(
    letter: str, expected: Mark
) -> None:
    assert mark(sitting(letter), NOW) is expected


def test_a_session_is_to_come_until_it_closes_and_then_without_an_answer() -> None:
    open_ = sitting("-", TODAY)

    assert mark(open_, open_.due_at - DAY) is Mark.TO_COME
    assert mark(open_, open_.closes_at - timedelta(seconds=1)) is Mark.TO_COME
    assert mark(open_, open_.closes_at) is Mark.NO_ANSWER


def test_an_excused_session_is_drawn_as_excused_even_if_it_was_done() -> None:
    assert mark(done_but_excused(Excuse.PAUSED), NOW) is Mark.PAUSED
    assert mark(done_but_excused(Excuse.FAILED), NOW) is Mark.NOT_DELIVERED


@pytest.mark.parametrize(
    ("past", "still_open", "expected"),
    [
        ("", 0, Mark.REST),
        ("d", 0, Mark.DONE),
        ("ddd", 0, Mark.DONE),
        ("dp", 0, Mark.PART),
        ("ds", 0, Mark.PART),
        ("d-", 0, Mark.PART),
        ("p-", 0, Mark.PART),
        ("d", 1, Mark.PART),
        ("", 2, Mark.TO_COME),
        ("s", 1, Mark.TO_COME),
        ("-", 1, Mark.TO_COME),
        ("ss", 0, Mark.SKIPPED),
        ("s-", 0, Mark.SKIPPED),
        ("--", 0, Mark.NO_ANSWER),
        ("PP", 0, Mark.PAUSED),
        ("PF", 0, Mark.NOT_DELIVERED),
        ("dP", 0, Mark.DONE),
        ("F-", 0, Mark.NO_ANSWER),
        ("FM", 1, Mark.TO_COME),
    ],
)
def test_a_day_has_one_mark_for_all_its_sessions(
    past: str, still_open: int, expected: Mark
) -> None:
    closed = [sitting(letter, TODAY - DAY) for letter in past]
    to_come = [sitting("-", TODAY) for _ in range(still_open)]

    assert day_mark(closed + to_come, NOW) is expected


def test_the_figures_keep_every_standing_apart() -> None:
    found = figures([*days("dddps--PWMFOS"), sitting("-", TODAY), sitting("-", TODAY + DAY)], NOW)

    assert found == Figures(
        done=3,
        part=1,
        skipped=1,
        no_answer=2,
        paused=1,
        withheld=1,
        missed=1,
        failed=1,
        opted_out=1,
        safety=1,
        open=2,
    )
    assert (found.due, found.excused, found.prescribed) == (7, 6, 13)


@pytest.mark.parametrize(
    ("letters", "sessions", "prescribed", "reported"),
    [
        pytest.param("", None, None, None, id="nothing: no percentage"),
        pytest.param("PPF", None, 0, None, id="nothing that counts: no percentage"),
        pytest.param("d", 100, 100, 100, id="done"),
        pytest.param("--", 0, 0, 0, id="no answer is no report"),
        pytest.param("ss", 0, 0, 100, id="skipped is a report"),
        pytest.param("pp", 0, 0, 100, id="part is not done"),
        pytest.param("dps-", 25, 25, 75, id="one of each"),
        pytest.param("dddPPP", 100, 50, 100, id="excused ones count in the plain figure only"),
        pytest.param("dd-", 67, 67, 67, id="rounded"),
        pytest.param("dddddsss", 63, 63, 100, id="half goes up"),
    ],
)
def test_the_percentages(
    letters: str, sessions: int | None, prescribed: int | None, reported: int | None
) -> None:
    found = figures(days(letters), NOW)

    assert found.sessions_percent == sessions
    assert found.prescribed_percent == prescribed
    assert found.reported_percent == reported


@pytest.mark.parametrize("excuse", Excuse)
def test_an_excused_session_is_left_out_done_or_not(excuse: Excuse) -> None:
    found = figures([*days("d-"), done_but_excused(excuse)], NOW)

    assert (found.done, found.due, found.sessions_percent) == (1, 2, 50)
    assert (found.excused, found.done_uncounted) == (1, 1)
    assert found.prescribed_percent == 67


def test_a_session_answered_early_counts_and_one_ahead_does_not() -> None:
    tomorrow = sitting("d", TODAY + DAY)
    paused_next_week = sitting("P", TODAY + 7 * DAY)

    found = figures([tomorrow, paused_next_week], NOW)

    assert (found.done, found.paused, found.open, found.prescribed) == (1, 0, 1, 1)


def test_a_session_counts_from_its_moment_if_excused_and_from_its_closing_if_not() -> None:
    waiting, paused = sitting("-", TODAY), sitting("P", TODAY)

    closed, begun = figures([waiting], waiting.closes_at), figures([paused], paused.due_at)

    assert (closed.no_answer, closed.open) == (1, 0)
    assert (begun.paused, begun.open) == (1, 0)


def test_a_span_of_days_takes_in_both_its_ends() -> None:
    found = between(days("dddd"), TODAY - 3 * DAY, TODAY - 2 * DAY)

    assert [one.day for one in found] == [TODAY - 3 * DAY, TODAY - 2 * DAY]


def test_the_strip_ends_today_and_shows_the_highest_pain_of_a_day() -> None:
    twice = [sitting("d", TODAY - DAY, 13, pain=0), sitting("s", TODAY - DAY, 18, pain=4)]

    found = strip([*twice, sitting("-", TODAY - 3 * DAY)], TODAY, NOW, days=4)

    assert found == (
        DayMark(TODAY - 3 * DAY, Mark.NO_ANSWER, None),
        DayMark(TODAY - 2 * DAY, Mark.REST, None),
        DayMark(TODAY - DAY, Mark.PART, 4),
        DayMark(TODAY, Mark.REST, None),
    )
    assert len(strip([], TODAY, NOW)) == 14


def test_a_pain_of_zero_is_shown_and_a_missing_one_is_not_zero() -> None:
    zero, missing = strip([sitting("d", TODAY - DAY, pain=0)], TODAY, NOW, days=2)

    assert zero.pain == 0
    assert missing.pain is None


def test_the_calendar_has_weeks_from_monday_oldest_first() -> None:
    monday = date(2026, 11, 16)
    this_week = [sitting(letter, monday + n * DAY) for n, letter in enumerate("dd-dp-")]
    last_week = [sitting("F", monday - DAY), sitting("s", monday - 2 * DAY)]

    earlier, current = weeks([*this_week, *last_week], TODAY, NOW, count=2)

    assert (earlier.monday, earlier.done, earlier.due) == (monday - 7 * DAY, 0, 1)
    assert [day.mark.value for day in earlier.days[4:]] == ["rest", "skipped", "not-delivered"]
    assert (current.monday, current.done, current.due) == (monday, 3, 5)
    assert [day.mark.value for day in current.days] == [
        *("done", "done", "no-answer", "done", "part", "to-come", "rest")
    ]


def test_the_calendar_has_eight_weeks_and_counts_sessions_not_days() -> None:
    twice = [sitting("d", TODAY - DAY, 13), sitting("-", TODAY - DAY, 18)]

    rows = weeks(twice, TODAY, NOW)

    assert [row.monday.weekday() for row in rows] == [0] * 8
    assert rows[-1].monday <= TODAY < rows[-1].monday + 7 * DAY
    assert (rows[-1].done, rows[-1].due) == (1, 2)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        pytest.param("", 0, id="nothing yet"),
        pytest.param("---", 0, id="never"),
        pytest.param("ddd", 3, id="every day"),
        pytest.param("dpd", 3, id="part keeps it"),
        pytest.param("dd-dd", 4, id="one missed day is forgiven"),
        pytest.param("dds", 2, id="a skipped one too"),
        pytest.param("dd--dd", 2, id="two in a row end it"),
        pytest.param("dd-d-dd", 3, id="two in one week end it"),
        pytest.param("d-dddddd-d", 8, id="one in each seven days is forgiven"),
        pytest.param("d-ddddd-d", 6, id="a second on the sixth day ends it"),
        pytest.param("d d d", 3, id="rest days do not count"),
        pytest.param("dPPPPd", 2, id="nor paused ones"),
        pytest.param("ddFdd", 4, id="nor ours"),
    ],
)
def test_a_streak_forgives_one_missed_day_in_seven(letters: str, expected: int) -> None:
    assert streak(days(letters), NOW) == expected


def test_a_day_still_open_does_not_end_a_streak_and_adds_once_something_is_done() -> None:
    kept = days("d-dd")
    waiting, done = sitting("-", TODAY), sitting("d", TODAY)

    assert streak([*kept, waiting], NOW) == 3
    assert streak([*kept, done], NOW) == 4


def test_the_pain_now_is_the_last_report() -> None:
    later = PainPoint(TODAY, 6, NOW)

    assert pain_now([]) is None
    assert pain_now(pains("35")) == 5
    assert pain_now([later, *pains("35")]) == 6
    assert pain_now(pains("30")) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param("", None, id="no report"),
        pytest.param("9.......", None, id="eight days ago"),
        pytest.param("9......1", 1, id="the eighth day back is out"),
        pytest.param("3......", 3, id="the seventh is in"),
        pytest.param("000", 0, id="zero is a figure"),
        pytest.param("25", 3.5, id="between two"),
        pytest.param("9129", 5.5, id="between four"),
        pytest.param("9.1.2", 2, id="days without a report are not zero"),
    ],
)
def test_the_median_of_seven_days(values: str, expected: float | None) -> None:
    assert median7(pains(values), TODAY) == expected


def test_the_medians_of_many_days_are_those_of_each_day() -> None:
    points = [*pains("3..........72....4..6"), *pains("5......")]
    days = [TODAY - ago * DAY for ago in range(30)]

    found = medians7(points, days)

    assert found == [(day, median7(points, day)) for day in days]
    assert {value for _, value in found} >= {None, 5.0, 4.5}


def test_pain_began_with_the_median_of_the_first_seven_days_of_reports() -> None:
    assert pain_at_start([]) is None
    assert pain_at_start(pains("6..7..50000000")) == 6
    assert pain_at_start(pains("0")) == 0


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (0, 2),
        (0.5, 1),
        (1, 1),
        (4, 1),
        (4.5, 1),
        (5, 2),
        (7, 2),
        (7.5, 2),
        (8, 3),
        (10, 3),
    ],
)
def test_a_real_change_grows_with_the_pain_one_began_with(baseline: float, expected: int) -> None:
    assert real_change(baseline) == expected
