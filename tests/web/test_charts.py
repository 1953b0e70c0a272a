"""Do the drawings show what is known, and nothing that is not?"""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from reminders.core.adherence import DayMark, Mark, Week
from reminders.web.charts import (
    NARROW,
    WIDE,
    Frame,
    PainHistory,
    bars,
    calendar,
    pain_chart,
    spark,
    spark_points,
    strip,
)

MONDAY = date(2026, 9, 28)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def days(*marks: Mark) -> tuple[DayMark, ...]:
    return tuple(DayMark(day(number), mark, None) for number, mark in enumerate(marks))


def corners(path: str) -> list[tuple[float, float]]:
    return [
        (float(x), float(y))
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.replace("L", " L"))
    ]


# Fourteen days


def test_the_strip_stands_on_a_grid_with_a_gap_after_the_seventh_day() -> None:
    row = strip(days(*[Mark.DONE] * 12, *[Mark.NO_ANSWER] * 2))

    assert [cell.x for cell in row.cells[5:9]] == [80, 96, 118, 134]
    assert (row.width, row.height) == (228, 14)
    assert row.counts == (("done", 12), ("no-answer", 2))


def test_the_spark_stands_in_the_columns_of_the_strip() -> None:
    marks = strip(days(*[Mark.DONE] * 14))
    line = spark([(number, 4) for number in range(14)])

    assert [dot.x for dot in line.dots] == [cell.x + 7 for cell in marks.cells]


def test_a_day_that_was_not_due_is_bridged() -> None:
    line = spark([(0, 5), (2, 5), (3, 4)])

    assert len(line.paths) == 1
    assert len(corners(line.paths[0])) == 3


def test_a_due_day_without_a_report_breaks_the_line_and_is_never_zero() -> None:
    line = spark([(0, 5), (1, 5), (2, None), (3, 4), (4, 4)])

    assert len(line.paths) == 2
    assert all(y < line.lines[-1].y for path in line.paths for _, y in corners(path))


def test_a_report_between_two_gaps_is_a_dot() -> None:
    line = spark([(0, None), (1, 7), (2, None), (3, 2)])

    assert [dot.value for dot in line.lone] == [7]
    assert line.paths == ()
    assert line.last is not None
    assert line.last.value == 2


def test_the_spark_is_never_scaled_to_its_own_range() -> None:
    calm, wild = spark([(0, 5), (1, 6)]), spark([(0, 0), (1, 10)])

    assert [line.y for line in calm.lines] == [line.y for line in wild.lines]
    assert [dot.y for dot in wild.dots] == [calm.lines[-1].y, calm.lines[0].y]


def test_nothing_reported_draws_nothing() -> None:
    line = spark([(0, None), (1, None)])

    assert (line.paths, line.dots, line.last) == ((), (), None)


def test_rest_and_coming_days_are_no_points_but_a_pain_told_on_a_rest_day_is() -> None:
    told = [
        DayMark(day(0), Mark.DONE, 4),
        DayMark(day(1), Mark.REST, None),
        DayMark(day(2), Mark.REST, 6),
        DayMark(day(3), Mark.NO_ANSWER, None),
        DayMark(day(4), Mark.TO_COME, None),
    ]

    assert spark_points(told) == ((0, 4), (2, 6), (3, None))


# Weeks


def test_the_calendar_names_its_weeks_and_knows_today() -> None:
    week = Week(MONDAY, days(*[Mark.DONE] * 3, *[Mark.REST] * 4), done=3, due=3)

    [row] = calendar([week], day(2), "es")

    assert row.label == "28 sept"
    assert [cell.today for cell in row.cells] == [False, False, True, False, False, False, False]
    assert (row.cells[0].mark, row.done, row.due) == ("done", 3, 3)


# The whole course of pain

HISTORY = PainHistory(
    first=MONDAY,
    last=day(55),
    reports=[(day(0), 6), (day(1), 10), (day(30), 4), (day(55), 0)],
    medians=[
        (day(0), 6),
        (day(1), 6),
        (day(2), None),
        (day(3), 5.5),
        (day(9), 5),
        (day(15), 7),  # in the pause
        (day(30), 4),
    ],
    band=(-1, 3),
    versions=[(day(0), "Plan 1"), (day(3), "Plan 2"), (day(35), "Plan 3"), (day(54), "Plan 4")],
    pauses=[(day(12), day(20)), (day(70), day(80))],
)


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pain_is_drawn_from_zero_to_ten_inside_the_plot(frame: Frame) -> None:
    chart = pain_chart(HISTORY, frame)
    bottom, top = chart.lines[0].y, chart.lines[-1].y

    assert [line.value for line in chart.lines] == [0, 2, 4, 6, 8, 10]
    assert [dot.y for dot in chart.dots][1::2] == [top, bottom]
    assert (chart.dots[0].x, chart.dots[-1].x) == (frame.left, frame.width - frame.right)


def test_the_median_breaks_where_there_is_none_and_over_a_pause() -> None:
    chart = pain_chart(HISTORY)

    assert [len(corners(path)) for path in chart.paths] == [2, 2]
    assert chart.last is not None
    assert chart.last.value == 4


def test_the_band_of_no_real_change_ends_where_the_scale_ends() -> None:
    chart = pain_chart(HISTORY)

    assert chart.band is not None
    assert chart.band.y + chart.band.height == pytest.approx(chart.lines[0].y)


def test_a_pause_outside_the_period_is_not_drawn_and_one_inside_covers_its_last_day() -> None:
    [pause] = pain_chart(HISTORY).pauses
    a_day = pain_chart(HISTORY).plot.width / 55

    assert pause.width == pytest.approx(9 * a_day, abs=0.2)


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_label_runs_into_the_next(frame: Frame) -> None:
    chart = pain_chart(HISTORY, frame)
    weeks = [(tick.x, len(tick.label) * frame.letter) for tick in chart.ticks if tick.label]
    plans = [up for up in chart.versions if up.label and up.anchor == "start"]

    assert len(weeks) >= 3
    assert all(x + w / 2 < y - v / 2 for (x, w), (y, v) in pairwise(weeks))
    assert all(one.x + len(one.label) * frame.letter < other.x for one, other in pairwise(plans))


def test_a_plan_version_too_close_to_the_next_goes_by_its_number_or_stays_unnamed() -> None:
    labels = [(up.label, up.anchor) for up in pain_chart(HISTORY).versions]

    assert labels == [("1", "start"), ("Plan 2", "start"), ("Plan 3", "start"), ("4", "end")]


def test_a_plan_version_names_the_phase_it_begins_where_there_is_room() -> None:
    begun = replace(HISTORY, versions=[(day(0), "Plan 1, Settle"), (day(20), "Plan 2, Strengthen")])
    close = replace(HISTORY, versions=[(day(0), "Plan 1, Settle"), (day(6), "Plan 2, Strengthen")])

    assert [up.label for up in pain_chart(begun).versions] == [
        "Plan 1, Settle",
        "Plan 2, Strengthen",
    ]
    assert next(up.label for up in pain_chart(close).versions) == "Plan 1"


def test_the_numbers_behind_the_drawing_leave_the_missing_empty() -> None:
    rows = {row.day: row for row in pain_chart(HISTORY).numbers}

    assert (rows["29 Sep"].pain, rows["29 Sep"].median) == (10, 6)
    assert (rows["1 Oct"].pain, rows["1 Oct"].median) == (None, 5.5)
    assert "30 Sep" not in rows


def test_a_single_day_can_be_drawn() -> None:
    chart = pain_chart(PainHistory(MONDAY, MONDAY, [(MONDAY, 5)], []))

    assert (chart.paths, chart.last, chart.band) == ((), None, None)
    assert len(chart.dots) == 1


@pytest.mark.parametrize(("percent", "width"), [(0, 0), (50, 170), (100, 340)])
def test_a_bar_goes_from_nothing_to_the_whole_width(percent: int, width: int) -> None:
    drawn = bars([("Riverside: all", 100), ("Hill", percent)])

    assert drawn.bars[1].width == width
    assert drawn.width == drawn.bars[0].width
    assert drawn.bars[0].text_y < drawn.bars[0].y < drawn.bars[1].text_y < drawn.height
