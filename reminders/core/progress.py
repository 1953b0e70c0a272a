"""Is a patient ready for more, in need of less, or not helped?

Suggestions to a person, never a decision: each has a sentence with its figures and what it rests
on. The rules:

- Ready: the patient has been in the phase for as many days as its goal asks, and the reported
  sessions and the 7-day median of pain reach it. A goal without figures suggests nothing.
- Step back: on 2 days of the last 14, since the version began, pain was 2 or more above the median
  of the 7 days before. It outranks being ready.
- Not helping: triage's "not better" (70 % or more of the sessions of 28 days done; pain less than
  2 points and less than 30 % under where it began): another approach, a closer look, a referral.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from reminders.core.adherence import between, figures, median7
from reminders.core.programme import Goal
from reminders.core.schedule import local_day
from reminders.core.triage import DEFAULTS, AlertKind, History, reasons
from reminders.core.wording import day_words

RISES: Final = 2
RISE_DAYS: Final = 14
_DAY: Final = timedelta(days=1)


class Step(StrEnum):
    """What a suggestion is about."""

    READY = "ready"
    BACK = "back"
    NOT_HELPING = "not_helping"


@dataclass(frozen=True)
class Progress:
    """Where a patient stands in the plan; dates are the patient's."""

    history: History
    version_since: date
    phase: str = ""
    phase_since: date | None = None
    goal: Goal = field(default=Goal())
    following: str = ""  # the name of the next phase, if there is one


@dataclass(frozen=True)
class Suggestion:
    """Something to decide: the finding as a sentence, and what it rests on."""

    step: Step
    sentence: str
    evidence: str = ""


def suggestions(progress: Progress, now: datetime) -> tuple[Suggestion, ...]:
    """What a person should decide about this plan, most pressing first."""
    today = local_day(now, progress.history.zone)
    back = tuple(_back(progress, today))
    ready = () if back else tuple(_ready(progress, today, now))
    return (*back, *ready, *_not_helping(progress, now))


def _back(progress: Progress, today: date) -> Iterator[Suggestion]:
    worse = dict(_rises(progress, today))
    if len(worse) < RISES:
        return
    days = sorted(worse)[-RISES:]
    told = " and ".join(f"{worse[day]} {_when(day, today)}" for day in days)
    usual = median7(progress.history.pains, days[0] - _DAY)
    yield Suggestion(
        Step.BACK,
        f"Pain rose twice: {told}; the week before {usual:g}.",
        f"Two or more days at {DEFAULTS.pain_rise} points above the median of the week before, "
        f"within {RISE_DAYS} days of this plan.",
    )


def _when(day: date, today: date) -> str:
    said = day_words(day, today, "en")
    return said if (today - day).days < 2 else f"on {said}"


def _rises(progress: Progress, today: date) -> Iterator[tuple[date, int]]:
    """The days on which pain stood above the week before; the highest report of each."""
    first = max(progress.version_since, today - (RISE_DAYS - 1) * _DAY)
    recent = (point for point in progress.history.pains if point.day >= first)
    for point in sorted(recent, key=lambda point: (point.day, point.value)):
        usual = median7(progress.history.pains, point.day - _DAY)
        if usual is not None and point.value - usual >= DEFAULTS.pain_rise:
            yield point.day, point.value


def _ready(progress: Progress, today: date, now: datetime) -> Iterator[Suggestion]:
    goal, since = progress.goal, progress.phase_since
    if not goal.set or since is None or (today - since).days < goal.days:
        return
    met = [*_sessions(progress, today, now), *_pain(progress, today)]
    if not all(met):
        return
    name, following = progress.phase, progress.following
    after = f"Ready for {following}" if following else f"The goal of {name} is reached"
    wanted = [
        f"{goal.sessions_percent} % of the sessions" if goal.sessions_percent is not None else "",
        f"pain {goal.pain} or less" if goal.pain is not None else "",
    ]
    yield Suggestion(
        Step.READY,
        f"{after}: {', '.join(met)}.",
        f"{name} asks for {' and '.join(filter(None, wanted))} over {goal.days} days.",
    )


def _sessions(progress: Progress, today: date, now: datetime) -> Iterator[str]:
    """The sessions in words, or nothing said where they do not reach the goal."""
    wanted, days = progress.goal.sessions_percent, progress.goal.days
    if wanted is None:
        return
    recent = between(progress.history.sittings, today - (days - 1) * _DAY, today)
    found = figures(recent, now)
    enough = found.due >= DEFAULTS.fewest_sessions and 100 * found.done >= wanted * found.due
    yield f"{found.done} of {found.due} sessions in {days} days" if enough else ""


def _pain(progress: Progress, today: date) -> Iterator[str]:
    """Pain in words, or nothing said where it is too high or not told."""
    if progress.goal.pain is None:
        return
    latest = median7(progress.history.pains, today)
    reached = latest is not None and latest <= progress.goal.pain
    yield f"pain {latest:g}" if reached else ""


def _not_helping(progress: Progress, now: datetime) -> Iterator[Suggestion]:
    for reason in reasons(progress.history, now):
        if reason.kind is AlertKind.NOT_BETTER:
            yield Suggestion(Step.NOT_HELPING, reason.sentence, reason.evidence)
