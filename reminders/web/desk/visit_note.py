"""What goes into the chart about the time since the last visit?

Everything is what the patient reported, with its wholes; nothing is measured or concluded here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import render_template

from reminders.core import schedule
from reminders.core.adherence import (
    PainPoint,
    Sitting,
    between,
    exercises,
    figures,
    pain_stand,
    reported_days,
)
from reminders.core.replies import Intent
from reminders.store.conversation import Fate
from reminders.store.queries.patient import seen_before, standing_alerts
from reminders.store.queries.plan import Version, versions
from reminders.store.queries.said import Heard, Rung, spoken
from reminders.web.desk import words
from reminders.web.desk.access import bp, note, staff
from reminders.web.desk.calls import came_words
from reminders.web.desk.course import Days
from reminders.web.desk.patient import days_of, header_of
from reminders.web.desk.reckoning import left_out, said
from reminders.web.house import now, session

UNSEEN: Final = timedelta(days=28)  # how far back, where no visit is noted
MOST_WORDS: Final = 200
MOST_QUOTES: Final = 6


@dataclass(frozen=True)
class Part:
    """One heading of the page with its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """The days that a note is about; the day of the visit is not among them."""

    first: date
    last: date
    title: str

    def holds(self, day: date) -> bool:
        """Whether a day is among them."""
        return self.first <= day <= self.last


@bp.get("/patients/<int:patient_id>/since")
def visit_note(patient_id: int) -> str:
    """Show one page to copy into the chart, or to print."""
    told = header_of(patient_id)
    zone = schedule.zone(told.zone)
    today = schedule.local_day(now(), zone)
    period = _period(seen_before(session(), told.id, today), today)
    plan = versions(session(), told.id)
    days = days_of(told, plan, zone, period.first)
    talked = spoken(session(), told.id, MOST_WORDS)
    parts = [
        Part("Sessions", tuple(_sessions(days, plan, period))),
        Part("Pain, 0 to 10", tuple(_pain(days, period))),
        Part("Plan", tuple(_plan(plan, period, zone))),
        Part("In their words", tuple(_quotes(talked[0], period, zone))),
        Part("Calls", tuple(_calls(talked[1], period, zone))),
        Part("Open now", tuple(one.sentence for one in standing_alerts(session(), told.id))),
    ]
    note("patient.note_for_chart", f"patient:{told.id}")
    session().commit()
    return render_template(
        "desk/since.html",
        place="patients",
        told=told,
        period=period,
        parts=[part for part in parts if part.lines],
        made=f"{_on(today)}, {staff().name}",
    )


def _period(visit: date | None, today: date) -> Period:
    if visit is None:
        first = today - UNSEEN + timedelta(days=1)
        return Period(first, today, f"The last {UNSEEN.days} days, for no visit is noted")
    length = words.counted((today - visit).days, "day")
    title = f"Since the last visit, {_on(visit)}: {length}"
    return Period(visit + timedelta(days=1), today, title)


def _on(day: date) -> str:
    """A day in full: what stands in a chart is read in another year."""
    return format_date(day, "EEE d MMM y", locale="en")


def _sessions(days: Days, plan: Sequence[Version], period: Period) -> Iterator[str]:
    known = between(days.sittings, period.first, period.last)
    counted = figures(known, days.now)
    rest = ((counted.part, "part"), (counted.skipped, "skipped"), (counted.no_answer, "no answer"))
    told = "".join(f"; {number} {word}" for number, word in rest if number)
    yield f"Done: {said(counted.sessions)}{told}."
    yield f"Done of all prescribed: {said(counted.plain)}."
    yield f"Days reported: {said(reported_days(known, days.now))}."
    yield from _exercises(known, plan, days)
    if named := left_out(counted):
        yield f"Not counted: {named}."


def _exercises(known: Sequence[Sitting], plan: Sequence[Version], days: Days) -> Iterator[str]:
    asked_by = {row: asked for version in plan for row, asked in version.asked_by().items()}
    found = exercises(known, asked_by, days.now)
    if found.share.whole:
        yield f"Exercises done: {said(found.share)}."


def _pain(days: Days, period: Period) -> Iterator[str]:
    told = [point for point in days.pains if period.holds(point.day)]
    if not told:
        yield "None reported."
        return
    highest = max(told, key=lambda point: point.value)
    yield (
        f"{words.counted(len(told), 'report')}, "
        f"{_point(told[-1], 'last')}, {_point(highest, 'highest')}."
    )
    stand = pain_stand(days.pains, days.today)
    if stand is not None and stand.median is not None:
        change = "a real change" if stand.is_real else "no real change"
        rule = words.counted(stand.needed, "point")
        yield (
            f"7-day median {stand.median:g}, began at {stand.start:g}: {change} "
            f"({rule} or more counts)."
        )


def _point(point: PainPoint, which: str) -> str:
    return f"{which} {point.value} ({_on(point.day)})"


def _plan(plan: Sequence[Version], period: Period, zone: ZoneInfo) -> Iterator[str]:
    for one in plan:
        made = one.made_at.astimezone(zone).date()
        if period.holds(made):
            change = one.change or "No words were kept."
            yield f"Plan {one.number}, {_on(made)}: {change}"
    current = next((one for one in plan if one.current), None)
    if current is None:
        yield "No plan is in force."
    else:
        phase = f", phase {current.phase}" if current.phase else ""
        count = words.counted(current.exercises, "exercise")
        yield f"In force: plan {current.number}{phase}, {count}."


def _quotes(replies: Sequence[Heard], period: Period, zone: ZoneInfo) -> Iterator[str]:
    """What was written for a person to read, oldest first."""
    for_us = [
        one
        for one in replies
        if one.text
        and (one.fate is Fate.FOR_A_PERSON or one.intent == Intent.MESSAGE)
        and period.holds(one.at.astimezone(zone).date())
    ]
    newest = sorted(for_us, key=lambda one: one.at)[-MOST_QUOTES:]
    for one in newest:
        yield f"{_on(one.at.astimezone(zone).date())}: “{one.text}”"


def _calls(calls: Sequence[Rung], period: Period, zone: ZoneInfo) -> Iterator[str]:
    for one in sorted(calls, key=lambda one: one.at):
        day = one.at.astimezone(zone).date()
        if period.holds(day):
            came = came_words(reached=one.reached, left_word=one.left_word, incoming=one.incoming)
            told = f": {one.note}" if one.note else ""
            yield f"{words.about(_on(day), one.author)}: {came}{told}"
