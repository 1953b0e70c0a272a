"""How are they doing?

Everything here is *reported*: what a patient said, not what was seen. Definitions, as printed
beside the figures:

- A session is one due sitting. It stands as what the patient said of it (done, part, skipped); as
  *no answer* once it has closed without a word (03:00 local); until then it is *open*, to come.
- An excused session is not counted, done or not: paused, safety (stopped after a red flag), opted
  out, withheld (our rules kept the reminder back), missed (our service was late), failed (not
  delivered). Done without being counted is kept as a number of its own.
- Sessions % is done ÷ (done + part + skipped + no answer). Part is shown beside it, never in it.
- Prescribed % is the plain one: every session done, counted or not ÷ every session prescribed.
- Reported % is how many counted sessions were answered at all: (done + part + skipped) ÷ counted.
- Missing is never zero and never "skipped"; a percentage of nothing is none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


class Outcome(StrEnum):
    """What a patient reported of a session."""

    DONE = "done"
    PART = "part"
    SKIPPED = "skipped"


class Excuse(StrEnum):
    """Why a session is not counted."""

    PAUSED = "paused"
    WITHHELD = "withheld"
    MISSED = "missed"
    FAILED = "failed"
    OPTED_OUT = "opted_out"
    SAFETY = "safety"


class Mark(StrEnum):
    """What a day was, in the eight shapes of calendar, strip and legend."""

    DONE = "done"
    PART = "part"
    SKIPPED = "skipped"
    NO_ANSWER = "no-answer"
    PAUSED = "paused"
    NOT_DELIVERED = "not-delivered"
    REST = "rest"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One due session as it is known now."""

    occurrence_id: int
    day: date
    due_at: datetime
    closes_at: datetime
    outcome: Outcome | None = None
    pain: int | None = None
    excuse: Excuse | None = None


@dataclass(frozen=True, slots=True)
class DayMark:
    """One day of a strip or a calendar; the pain is the highest of its sessions."""

    day: date
    mark: Mark
    pain: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """One row of the calendar, Monday first; "done of due" counts sessions, not days."""

    monday: date
    days: tuple[DayMark, ...]
    done: int
    due: int


@dataclass(frozen=True, slots=True)
class PainPoint:
    """One pain report, 0 to 10, with the local date it is about and the moment it came."""

    day: date
    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """How many sessions stand how; the module's head has the definitions."""

    done: int = 0
    part: int = 0
    skipped: int = 0
    no_answer: int = 0
    paused: int = 0
    withheld: int = 0
    missed: int = 0
    failed: int = 0
    opted_out: int = 0
    safety: int = 0
    open: int = 0
    done_uncounted: int = 0  # of the excused ones

    @property
    def due(self) -> int:
        """The sessions that count: done + part + skipped + no answer."""
        return self.done + self.part + self.skipped + self.no_answer

    @property
    def excused(self) -> int:
        """The sessions left out, done or not."""
        return (
            self.paused + self.withheld + self.missed + self.failed + self.opted_out + self.safety
        )

    @property
    def prescribed(self) -> int:
        """Every session that has come due and is over or answered, counted or not."""
        return self.due + self.excused

    @property
    def sessions_percent(self) -> int | None:
        """Done ÷ counted; none when nothing counts."""
        return _percent(self.done, self.due)

    @property
    def prescribed_percent(self) -> int | None:
        """Done ÷ prescribed, nothing left out on either side; none when nothing was prescribed."""
        return _percent(self.done + self.done_uncounted, self.prescribed)

    @property
    def reported_percent(self) -> int | None:
        """Answered ÷ counted; none when nothing counts."""
        return _percent(self.due - self.no_answer, self.due)


def figures(sittings: Iterable[Sitting], now: datetime) -> Figures:
    """Count the sessions by how each stands now."""
    known = list(sittings)
    counts = Counter(_stands_as(sitting, now) for sitting in known)
    uncounted = sum(sitting.excuse is not None and _is_done(sitting) for sitting in known)
    return Figures(**counts, done_uncounted=uncounted)


def _stands_as(sitting: Sitting, now: datetime) -> str:
    """The field of Figures that a session counts in."""
    if sitting.outcome is None and now < sitting.due_at:
        return "open"
    if sitting.excuse is not None:
        return sitting.excuse.value
    if sitting.outcome is not None:
        return sitting.outcome.value
    return "open" if now < sitting.closes_at else "no_answer"


def _is_done(sitting: Sitting) -> bool:
    return sitting.outcome is Outcome.DONE


def _percent(part: int, whole: int) -> int | None:
    # Half goes up, as a reader with a pencil has it; round() would send 62.5 down to 62.
    return (200 * part + whole) // (2 * whole) if whole else None


def between(sittings: Iterable[Sitting], first: date, last: date) -> tuple[Sitting, ...]:
    """The sessions of the days from first to last, both included."""
    return tuple(sitting for sitting in sittings if first <= sitting.day <= last)


# A stop that someone asked for is drawn as a pause; what did not reach the patient, as our cross.
_EXCUSED_MARK: Final[Mapping[Excuse, Mark]] = {
    Excuse.PAUSED: Mark.PAUSED,
    Excuse.SAFETY: Mark.PAUSED,
    Excuse.OPTED_OUT: Mark.PAUSED,
    Excuse.WITHHELD: Mark.NOT_DELIVERED,
    Excuse.MISSED: Mark.NOT_DELIVERED,
    Excuse.FAILED: Mark.NOT_DELIVERED,
}


def mark(sitting: Sitting, now: datetime) -> Mark:
    """What one session was; an excused one is drawn as excused even if it was done."""
    if sitting.excuse is not None:
        return _EXCUSED_MARK[sitting.excuse]
    if sitting.outcome is not None:
        return Mark(sitting.outcome.value)
    return Mark.TO_COME if now < sitting.closes_at else Mark.NO_ANSWER


def day_mark(sittings: Iterable[Sitting], now: datetime) -> Mark:
    """What a day was: one mark for all its sessions.

    1. No session at all: a rest day.
    2. Only excused ones: not delivered if any was ours to deliver, else paused. Beside a session
       that counts, excused ones do not show.
    3. All done: done. Something done, but not all: part.
    4. Nothing done yet and something still open: to come.
    5. Something skipped: skipped, for the patient was heard. Else no answer.
    """
    marks = {mark(sitting, now) for sitting in sittings}
    counted = marks - {Mark.PAUSED, Mark.NOT_DELIVERED}
    if not marks:
        return Mark.REST
    if not counted:
        return Mark.NOT_DELIVERED if Mark.NOT_DELIVERED in marks else Mark.PAUSED
    if counted == {Mark.DONE}:
        return Mark.DONE
    if counted & {Mark.DONE, Mark.PART}:
        return Mark.PART
    settled = (Mark.TO_COME, Mark.SKIPPED)
    return next((found for found in settled if found in counted), Mark.NO_ANSWER)


def strip(
    sittings: Iterable[Sitting], today: date, now: datetime, days: int = 14
) -> tuple[DayMark, ...]:
    """The last days at a glance, oldest first, today last."""
    by_day = _by_day(sittings)
    return tuple(
        _day(today - n * _DAY, by_day.get(today - n * _DAY, ()), now) for n in reversed(range(days))
    )


def weeks(
    sittings: Iterable[Sitting], today: date, now: datetime, count: int = 8
) -> tuple[Week, ...]:
    """The calendar: weeks from Monday, oldest first, this week last.

    A day without a session is a rest day, also after today: hand in the sessions still to come to
    see them.
    """
    by_day = _by_day(sittings)
    this_monday = today - today.weekday() * _DAY
    return tuple(_week(this_monday - n * WEEK, by_day, now) for n in reversed(range(count)))


def _week(monday: date, by_day: Mapping[date, Sequence[Sitting]], now: datetime) -> Week:
    days = [monday + n * _DAY for n in range(7)]
    found = figures((sitting for day in days for sitting in by_day.get(day, ())), now)
    marks = tuple(_day(day, by_day.get(day, ()), now) for day in days)
    return Week(monday, marks, found.done, found.due)


def _day(day: date, sittings: Sequence[Sitting], now: datetime) -> DayMark:
    pains = [sitting.pain for sitting in sittings if sitting.pain is not None]
    return DayMark(day, day_mark(sittings, now), max(pains, default=None))


def _by_day(sittings: Iterable[Sitting]) -> dict[date, list[Sitting]]:
    by_day: dict[date, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        by_day[sitting.day].append(sitting)
    return by_day


def streak(sittings: Iterable[Sitting], now: datetime) -> int:
    """The days in a row on which something was done, one missed day in any seven forgiven.

    Counted back from the latest day. A missed day adds nothing; a second one within seven days
    ends the row. Rest days, excused days and a day still open neither add nor end it.
    """
    kept, missed = 0, date.max
    for day, found in sorted(_by_day(sittings).items(), reverse=True):
        what = day_mark(found, now)
        if what in {Mark.DONE, Mark.PART}:
            kept += 1
        elif what in {Mark.SKIPPED, Mark.NO_ANSWER}:
            if missed - day < WEEK:
                break
            missed = day
    return kept


def pain_now(points: Iterable[PainPoint]) -> int | None:
    """The pain reported last."""
    latest = max(points, key=lambda point: (point.day, point.at), default=None)
    return latest.value if latest else None


def median7(points: Iterable[PainPoint], day: date) -> float | None:
    """The median of the pain reports of the seven days that end with a day; none without one."""
    values = [point.value for point in points if day - WEEK < point.day <= day]
    return float(median(values)) if values else None


def pain_at_start(points: Sequence[PainPoint]) -> float | None:
    """The pain a patient began with: the median of the seven days from the first report on."""
    if not points:
        return None
    return median7(points, min(point.day for point in points) + WEEK - _DAY)


def real_change(baseline: float) -> int:
    """How many points away from a baseline count as a real change, on the 0-10 scale.

    The smallest change that matters grows with where a patient starts: 1 point from 1-4, 2 from
    5-7, 3 from 8-10 (a study of 1,232 in-patients, doi 10.1055/a-1304-3677). From 0, which it
    does not cover, 2 points, as in the consensus for back pain (Ostelo 2008).
    """
    if baseline <= 0:
        return 2
    if baseline < 5:
        return 1
    return 2 if baseline < 8 else 3
