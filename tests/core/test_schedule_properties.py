"""Do the rules of the schedule hold in every zone, at every change of clocks, for any rhythm?"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    next_wall,
    window_on,
    zone,
)

WHOLE_DAY = Window(time(0), time.max)
ORDINARY = Window(time(8), time(20))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
LOOKS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
ODD_PLACES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]


@dataclass(frozen=True)
class Change:
    """One change of the clocks: when, and the offsets around it."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def day(self) -> date:
        return min(self.shown_before, self.shown_after).date()

    @property
    def shown_before(self) -> datetime:
        return (self.at + self.before).replace(tzinfo=None)

    @property
    def shown_after(self) -> datetime:
        return (self.at + self.after).replace(tzinfo=None)


@cache
def every_change() -> tuple[tuple[ZoneInfo, Change], ...]:
    """Every change of every zone; zones that show the same clocks are walked once."""
    places = {offsets(ZoneInfo(name)): ZoneInfo(name) for name in available_timezones()}
    return tuple((place, change) for place in places.values() for change in changes(place))


def offsets(place: ZoneInfo) -> tuple[timedelta, ...]:
    return tuple(offset(look, place) for look in LOOKS)


def changes(place: ZoneInfo) -> Iterator[Change]:
    for (start, old), (end, new) in pairwise(zip(LOOKS, offsets(place), strict=True)):
        if old != new:
            yield Change(first_with(new, start, end, place), old, new)


def offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta(0)


def first_with(new: timedelta, before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    seconds = range(int((after - before).total_seconds()) + 1)
    index = bisect_left(seconds, True, key=lambda n: offset(before + n * SECOND, place) == new)
    return before + index * SECOND


def by_hand(day: date, wall: time, change: Change) -> datetime:
    """The moment of a wall time near a change, from the change alone."""
    shown = datetime.combine(day, wall)
    first, second = (
        (shown - offset).replace(tzinfo=UTC) for offset in (change.before, change.after)
    )
    shown_before, shown_after = first < change.at, second >= change.at
    in_a_gap = not shown_before and not shown_after
    return first if shown_before or in_a_gap else second


def walls_around(change: Change) -> tuple[time, ...]:
    """Times in, at and around what the change leaves out or shows twice, and ordinary ones."""
    early, late = sorted((change.shown_before, change.shown_after))
    near = {early, early - MINUTE, early + MINUTE, early + (late - early) / 2, late - MINUTE, late}
    return (*sorted(moment.time() for moment in near), time(8), time(13, 7), time(20), time(23, 59))


def windows_around(change: Change) -> list[Window]:
    """Windows that the change leaves whole, cuts on either side, or swallows."""
    early, late = sorted((change.shown_before, change.shown_after))
    third = (late - early) / 3
    pairs = [
        (early - 2 * third, early + third),
        (early + third, late + 2 * third),
        (early + third, late - third),
        (early + third, late),
        (early, late),
    ]
    ends = [(opens.time(), closes.time()) for opens, closes in pairs]
    return [ORDINARY, *(Window(opens, closes) for opens, closes in ends if opens < closes)]


def around(change: Change, place: ZoneInfo, window: Window) -> Rhythm:
    first, last = change.day - DAY, change.day + DAY
    return Rhythm(place, walls_around(change), first, last, window=window)


def all_due(rhythm: Rhythm, *, after: datetime, until: datetime) -> list[Due]:
    return list(due_between(rhythm, after, until))


def stepped(rhythm: Rhythm, after: datetime, until: datetime) -> list[datetime]:
    """The moments that asking for the next one again and again gives."""
    found = []
    due = next_due(rhythm, after)
    while due and due.at <= until:
        found.append(due.at)
        due = next_due(rhythm, due.at)
    return found


def assert_once_and_increasing(found: list[Due]) -> None:
    keys = [(due.slot, due.day) for due in found]
    assert len(set(keys)) == len(keys)
    assert [due.at for due in found] == sorted(due.at for due in found)
    for slot in {due.slot for due in found}:
        line = [due for due in found if due.slot == slot]
        assert all(one.at < next_.at for one, next_ in pairwise(line))
        assert all(one.day < next_.day for one, next_ in pairwise(line))


def assert_in_window(due: Due, place: ZoneInfo, window: Window) -> None:
    opens, closes = window_on(due.day, place, window)
    assert opens <= due.at < closes
    assert inside(due.at, place, window)
    opens_at = opens.astimezone(place).replace(tzinfo=None)
    swallowed = opens_at >= datetime.combine(due.day, window.closes)
    assert swallowed or window.opens <= due.at.astimezone(place).time() < window.closes


@pytest.mark.slow
def test_every_change_of_the_clocks_in_every_zone_keeps_the_rules() -> None:
    walked = 0
    for place, change in every_change():
        after, until = change.at - 5 * DAY, change.at + 6 * DAY
        rhythm = around(change, place, WHOLE_DAY)

        found = all_due(rhythm, after=after, until=until)

        assert len(found) == 3 * len(rhythm.times), (place, change)
        for due in found:
            assert due.at == by_hand(due.day, rhythm.times[due.slot], change), (place, change, due)
        assert_once_and_increasing(found)
        assert stepped(rhythm, after, until) == sorted({due.at for due in found})
        assert_days_end_once(change, place)
        walked += 1
    assert walked > 1_000


@pytest.mark.slow
def test_every_change_of_the_clocks_in_every_zone_keeps_the_window() -> None:
    for place, change in every_change():
        for window in windows_around(change):
            rhythm = around(change, place, window)
            found = all_due(rhythm, after=change.at - 5 * DAY, until=change.at + 6 * DAY)

            assert len(found) == 3 * len(rhythm.times), (place, change, window)
            assert_once_and_increasing(found)
            for due in found:
                assert_in_window(due, place, window)


def assert_days_end_once(change: Change, place: ZoneInfo) -> None:
    for day in (change.day - DAY, change.day, change.day + DAY):
        end = day_ends(day, place)
        assert local_day(end - SECOND, place) == day
        assert local_day(end, place) == day + DAY


minutes = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
windows = (
    st.tuples(minutes, minutes)
    .map(sorted)
    .filter(lambda ends: ends[0] < ends[1])
    .map(lambda ends: Window(*ends))
)
dates = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    start = draw(dates)
    lasts = st.integers(-1, 90).map(lambda days: start + days * DAY)
    firsts = st.integers(-10, 90).map(lambda days: start + days * DAY)
    pauses = st.builds(Pause, firsts, st.none() | lasts)
    return Rhythm(
        zone=ZoneInfo(draw(st.sampled_from(ODD_PLACES))),
        times=tuple(draw(st.lists(minutes, max_size=4))),
        start=start,
        end=draw(st.none() | lasts),
        weekdays=draw(st.frozensets(st.sampled_from(sorted(EVERY_DAY)))),
        every_days=draw(st.integers(1, 30)),
        window=draw(windows),
        pauses=tuple(draw(st.lists(pauses, max_size=2))),
    )


def span(rhythm: Rhythm) -> tuple[datetime, datetime]:
    begins = datetime.combine(rhythm.start, time(0), UTC) - 2 * DAY
    return begins, begins + 60 * DAY


@given(rhythms())
def test_the_dates_of_a_rhythm_are_those_counted_one_by_one(rhythm: Rhythm) -> None:
    after, until = span(rhythm)
    # The last dates of the span may lie beyond its end in some zone: left out on both sides.
    counted = [rhythm.start + n * DAY for n in range(0, 55, rhythm.every_days)]
    expected = [
        (day, slot, any(pause.covers(day) for pause in rhythm.pauses))
        for day in counted
        if day.weekday() in rhythm.weekdays and (rhythm.end is None or day <= rhythm.end)
        for slot in range(len(rhythm.times))
    ]

    found = all_due(rhythm, after=after, until=until)

    in_reach = [due for due in found if due.day < rhythm.start + 55 * DAY]
    assert sorted((due.day, due.slot, due.paused) for due in in_reach) == expected
    assert_once_and_increasing(found)
    for due in found:
        assert_in_window(due, rhythm.zone, rhythm.window)


@given(rhythms(), st.integers(0, 60 * 24 * 60))
def test_a_span_agrees_with_its_parts_and_with_one_moment_after_another(
    rhythm: Rhythm, cut: int
) -> None:
    after, until = span(rhythm)
    middle = after + cut * MINUTE

    found = all_due(rhythm, after=after, until=until)

    early = all_due(rhythm, after=after, until=middle)
    assert early + all_due(rhythm, after=middle, until=until) == found
    assert stepped(rhythm, after, until) == sorted({due.at for due in found})


@given(st.sampled_from(ODD_PLACES), windows, dates, st.integers(0, 24 * 60))
def test_the_next_opening_is_the_first_moment_inside(
    place: str, window: Window, day: date, minute: int
) -> None:
    here = ZoneInfo(place)
    moment = datetime.combine(day, time(0), UTC) + minute * MINUTE

    opening = next_opening(moment, here, window)

    assert opening >= moment
    assert inside(opening, here, window)
    waits = int((opening - moment) / MINUTE)
    assert not any(inside(moment + n * MINUTE, here, window) for n in range(0, waits, 17))


@given(minutes, windows)
def test_a_moved_time_is_inside_and_moves_no_further(wall: time, window: Window) -> None:
    given_ = moved(wall, window)

    assert window.opens <= given_ < window.closes
    assert moved(given_, window) == given_
    assert given_ == wall or not window.opens <= wall < window.closes


@given(st.sampled_from(ODD_PLACES), dates, st.integers(0, 24 * 60))
def test_every_moment_lies_in_the_one_day_it_belongs_to(place: str, day: date, minute: int) -> None:
    here = ZoneInfo(place)
    moment = datetime.combine(day, time(0), UTC) + minute * MINUTE

    found = local_day(moment, here)

    assert day_ends(found - DAY, here) <= moment < day_ends(found, here)


@given(st.sampled_from(ODD_PLACES), dates, st.integers(0, 24 * 60), minutes)
def test_the_next_moment_of_a_wall_time_shows_it_unless_a_gap_swallows_it(
    place: str, day: date, minute: int, wall: time
) -> None:
    here = ZoneInfo(place)
    moment = datetime.combine(day, time(0), UTC) + minute * MINUTE

    found = next_wall(moment, here, wall)

    assert moment < found <= moment + 26 * HOUR
    assert next_wall(found, here, wall) > found
    shown = found.astimezone(here).replace(tzinfo=None)
    assert shown.time() == wall or offset(found, here) > offset(found - 3 * HOUR, here)


@pytest.mark.parametrize("name", ["America/New_York", "US/Pacific", "Asia/Calcutta", "UTC"])
def test_a_published_zone_is_opened(name: str) -> None:
    assert zone(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name",
    ["", "America", "america/new_york", "EDT", "localtime", "right/UTC", "../etc/passwd", "UTC+2"],
)
def test_a_zone_that_is_not_published_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not an IANA time zone") as refusal:
        zone(name)

    assert repr(name) in str(refusal.value)
