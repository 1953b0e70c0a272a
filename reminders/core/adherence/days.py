"""What was each day, and how many in a row?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Final

from reminders.core.adherence.counting import figures
from reminders.core.adherence.values import DAY, WEEK, DayMark, Excuse, Mark, Sitting, Week

# A stop that someone asked for is drawn as a pause; what did not reach the patient, as our cross.
EXCUSED_MARK: Final[Mapping[Excuse, Mark]] = {
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
        return EXCUSED_MARK[sitting.excuse]
    if sitting.outcome is not None:
        return Mark(sitting.outcome.value)
    return Mark.TO_COME if now < sitting.closes_at else Mark.NO_ANSWER


def day_mark(sittings: Iterable[Sitting], now: datetime) -> Mark:
    """What a day was: one mark for all its sessions."""
    return mark_of({mark(sitting, now) for sitting in sittings})


def mark_of(marks: Set[Mark]) -> Mark:
    """One mark for those of all sessions of a day.

    1. No session at all: a rest day. One mark for all: that one.
    2. Only excused ones: not delivered if any was ours to deliver, else paused. Beside a session
       that counts, excused ones do not show.
    3. All done: done. Something done, but not all: part.
    4. Nothing done yet and something still open: to come.
    5. Something skipped: skipped, for the patient was heard. Else no answer.
    """
    if not marks:
        return Mark.REST
    if len(marks) == 1:
        return next(iter(marks))
    counted = marks - {Mark.PAUSED, Mark.NOT_DELIVERED}
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
        _day(today - n * DAY, by_day.get(today - n * DAY, ()), now) for n in reversed(range(days))
    )


def weeks(
    sittings: Iterable[Sitting], today: date, now: datetime, count: int = 8
) -> tuple[Week, ...]:
    """The calendar: weeks from Monday, oldest first, this week last.

    A day without a session is a rest day, also after today: hand in the sessions still to come to
    see them.
    """
    by_day = _by_day(sittings)
    this_monday = today - today.weekday() * DAY
    return tuple(_week(this_monday - n * WEEK, by_day, now) for n in reversed(range(count)))


def _week(monday: date, by_day: Mapping[date, Sequence[Sitting]], now: datetime) -> Week:
    days = [monday + n * DAY for n in range(7)]
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
