"""When is an occurrence due?

A rhythm is local: wall times on local dates, in a named zone. A moment is UTC. The rules between
the two, all of them here:

1. Wall time is kept when the clocks change. A time that a gap swallows comes as much later as the
   gap is long (02:30 becomes 03:30); a time that an overlap shows twice counts once, at the first
   pass.
2. One slot gives one occurrence a local date, and its moments strictly increase. A date that a
   zone leaves out altogether (it moves across the date line) has no occurrence.
3. A wall time outside the window is moved to the nearest moment inside it: up to the opening, or
   back to the last call, a little before the closing. Two slots moved to one moment stay two.
4. The window is one unbroken stretch, from when the clock first shows its opening (or jumps past
   it) until it first shows its closing. When a gap swallows all of it, it lies that day as much
   later as the gap is long and keeps its length. Rule 1 first, then the window: a time that the
   gap pushes out of the window is moved back to the last call.
5. A pause removes nothing: it marks the moments of its local dates as paused.
6. A patient's day ends at 03:00 local, so that an answer after midnight belongs to the evening.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import merge
from importlib import resources
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

EVERY_DAY: Final = frozenset(range(7))
DAY_ENDS: Final = time(3)
# A text due at the very end of the window could not leave in time: its validity ends with it.
LAST_CALL: Final = timedelta(minutes=5)

_DAY: Final = timedelta(days=1)
_LAST_DAY: Final = date(9998, 12, 31)  # one year short of what datetime can convert to UTC
# The published names only: ZoneInfo also opens "localtime" and "right/…", which differ by machine.
_ZONES: Final = frozenset((resources.files("tzdata") / "zones").read_text("utf-8").split())


@dataclass(frozen=True, slots=True)
class Window:
    """The local wall times between which a patient may be written to; the closing is outside."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a window opens before it closes, on the same day")


@dataclass(frozen=True, slots=True)
class Pause:
    """Local dates, both inclusive, without reminders; without a last one until resumed."""

    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On which local dates and at which wall times a routine is due; a slot is a time's index."""

    zone: ZoneInfo
    times: tuple[time, ...]
    start: date
    end: date | None = None
    weekdays: frozenset[int] = EVERY_DAY
    every_days: int = 1
    window: Window = Window(time(8), time(20))
    pauses: tuple[Pause, ...] = ()

    def __post_init__(self) -> None:
        if self.every_days < 1:
            raise ValueError("every_days counts from 1, every day")
        if not self.weekdays <= EVERY_DAY:
            raise ValueError("weekdays run from 0, Monday, to 6, Sunday")


@dataclass(frozen=True, slots=True)
class Due:
    """One due sitting: its moment in UTC, and the slot and local date that name it."""

    at: datetime
    day: date
    slot: int
    paused: bool


def due_between(rhythm: Rhythm, after: datetime, until: datetime) -> Iterator[Due]:
    """Yield each due moment in (after, until], soonest first, then by slot."""
    # Merged by moment and not by date: a gap before midnight pushes a late slot into the next day.
    earliest = _earliest(rhythm, after)
    lines = (_line(rhythm, slot, after, earliest) for slot in range(len(rhythm.times)))
    for due in merge(*lines, key=attrgetter("at")):
        if due.at > until:
            return
        yield due


def next_due(rhythm: Rhythm, after: datetime) -> Due | None:
    """The first due moment after an instant; other slots may share it, due_between has them all."""
    return _next_due(rhythm, after)


# Patients of one clinic share rhythms and due minutes: what one needed, the next one asks again.
@lru_cache(maxsize=4_096)
def _next_due(rhythm: Rhythm, after: datetime) -> Due | None:
    first: Due | None = None
    earliest = _earliest(rhythm, after)
    for slot in range(len(rhythm.times)):
        due = next(_line(rhythm, slot, after, earliest), None)
        if due and (first is None or due.at < first.at):
            first = due
    return first


def _line(rhythm: Rhythm, slot: int, after: datetime, earliest: int) -> Iterator[Due]:
    """Yield the moments of one slot after an instant, soonest first."""
    zone, window, pauses = rhythm.zone, rhythm.window, rhythm.pauses
    wall = moved(rhythm.times[slot], window)
    for day in _days(rhythm, earliest):
        at = _moment(day, wall, zone, window)
        if at is not None and at > after:
            yield Due(at, day, slot, bool(pauses) and any(pause.covers(day) for pause in pauses))


def _earliest(rhythm: Rhythm, after: datetime) -> int:
    """The ordinal of the first local date that may hold a moment after an instant."""
    if after.toordinal() < rhythm.start.toordinal() - 1:  # before any zone's first day of it
        return rhythm.start.toordinal()
    today = after.astimezone(rhythm.zone).date()
    # A gap before midnight pushes the evening of one date into the next.
    yesterday = today - _DAY
    return today.toordinal() - (_steady_offset(yesterday, rhythm.zone) is None)


def _days(rhythm: Rhythm, earliest: int) -> Iterator[date]:
    """Yield the dates of a rhythm from an ordinal on."""
    step, first = rhythm.every_days, rhythm.start.toordinal()
    if earliest > first:
        first += -((first - earliest) // step) * step
    missed = 0
    for ordinal in range(first, (rhythm.end or _LAST_DAY).toordinal() + 1, step):
        if (ordinal + 6) % 7 in rhythm.weekdays:
            missed = 0
            yield date.fromordinal(ordinal)
        elif (missed := missed + 1) == 7:  # weekdays repeat after seven steps: none will ever match
            return


def _moment(day: date, wall: time, zone: ZoneInfo, window: Window) -> datetime | None:
    """The moment of a time inside the window on a local date; none if the date never was."""
    offset = _steady_offset(day, zone)
    if offset is not None:
        return datetime.combine(day, wall, UTC) - offset
    return _moment_as_clocks_change(day, wall, zone, window)


@lru_cache(maxsize=4_096)
def _moment_as_clocks_change(
    day: date, wall: time, zone: ZoneInfo, window: Window
) -> datetime | None:
    at = _utc(day, wall, zone)
    if at >= _utc(day + _DAY, wall, zone):
        return None
    if inside(at, zone, window):
        return at
    opens, closes = window_on(day, zone, window)
    return opens if at < opens else _last_call(opens, closes)


def moved(wall: time, window: Window) -> time:
    """Where the window puts a wall time: the opening, the time itself, or the last call."""
    if wall < window.opens:
        return window.opens
    if wall < window.closes:
        return wall
    any_day = date(2000, 1, 1)
    opens, closes = (datetime.combine(any_day, end) for end in (window.opens, window.closes))
    return _last_call(opens, closes).time()


def _last_call(opens: datetime, closes: datetime) -> datetime:
    return max(opens, closes - LAST_CALL)


def window_on(day: date, zone: ZoneInfo, window: Window) -> tuple[datetime, datetime]:
    """When a window opens and closes on a local date, in UTC; the closing is outside."""
    opens = _first_shown(day, window.opens, zone)
    closes = _first_shown(day, window.closes, zone)
    if opens < closes:
        return opens, closes
    opens = _utc(day, window.opens, zone)
    return opens, opens + (
        datetime.combine(day, window.closes) - datetime.combine(day, window.opens)
    )


def inside(moment: datetime, zone: ZoneInfo, window: Window) -> bool:
    """Whether a window is open at a moment."""
    return any(opens <= moment < closes for opens, closes in _windows_around(moment, zone, window))


def next_opening(moment: datetime, zone: ZoneInfo, window: Window) -> datetime:
    """The first moment from this one on at which the window is open; itself if it is."""
    if inside(moment, zone, window):
        return moment
    openings = (opens for opens, _ in _windows_around(moment, zone, window))
    return min(opens for opens in openings if opens > moment)


def _windows_around(
    moment: datetime, zone: ZoneInfo, window: Window
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of the local date, most likely first, and of the dates beside it."""
    today = moment.astimezone(zone).date()
    for days in (0, 1, -1):
        yield window_on(today + days * _DAY, zone, window)


def next_wall(moment: datetime, zone: ZoneInfo, wall: time) -> datetime:
    """The first moment after this one that shows a wall time, or stands for it in a gap."""
    today = moment.astimezone(zone).date()
    shown = (_utc(today + days * _DAY, wall, zone) for days in (0, 1, 2))
    return next(at for at in shown if at > moment)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The patient's date at a moment; it ends at 03:00 local."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    day = (local - timedelta(hours=DAY_ENDS.hour)).date()
    # Clocks that change around 03:00 may show it late or twice; day_ends decides.
    if moment >= day_ends(day, zone):
        return day + _DAY
    return day if moment >= day_ends(day - _DAY, zone) else day - _DAY


def day_ends(day: date, zone: ZoneInfo) -> datetime:
    """The end of a patient's date in UTC: 03:00 local of the next."""
    return _utc(day + _DAY, DAY_ENDS, zone)


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; a name that is not published is refused."""
    if name not in _ZONES:
        raise ValueError(f"{name!r} is not an IANA time zone, such as America/New_York")
    return ZoneInfo(name)


def _first_shown(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock shows a wall time of a date, or jumps past it."""
    at = _utc(day, wall, zone)
    if _steady_offset(day, zone) is not None:
        return at
    skipped = at.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, wall)
    return _end_of_gap(at, skipped, zone) if skipped else at


def _end_of_gap(at: datetime, gap: timedelta, zone: ZoneInfo) -> datetime:
    """The moment the clock jumped, found to the second; `at` is less than a gap's length later."""
    before, after = int((at - gap).timestamp()), int(at.timestamp()) + 1
    jumped = at.astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == jumped:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)


def _utc(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall time on a local date by rule 1."""
    offset = _steady_offset(day, zone)
    if offset is not None:
        return datetime.combine(day, wall, UTC) - offset
    # fold=0 is the first pass of an overlap, and in a gap the offset from before it: the one that
    # comes as much later as the gap is long.
    return datetime.combine(day, wall, zone).replace(fold=0).astimezone(UTC)


# A tick plans many patients on few dates in few zones; looking up an offset is most of the work.
@lru_cache(maxsize=8_192)
def _steady_offset(day: date, zone: ZoneInfo) -> timedelta | None:
    """The offset a local date keeps from its midnight to the next; none if the clocks change."""
    begins = datetime.combine(day, time(0), zone).utcoffset()
    ends = datetime.combine(day + _DAY, time(0, fold=1), zone).utcoffset()
    return begins if begins == ends else None
