"""What does each of these patients write, and when?

Pure and repeatable: the same day seen from the same today brings the same words, so that strip,
calendar, pain line and conversation of the demo are always those that were looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from string import Template
from zoneinfo import ZoneInfo

from reminders.core.adherence import Outcome
from reminders.core.schedule import local_day
from reminders.sandbox.demo.people import HOUSE, VOICES, Person

ZONE = ZoneInfo(HOUSE.zone)
SILENT_DAYS = 4
JUST_NOW = timedelta(minutes=20)
WORKDAYS = range(5)
_DAY = timedelta(days=1)
_OUTCOMES = {"d": Outcome.DONE, "p": Outcome.PART, "s": Outcome.SKIPPED}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPREAD = 0.7  # how far a day's pain strays from its level


@dataclass(frozen=True)
class Told:
    """What a patient answers to one reminder: words, or marks on the page where there are none."""

    text: str
    outcome: Outcome
    pain: int | None
    at: datetime


def answer(person: Person, due_at: datetime, now: datetime) -> Told | None:
    """The answer to the reminder of this moment; none where nothing came, or not yet."""
    today, due = local_day(now, ZONE), due_at.astimezone(ZONE)
    ago, slot = (today - due.date()).days, person.times.index(due.time())
    outcome = _OUTCOMES.get(person.pattern[ago % len(person.pattern)])
    if outcome is None or _speaks_otherwise(person, ago, today, now):
        return None
    luck = Random(f"{person.name} {ago} {slot}")  # noqa: S311 - variety, not secrecy
    pain = None if outcome is Outcome.SKIPPED else _pain(person, ago, luck)
    line = luck.choice(VOICES[person.voice][outcome])
    at = due_at + timedelta(minutes=luck.randint(*person.delay), seconds=luck.randrange(60))
    told = Told(Template(line).substitute(pain=pain), outcome, pain, at)
    return told if at <= now else None


def own_words(person: Person, now: datetime) -> Iterator[tuple[datetime, str]]:
    """What a patient wrote in words of their own, with the moment of each."""
    today = local_day(now, ZONE)
    for said in (*person.says, *((person.opted_out,) if person.opted_out else ())):
        moment = at_wall(today - said.ago * _DAY, said.at)
        if moment <= now:
            yield moment, said.text
    if person.question is not None:
        at, text = person.question
        yield at_wall(_asked_on(today, now, at), at), text
    if person.alarm is not None:
        at, text = person.alarm
        # This morning, however early somebody tries the demo.
        yield min(at_wall(today, at), now - JUST_NOW), text


def silent_from(person: Person, today: date) -> date | None:
    """The first day without an answer: the latest such weekday that is some days back."""
    if not person.silent_since:
        return None
    latest = today - SILENT_DAYS * _DAY
    return latest - (latest.weekday() - _WEEKDAYS.index(person.silent_since)) % 7 * _DAY


def at_wall(day: date, wall: time) -> datetime:
    """A wall time at the clinic."""
    return datetime.combine(day, wall, ZONE)


def _speaks_otherwise(person: Person, ago: int, today: date, now: datetime) -> bool:
    """Whether this day has words of its own, or none."""
    silent = silent_from(person, today)
    asked = person.question and (today - _asked_on(today, now, person.question[0])).days
    return (
        ago == asked
        or any(ago == said.ago for said in person.says)
        or (person.alarm is not None and ago == 0)
        or (person.opted_out is not None and ago <= person.opted_out.ago)
        or (silent is not None and ago <= (today - silent).days)
    )


def _asked_on(today: date, now: datetime, at: time) -> date:
    """The latest day whose question has waited for a full working day by now."""
    day = today - _DAY
    while day.weekday() not in WORKDAYS or at_wall(_next_workday(day), at) > now:
        day -= _DAY
    return day


def _next_workday(day: date) -> date:
    day += _DAY
    while day.weekday() not in WORKDAYS:
        day += _DAY
    return day


def _pain(person: Person, ago: int, luck: Random) -> int:
    """The pain of a day: on the line between the days given, give or take a little."""
    level = float(person.pain[0][1] if ago >= person.since else person.pain[-1][1])
    for (before, high), (after, low) in pairwise(person.pain):
        if after <= ago < before:
            level = low + (high - low) * (ago - after) / (before - after)
    return max(0, min(10, round(level + luck.uniform(-_SPREAD, _SPREAD))))
