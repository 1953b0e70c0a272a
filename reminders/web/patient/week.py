"""How is the patient's week, and how has their pain gone?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from babel.dates import format_date
from markupsafe import Markup
from werkzeug.wrappers import Response

from reminders.core import schedule
from reminders.core.adherence import (
    DayMark,
    Excuse,
    Mark,
    Outcome,
    PainPoint,
    Sitting,
    Week,
    figures,
    median7,
    pain_at_start,
    real_change,
    streak,
    strip,
    weeks,
)
from reminders.core.coming import Coming, coming
from reminders.core.wording import clock_words
from reminders.store.queries.page import Holder
from reminders.store.queries.page.days import rhythms_of, told_since
from reminders.web import charts
from reminders.web.house import now, session
from reminders.web.patient.calls import with_calls
from reminders.web.patient.holding import Doors
from reminders.web.patient.second_step import Place, behind_second_step
from reminders.web.patient.showing import framed, note_seen
from reminders.web.patient.view import Frame, short_date
from reminders.web.words import Words, counted, filled

FORTNIGHT: Final = 14
# The longest row of days the page tells of.
LOOKBACK: Final = timedelta(weeks=12)
LINE: Final = (296, 88)
_DAY: Final = timedelta(days=1)

bp = Doors("week", __name__)


@dataclass(frozen=True)
class DayLine:
    """One day of the week: its mark, its name, and what it was or will be.

    `word` stands in for the mark's own, where that would not be true.
    """

    mark: Mark
    name: str
    word: str
    what: str
    pain: int | None
    today: bool


@dataclass(frozen=True)
class PainLine:
    """Two weeks of pain as a line, and the finding in words."""

    spark: charts.Spark
    title: str
    finding: Markup


@dataclass(frozen=True)
class MyWeek:
    """Everything the page says."""

    right: str
    lead: str
    streak: str
    days: tuple[DayLine, ...]
    pain: PainLine | None


@dataclass(frozen=True)
class _Known:
    """What the page is made from; the sittings still to come are among the others."""

    sittings: tuple[Sitting, ...]
    times: Mapping[date, tuple[str, ...]]
    pains: Sequence[PainPoint]
    today: date
    now: datetime


@bp.get("/x/<token>/week")
@behind_second_step(Place.WEEK)
def show(holder: Holder, token: str) -> Response:
    """Show what was done, missed and is coming."""
    known = _known(holder, now())
    week = my_week(known, Frame.of(holder))
    note_seen(holder, "week seen")
    return framed("patient/week.html", holder, token, week=week)


def _known(holder: Holder, moment: datetime) -> _Known:
    today = schedule.local_day(moment, holder.zone)
    sunday = charts.monday(today) + 6 * _DAY
    written, pains = told_since(session(), holder.patient_id, today - LOOKBACK)
    rhythms = rhythms_of(session(), holder.patient_id, holder.zone)
    week_ends = schedule.day_ends(sunday, holder.zone)
    ahead = coming(rhythms, written.places.keys(), moment, week_ends)
    return _Known(
        sittings=(*written.sittings, *(_to_come(one, holder) for one in ahead)),
        times=_times(ahead, holder),
        pains=pains,
        today=today,
        now=moment,
    )


def _to_come(one: Coming, holder: Holder) -> Sitting:
    closes = schedule.day_ends(one.day, holder.zone)
    return Sitting(0, one.day, one.at, closes, excuse=Excuse.PAUSED if one.paused else None)


def _times(ahead: Sequence[Coming], holder: Holder) -> Mapping[date, tuple[str, ...]]:
    """At which times each day still has something to come."""
    return {
        day: tuple(
            clock_words(one.at.astimezone(holder.zone).time(), holder.language) for one in of_day
        )
        for day, of_day in groupby((one for one in ahead if not one.paused), lambda one: one.day)
    }


def my_week(known: _Known, frame: Frame) -> MyWeek:
    """Say it in the patient's language."""
    [week] = weeks(known.sittings, known.today, known.now, count=1)
    monday = short_date(week.monday, frame.lang)
    return MyWeek(
        right=f"{monday} – {short_date(week.monday + 6 * _DAY, frame.lang)}",
        lead=_lead(week, known, frame.w),
        streak=_streak(known, frame.w),
        days=tuple(_lines(week, known, frame.w)),
        pain=_pain(known, frame),
    )


def _lead(week: Week, known: _Known, w: Words) -> str:
    of_week = [one for one in known.sittings if one.day >= week.monday]
    counted_now = figures(of_week, known.now)
    if not counted_now.due:
        return w.week.nothing
    part = counted_now.part or ""
    return counted(w.week.lead, counted_now.due, done=counted_now.done, part=part)


def _streak(known: _Known, w: Words) -> str:
    kept = streak(known.sittings, known.now)
    return filled(w.week.streak, n=kept) if kept > 1 else w.week.fresh


def _lines(week: Week, known: _Known, w: Words) -> Iterator[DayLine]:
    pains = _by_day(known.pains)
    for day in week.days:
        today = day.day == known.today
        name = w.week.today if today else _weekday(day.day, w.lang)
        what = _what(day, known, w)
        word = w.week.open if day.mark is Mark.TO_COME and not what else ""
        yield DayLine(day.mark, name, word, what, pains.get(day.day), today)


def _weekday(day: date, lang: str) -> str:
    name = format_date(day, "EEEE", locale=lang)
    return name[0].upper() + name[1:]


def _what(day: DayMark, known: _Known, w: Words) -> str:
    """What to say beside the mark's own word: how many of several, or when it comes."""
    if day.mark is Mark.TO_COME:
        return ", ".join(filled(w.week.later, time=time) for time in known.times.get(day.day, ()))
    sittings = [one for one in known.sittings if one.day == day.day and one.excuse is None]
    if len(sittings) < 2:
        return ""
    done = sum(one.outcome is Outcome.DONE for one in sittings)
    return filled(w.week.of, done=str(done), n=len(sittings))


def _pain(known: _Known, frame: Frame) -> PainLine | None:
    """The line of two weeks with its finding; none without a number in them."""
    since = known.today - (FORTNIGHT - 1) * _DAY
    pains = {day: pain for day, pain in _by_day(known.pains).items() if day >= since}
    start = pain_at_start(known.pains)
    if not pains or start is None:
        return None
    days = [
        DayMark(one.day, one.mark, pains.get(one.day))
        for one in strip(known.sittings, known.today, known.now, FORTNIGHT)
    ]
    latest = median7(known.pains, max(pains))
    assert latest is not None
    began = filled(frame.w.week.began, start=f"{start:g}", now=f"{latest:g}")
    return PainLine(
        charts.spark(charts.spark_points(days), *LINE, days=FORTNIGHT),
        title=f"{frame.w.week.pain_title}. {began}",
        finding=with_calls(f"{began} {_change(start, latest, frame)}", frame.phone),
    )


def _change(start: float, latest: float, frame: Frame) -> str:
    w = frame.w.week
    if abs(latest - start) < real_change(start):
        return w.same
    if latest < start:
        return w.better
    return filled(w.worse, therapist=frame.therapist, phone=frame.phone)


def _by_day(pains: Sequence[PainPoint]) -> Mapping[date, int]:
    """The highest pain told of each day."""
    highest: dict[date, int] = {}
    for point in pains:
        highest[point.day] = max(point.value, highest.get(point.day, 0))
    return highest
