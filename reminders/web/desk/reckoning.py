"""What do the figures come to, and by which rule is each one counted?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from reminders.core.adherence import (
    Figures,
    Share,
    Sitting,
    TimeOfDay,
    between,
    by_time_of_day,
    exercises,
    figures,
    pain_stand,
    reported_days,
    streak,
    usual_hours,
)
from reminders.store.queries.plan import Version
from reminders.web.desk import words
from reminders.web.desk.course import Days, last_day

_TIMES: Final = {
    TimeOfDay.MORNING: "in the morning",
    TimeOfDay.AFTERNOON: "in the afternoon",
    TimeOfDay.EVENING: "in the evening",
}
_LEFT_OUT: Final = (
    ("paused", "paused"),
    ("safety", "stopped after a red flag"),
    ("opted_out", "opted out"),
    ("withheld", "kept back by our rules"),
    ("missed", "missed by our service"),
    ("failed", "not delivered"),
)


@dataclass(frozen=True)
class Line:
    """One figure with its whole, and the rule it follows."""

    name: str
    figure: str
    rule: str


@dataclass(frozen=True)
class Reckoning:
    """The figures of the weeks on the page; the first lines stand open, the rest on request."""

    first: tuple[Line, ...]
    rest: tuple[Line, ...]


def reckoning(days: Days, plan: Sequence[Version], zone: ZoneInfo) -> Reckoning:
    """Count what the calendar shows."""
    known = between(days.sittings, days.first, last_day(days))
    counted = figures(known, days.now)
    return Reckoning(
        first=(
            Line("Done of all prescribed", said(counted.plain), "Nothing left out on either side."),
            Line("Answered", said(counted.answered), "Done, part or skipped ÷ sessions counted."),
        ),
        rest=(
            Line(
                "Days reported",
                said(reported_days(known, days.now)),
                "Days with an answer ÷ days with a session that counts.",
            ),
            *_exercises(known, plan, days),
            *_left_out(counted),
            *_habits(known, zone, days),
            *_pain(days),
        ),
    )


def said(share: Share) -> str:
    """A part with its whole: "32 of 42, 76 %"."""
    if share.percent is None:
        return "nothing to count yet"
    return f"{share.part} of {share.whole}, {share.percent} %"


def _exercises(known: Iterable[Sitting], plan: Sequence[Version], days: Days) -> Iterator[Line]:
    asked_by = {row: asked for version in plan for row, asked in version.asked_by().items()}
    found = exercises(known, asked_by, days.now)
    rule = "Of the sessions counted; a part counts by what was ticked."
    if found.unlisted:
        rule += f" Left out: {words.counted(found.unlisted, 'part')} without ticks."
    yield Line("Exercises done", said(found.share), rule)


def _left_out(counted: Figures) -> Iterator[Line]:
    named = left_out(counted)
    if not named:
        return
    rule = "Not counted, done or not."
    if counted.done_uncounted:
        rule += f" Done all the same: {counted.done_uncounted}."
    yield Line("Left out", named, rule)


def left_out(counted: Figures) -> str:
    """Every reason by its name: they are different things."""
    parts = ((getattr(counted, field), label) for field, label in _LEFT_OUT)
    return ", ".join(f"{number} {label}" for number, label in parts if number)


def _habits(known: Sequence[Sitting], zone: ZoneInfo, days: Days) -> Iterator[Line]:
    in_a_row = words.counted(streak(known, days.now), "day")
    yield Line(
        "In a row", in_a_row, "Days with something done; one missed day in seven is forgiven."
    )
    parts = by_time_of_day(known, zone, days.now)
    if len(parts) > 1:
        told = "; ".join(
            f"{share.part} of {share.whole} {_TIMES[at]}" for at, share in parts.items()
        )
        yield Line("By time of day", told, "Done ÷ counted, by when the session was due.")
    hours = usual_hours(known, zone)
    if hours is not None:
        first, last = (words.clock(wall) for wall in hours)
        told = f"{first} to {last}" if first != last else f"about {first}"
        yield Line(
            "Answers mostly", told, "The middle half of the answers, by text, email or page."
        )


def _pain(days: Days) -> Iterator[Line]:
    stand = pain_stand(days.pains, days.today)
    if stand is None:
        return
    parts = [f"last {stand.latest.value}, {words.day(stand.latest.day, days.today)}"]
    if stand.median is not None:
        parts.append(f"7-day median {stand.median:g}")
        parts.append("a real change" if stand.is_real else "no real change")
    points = words.counted(stand.needed, "point")
    rule = (
        f"It began at {stand.start:g}, the first week’s median; {points} or more is a real change."
    )
    yield Line("Pain", "; ".join(parts), rule)
