"""How has one patient been: the calendar, the pain, and since the last visit?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from reminders.core.adherence import (
    Figures,
    Mark,
    PainPoint,
    Sitting,
    Week,
    between,
    figures,
    median7,
    medians7,
    pain_at_start,
    real_change,
    weeks,
)
from reminders.core.schedule import Pause
from reminders.store.queries.plan import Version
from reminders.web import charts
from reminders.web.desk import words

WEEKS: Final = 8
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """Everything that a patient's days are drawn from; dates are the patient's."""

    sittings: Sequence[Sitting]
    pains: Sequence[PainPoint]
    versions: Sequence[tuple[date, str]]
    pauses: Sequence[Pause]
    today: date
    now: datetime

    @property
    def first(self) -> date:
        """The Monday of the oldest week on the page."""
        return charts.monday(self.today) - (WEEKS - 1) * 7 * _DAY


@dataclass(frozen=True)
class Calendar:
    """Eight weeks with their counts."""

    weeks: tuple[charts.WeekRow, ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Course:
    """The pain chart, wide and narrow, with the finding and the rule in words."""

    wide: charts.PainChart
    narrow: charts.PainChart
    finding: str
    rule: str


def calendar(days: Days) -> Calendar:
    """Draw eight weeks; the legend carries the counts, so it is the table of figures."""
    drawn = weeks(days.sittings, days.today, days.now, WEEKS)
    counted = figures(between(days.sittings, days.first, last_day(days)), days.now)
    return Calendar(charts.calendar(drawn, days.today), _legend(counted, drawn))


def last_day(days: Days) -> date:
    """The Sunday of the newest week on the page."""
    return days.first + WEEKS * 7 * _DAY - _DAY


def _legend(counted: Figures, drawn: Iterable[Week]) -> tuple[tuple[str, str], ...]:
    percent = counted.sessions_percent
    done = f"{counted.done} of {counted.due}" + (f", {percent} %" if percent is not None else "")
    rest = Counter(day.mark for week in drawn for day in week.days)[Mark.REST]
    stopped = counted.paused + counted.opted_out + counted.safety
    ours = counted.withheld + counted.missed + counted.failed
    return (
        (Mark.DONE.value, done),
        (Mark.PART.value, str(counted.part)),
        (Mark.SKIPPED.value, str(counted.skipped)),
        (Mark.NO_ANSWER.value, str(counted.no_answer)),
        (Mark.PAUSED.value, str(stopped)),
        (Mark.NOT_DELIVERED.value, str(ours)),
        (Mark.REST.value, str(rest)),
        (Mark.TO_COME.value, str(counted.open)),
    )


def course(days: Days) -> Course | None:
    """Draw the pain of eight weeks, or nothing where none was told."""
    if not any(point.day >= days.first for point in days.pains):
        return None
    history = _history(days)
    finding = _finding(days.pains, days.today)
    return Course(
        charts.pain_chart(history),
        charts.pain_chart(history, charts.NARROW),
        finding,
        _rule(days.pains),
    )


def _history(days: Days) -> charts.PainHistory:
    first = max(days.first, min(point.day for point in days.pains))
    span = [first + n * _DAY for n in range((days.today - first).days + 1)]
    start = pain_at_start(days.pains)
    points = [point for point in days.pains if point.day >= first]
    return charts.PainHistory(
        first=first,
        last=max(days.today, first + _DAY),
        reports=[(point.day, point.value) for point in points],
        medians=medians7(days.pains, span),
        band=(start - real_change(start), start + real_change(start))
        if start is not None
        else None,
        versions=_versions(days.versions, first),
        pauses=[(pause.first, pause.last or days.today) for pause in days.pauses],
    )


def _versions(versions: Sequence[tuple[date, str]], first: date) -> list[tuple[date, str]]:
    """Each version at its day; the one in force at the start stands at the start."""
    before = [name for day, name in versions if day <= first]
    at_start = [(first, before[-1])] if before else []
    # Of two versions of one day only the later was ever followed.
    later = {day: name for day, name in versions if day > first}
    return [*at_start, *later.items()]


def _finding(pains: Sequence[PainPoint], today: date) -> str:
    start, latest = pain_at_start(pains), median7(pains, today)
    if start is None or latest is None:
        return f"Pain last told {words.day(max(point.day for point in pains), today)}"
    moved = abs(latest - start) >= real_change(start)
    change = "a real change" if moved else "no real change"
    return f"Pain {latest:g}, began at {start:g}: {change}"


def _rule(pains: Sequence[PainPoint]) -> str:
    start = pain_at_start(pains)
    assert start is not None
    points = words.counted(real_change(start), "point")
    return (
        f"From {start:g}, a real change is {points} or more, by the 7-day median. "
        "Days without a report are left out, not drawn as 0."
    )


@dataclass(frozen=True)
class Since:
    """What happened since the patient was last seen, to copy into a note."""

    title: str
    facts: tuple[str, ...]


def since(days: Days, visit: date | None, changes: Sequence[Version]) -> Since | None:
    """Five facts at most since the last visit; nothing where there was none yet."""
    if visit is None:
        return None
    told = [point for point in days.pains if point.day > visit]
    counted = figures(between(days.sittings, visit + _DAY, days.today), days.now)
    facts = (_sessions(counted), _not_counted(counted), _pain(days, told, visit), *_edits(changes))
    length = words.counted((days.today - visit).days, "day")
    title = f"{words.opening(words.day(visit, days.today))} to today, {length}"
    return Since(title, tuple(fact for fact in facts if fact)[:5])


def _sessions(counted: Figures) -> str:
    if not counted.due:
        return "No session has been counted yet"
    rest = (
        (counted.part, "part"),
        (counted.skipped, "skipped"),
        (counted.no_answer, "no answer"),
    )
    said = ", ".join(f"{number} {what}" for number, what in rest if number)
    return f"{counted.done} of {counted.due} sessions done" + (f", {said}" if said else "")


def _not_counted(counted: Figures) -> str:
    ours = counted.withheld + counted.missed + counted.failed
    stopped = counted.paused + counted.opted_out + counted.safety
    parts = ((stopped, "paused"), (ours, "not delivered"))
    said = ", ".join(f"{number} {what}" for number, what in parts if number)
    return f"Not counted: {said}" if said else ""


def _pain(days: Days, told: Sequence[PainPoint], visit: date) -> str:
    if not told:
        return "No pain reported"
    then, latest = median7(days.pains, visit), median7(days.pains, days.today)
    highest = max(point.value for point in told)
    if then is None or latest is None:
        return f"Pain last {told[-1].value}, highest {highest}"
    return f"Pain median {then:g} → {latest:g}, highest {highest}"


def _edits(changes: Sequence[Version]) -> list[str]:
    return [f"Plan {one.number}: {one.change}" for one in changes if one.change]
