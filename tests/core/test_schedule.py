"""When is an occurrence due? Every rule by a table, the changes of the clocks by name."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.core.schedule import (
    EVERY_DAY,
    Due,
    Pause,
    Rhythm,
    Window,
    day_ends,
    due_between,
    inside,
    local_day,
    moved,
    next_due,
    next_opening,
    window_on,
)

NEW_YORK = ZoneInfo("America/New_York")
NUUK = ZoneInfo("America/Nuuk")
NINE = (time(9),)
ORDINARY = Window(time(8), time(20))
WHOLE_DAY = Window(time(0), time.max)
MONDAY, WEDNESDAY, FRIDAY = 0, 2, 4
GAP_DAY = date(2026, 3, 8)  # New York: 02:00 to 03:00 is left out


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> time:
    return time.fromisoformat(text)


def nov(day: int) -> date:
    return date(2026, 11, day)


def window(text: str) -> Window:
    opens, closes = text.split("-")
    return Window(wall(opens), wall(closes))


def table(names: str, text: str) -> pytest.MarkDecorator:
    """One case a line, its name first, the columns set apart by bars."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


def all_due(rhythm: Rhythm) -> list[Due]:
    around = timedelta(days=3)
    first = datetime.combine(rhythm.start, time(0), UTC) - around
    last = datetime.combine(rhythm.end or rhythm.start, time(0), UTC) + around
    return list(due_between(rhythm, first, last))


@table(
    "place, local, expected",
    """
    New York, the day before the gap       | America/New_York    | 2026-03-07T02:30 | 03-07T07:30
    New York, gap: 02:30 is 03:30          | America/New_York    | 2026-03-08T02:30 | 03-08T07:30
    New York, overlap: the first 01:30     | America/New_York    | 2026-11-01T01:30 | 11-01T05:30
    London, gap: 01:30 is 02:30            | Europe/London       | 2026-03-29T01:30 | 03-29T01:30
    London, overlap: the first 01:30       | Europe/London       | 2026-10-25T01:30 | 10-25T00:30
    Lord Howe, half an hour: 02:15 is 02:45| Australia/Lord_Howe | 2026-10-04T02:15 | 10-03T15:45
    Lord Howe, overlap: the first 01:45    | Australia/Lord_Howe | 2026-04-05T01:45 | 04-04T14:45
    Chatham, gap at 02:45: 03:00 is 04:00  | Pacific/Chatham     | 2026-09-27T03:00 | 09-26T14:15
    Santiago, midnight gap: 00:30 is 01:30 | America/Santiago    | 2026-09-06T00:30 | 09-06T04:30
    Santiago, overlap: the first 23:30     | America/Santiago    | 2026-04-04T23:30 | 04-05T02:30
    Havana, midnight gap: 00:30 is 01:30   | America/Havana      | 2026-03-08T00:30 | 03-08T05:30
    Havana, overlap: the first 00:30       | America/Havana      | 2026-11-01T00:30 | 11-01T04:30
    Beirut, midnight gap: 00:30 is 01:30   | Asia/Beirut         | 2026-03-29T00:30 | 03-28T22:30
    Beirut, overlap: the first 23:30       | Asia/Beirut         | 2026-10-24T23:30 | 10-24T20:30
    Cairo, midnight gap: 00:30 is 01:30    | Africa/Cairo        | 2026-04-24T00:30 | 04-23T22:30
    Troll, gap of two hours: 01:30 is 03:30| Antarctica/Troll    | 2026-03-29T01:30 | 03-29T01:30
    Troll, overlap: the first 01:30        | Antarctica/Troll    | 2026-10-25T01:30 | 10-24T23:30
    Nuuk, gap to midnight: 23:30 is 00:30  | America/Nuuk        | 2026-03-28T23:30 | 03-29T01:30
    """,
)
def test_wall_time_is_kept_when_the_clocks_change(place: str, local: str, expected: str) -> None:
    asked = datetime.fromisoformat(local)
    day = asked.date()
    rhythm = Rhythm(ZoneInfo(place), (asked.time(),), day, day, window=WHOLE_DAY)

    [due] = all_due(rhythm)

    assert due == Due(utc(f"2026-{expected}"), day, slot=0, paused=False)


def test_a_date_that_a_zone_leaves_out_has_no_occurrence() -> None:
    # Samoa went from 29 to 31 December 2011.
    rhythm = Rhythm(ZoneInfo("Pacific/Apia"), NINE, date(2011, 12, 28), date(2012, 1, 1))

    found = all_due(rhythm)

    assert [due.day.day for due in found] == [28, 29, 31, 1]
    assert [due.at.day for due in found] == [28, 29, 30, 31]


def test_a_time_marked_as_the_second_pass_still_comes_at_the_first() -> None:
    rhythm = Rhythm(NEW_YORK, (time(1, 30, fold=1),), nov(1), nov(1), window=WHOLE_DAY)

    [due] = all_due(rhythm)

    assert due.at == utc("2026-11-01T05:30")


def test_moments_come_in_order_when_a_gap_pushes_an_evening_past_the_next_morning() -> None:
    times, first, last = (time(0, 10), time(23, 30)), date(2026, 3, 28), date(2026, 3, 29)
    rhythm = Rhythm(NUUK, times, first, last, window=WHOLE_DAY)

    found = all_due(rhythm)
    after_the_morning = next_due(rhythm, found[1].at)

    assert [(due.day.day, due.slot) for due in found] == [(28, 0), (29, 0), (28, 1), (29, 1)]
    assert after_the_morning == found[2]


DAYS = {
    "from start to end, both included": (Rhythm(NEW_YORK, NINE, nov(2), nov(5)), [2, 3, 4, 5]),
    "one day": (Rhythm(NEW_YORK, NINE, nov(2), nov(2)), [2]),
    "ends before it starts": (Rhythm(NEW_YORK, NINE, nov(2), nov(1)), []),
    "no times": (Rhythm(NEW_YORK, (), nov(2), nov(9)), []),
    "Monday, Wednesday, Friday": (
        Rhythm(NEW_YORK, NINE, nov(1), nov(14), frozenset({MONDAY, WEDNESDAY, FRIDAY})),
        [2, 4, 6, 9, 11, 13],
    ),
    "every third day": (Rhythm(NEW_YORK, NINE, nov(2), nov(12), every_days=3), [2, 5, 8, 11]),
    "every fourth day, but never on a Monday": (
        Rhythm(NEW_YORK, NINE, nov(1), nov(30), EVERY_DAY - {MONDAY}, every_days=4),
        [1, 5, 13, 17, 21, 25, 29],
    ),
    "every seventh day from a Sunday, only on Mondays: never": (
        Rhythm(NEW_YORK, NINE, nov(1), None, frozenset({MONDAY}), every_days=7),
        [],
    ),
    "on no weekday: never": (Rhythm(NEW_YORK, NINE, nov(1), None, frozenset()), []),
}


@pytest.mark.parametrize(("rhythm", "days"), DAYS.values(), ids=DAYS.keys())
def test_a_rhythm_is_due_on_its_local_dates(rhythm: Rhythm, days: list[int]) -> None:
    found = list(due_between(rhythm, utc("2026-10-30"), utc("2026-12-01")))

    assert [due.day.day for due in found] == days


def test_several_times_a_day_are_slots_in_the_order_of_the_plan() -> None:
    rhythm = Rhythm(NEW_YORK, (time(22), time(8), time(13)), nov(20), nov(20))

    found = all_due(rhythm)

    assert [(due.slot, f"{due.at:%H:%M}") for due in found] == [
        *((1, "13:00"), (2, "18:00"), (0, "00:55"))
    ]


def test_two_slots_that_the_window_moves_to_one_moment_both_exist() -> None:
    rhythm = Rhythm(NEW_YORK, (time(7), time(6), time(8)), nov(20), nov(20))

    found = all_due(rhythm)

    assert [due.slot for due in found] == [0, 1, 2]
    assert {due.at for due in found} == {utc("2026-11-20T13:00")}
    assert next_due(rhythm, utc("2026-11-20T12:59")) == found[0]
    assert next_due(rhythm, found[0].at) is None


def test_the_span_leaves_out_its_beginning_and_takes_in_its_end() -> None:
    rhythm = Rhythm(NEW_YORK, NINE, nov(1))
    first, second = utc("2026-11-20T14:00"), utc("2026-11-21T14:00")

    found = [due.at for due in due_between(rhythm, first, second)]

    assert found == [second]


PAUSES = {
    "both dates included": (Pause(nov(3), nov(4)), [3, 4]),
    "until resumed": (Pause(nov(4)), [4, 5]),
    "later": (Pause(nov(9)), []),
    "over": (Pause(date(2026, 10, 1), nov(1)), []),
}


@pytest.mark.parametrize(("pause", "paused"), PAUSES.values(), ids=PAUSES.keys())
def test_a_pause_marks_its_local_dates_and_removes_nothing(pause: Pause, paused: list[int]) -> None:
    auckland = ZoneInfo("Pacific/Auckland")  # its dates begin while UTC is a date behind
    rhythm = Rhythm(auckland, (time(8),), nov(2), nov(5), pauses=(pause,))

    found = all_due(rhythm)

    assert [due.day.day for due in found] == [2, 3, 4, 5]
    assert [due.day.day for due in found if due.paused] == paused


@table(
    "after, expected",
    """
    long before the start       | 1999-01-01T00:00 | 2026-11-01T14:00
    just before                 | 2026-11-01T13:59 | 2026-11-01T14:00
    at a moment: the one after  | 2026-11-01T14:00 | 2026-11-11T14:00
    a century on                | 2126-01-02T00:00 | 2126-01-11T14:00
    """,
)
def test_the_next_due_moment_after_an_instant(after: str, expected: str) -> None:
    rhythm = Rhythm(NEW_YORK, NINE, nov(1), every_days=10)

    due = next_due(rhythm, utc(after))

    assert due is not None
    assert due.at == utc(expected)


def test_nothing_is_due_after_the_end_however_far_one_looks() -> None:
    rhythm = Rhythm(NEW_YORK, NINE, nov(1), nov(20))
    beginning, end = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    assert next_due(rhythm, utc("2026-11-20T13:59")) is not None
    assert next_due(rhythm, utc("2026-11-20T14:00")) is None
    assert len(list(due_between(rhythm, beginning, end))) == 20


@table(
    "limits, asked, given",
    """
    before: the opening                         | 08:00-20:00 | 06:00 | 08:00
    just before: the opening                    | 08:00-20:00 | 07:59 | 08:00
    the opening                                 | 08:00-20:00 | 08:00 | 08:00
    inside                                      | 08:00-20:00 | 13:15 | 13:15
    just inside                                 | 08:00-20:00 | 19:59 | 19:59
    the closing: the last call                  | 08:00-20:00 | 20:00 | 19:55
    after: the last call                        | 08:00-20:00 | 23:30 | 19:55
    a window too short for it: the opening      | 08:00-08:03 | 12:00 | 08:00
    too short for it after midnight: the opening| 00:00-00:03 | 12:00 | 00:00
    """,
)
def test_a_time_outside_the_window_moves_to_the_nearest_inside(
    limits: str, asked: str, given: str
) -> None:
    assert moved(wall(asked), window(limits)) == wall(given)


@table(
    "day, limits, opens, closes",
    """
    gap, an ordinary window                           | 2026-03-08 | 08:00-20:00 | 12:00 | 00:00
    gap swallows the closing: closes as clocks jump   | 2026-03-08 | 01:00-02:30 | 06:00 | 07:00
    gap swallows the opening: opens as clocks jump    | 2026-03-08 | 02:30-05:00 | 07:00 | 09:00
    gap swallows it all: as much later, as long       | 2026-03-08 | 02:10-02:40 | 07:10 | 07:40
    gap swallows it all, to its last minute           | 2026-03-08 | 02:30-03:00 | 07:30 | 08:00
    overlap: opens at the first pass                  | 2026-11-01 | 01:30-05:00 | 05:30 | 10:00
    overlap: closes at the first pass                 | 2026-11-01 | 00:30-01:30 | 04:30 | 05:30
    """,
)
def test_the_window_of_a_date_when_the_clocks_change(
    day: str, limits: str, opens: str, closes: str
) -> None:
    found = window_on(date.fromisoformat(day), NEW_YORK, window(limits))

    assert [end.strftime("%H:%M") for end in found] == [opens, closes]
    assert all(end.tzinfo is UTC for end in found)


@table(
    "limits, asked, expected",
    """
    pushed out by the gap: back to the last call            | 01:00-02:30 | 02:15 | 06:55
    pushed past a closing just after the gap: the last call | 02:30-03:15 | 02:45 | 07:10
    moved to an opening in the gap: as much later           | 02:30-05:00 | 02:05 | 07:30
    shown by the clock after the gap: kept                  | 02:30-20:00 | 03:10 | 07:10
    window swallowed: as much later, and inside             | 02:10-02:40 | 02:20 | 07:20
    window swallowed: its last call                         | 02:10-02:40 | 05:00 | 07:35
    """,
)
def test_a_moment_stays_in_the_window_on_the_day_of_a_gap(
    limits: str, asked: str, expected: str
) -> None:
    rhythm = Rhythm(NEW_YORK, (wall(asked),), GAP_DAY, GAP_DAY, window=window(limits))

    [due] = all_due(rhythm)

    assert due.at == utc(f"2026-03-08T{expected}")
    assert inside(due.at, NEW_YORK, window(limits))


@table(
    "moment, opening",
    """
    before the opening                     | 2026-11-20T12:59 | 2026-11-20T13:00
    at the opening                         | 2026-11-20T13:00 | 2026-11-20T13:00
    just before the closing                | 2026-11-21T00:59 | 2026-11-21T00:59
    at the closing: tomorrow               | 2026-11-21T01:00 | 2026-11-21T13:00
    past midnight: this morning            | 2026-11-21T05:30 | 2026-11-21T13:00
    night of a gap: an hour earlier in UTC | 2026-03-08T02:00 | 2026-03-08T12:00
    """,
)
def test_the_next_opening_is_the_moment_itself_inside_the_window(moment: str, opening: str) -> None:
    assert inside(utc(moment), NEW_YORK, ORDINARY) is (moment == opening)
    assert next_opening(utc(moment), NEW_YORK, ORDINARY) == utc(opening)


def test_a_window_that_a_gap_pushes_past_midnight_is_open_there() -> None:
    opens, closes = utc("2026-03-29T01:10"), utc("2026-03-29T01:50")

    assert window_on(date(2026, 3, 28), NUUK, window("23:10-23:50")) == (opens, closes)
    assert inside(opens, NUUK, window("23:10-23:50"))
    assert not inside(closes, NUUK, window("23:10-23:50"))
    assert next_opening(utc("2026-03-29T01:05"), NUUK, window("23:10-23:50")) == opens


@table(
    "place, moment, expected",
    """
    after midnight: the evening before    | America/New_York | 2026-11-21T05:20 | 2026-11-20
    just before three                     | America/New_York | 2026-11-21T07:59 | 2026-11-20
    three o'clock: a new day              | America/New_York | 2026-11-21T08:00 | 2026-11-21
    clocks jump from two: just before     | America/New_York | 2026-03-08T06:59 | 2026-03-07
    clocks jump from two to three: new day| America/New_York | 2026-03-08T07:00 | 2026-03-08
    clocks fall from three: two again     | Europe/Berlin    | 2026-10-25T01:59 | 2026-10-24
    clocks fall from three: three at last | Europe/Berlin    | 2026-10-25T02:00 | 2026-10-25
    clocks fall from four: the first three| Europe/Helsinki  | 2026-10-25T00:00 | 2026-10-25
    clocks fall from four: three again    | Europe/Helsinki  | 2026-10-25T01:30 | 2026-10-25
    clocks fall past three: it stays ended| Pacific/Chatham  | 2026-04-04T14:05 | 2026-04-05
    clocks jump past three: as much later | Pacific/Chatham  | 2026-09-26T14:05 | 2026-09-26
    and then a new day                    | Pacific/Chatham  | 2026-09-26T14:15 | 2026-09-27
    """,
)
def test_a_patients_day_ends_at_three_in_the_morning(
    place: str, moment: str, expected: str
) -> None:
    here, day = ZoneInfo(place), date.fromisoformat(expected)

    assert local_day(utc(moment), here) == day
    assert day_ends(day - timedelta(days=1), here) <= utc(moment) < day_ends(day, here)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        Window(time(8), time(8))
    with pytest.raises(ValueError, match="counts from 1"):
        Rhythm(NEW_YORK, NINE, nov(1), every_days=0)
    with pytest.raises(ValueError, match="from 0, Monday"):
        Rhythm(NEW_YORK, NINE, nov(1), weekdays=frozenset({7}))
