"""Does this reason hold for this patient?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from reminders.core.adherence import (
    Figures,
    Mark,
    PainPoint,
    Sitting,
    between,
    figures,
    mark,
    median7,
    pain_at_start,
    real_change,
)
from reminders.core.hours import workdays_waited
from reminders.core.triage.values import (
    AlertKind,
    History,
    Reason,
    Thresholds,
    Urgency,
)

_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One patient on one day, as the rules look at it."""

    history: History
    now: datetime
    today: date
    limits: Thresholds

    def recent(self, days: int) -> Figures:
        first = self.today - (days - 1) * _DAY
        return figures(between(self.history.sittings, first, self.today), self.now)

    def known_for(self, days: int) -> bool:
        first = min((sitting.day for sitting in self.history.sittings), default=self.today)
        return first <= self.today - (days - 1) * _DAY

    def clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.history.zone)
        half = "am" if local.hour < 12 else "pm"
        return f"{_day_words(local.date())}, {local.hour % 12 or 12}:{local:%M} {half}"


def _red_flag(case: Case) -> Reason | None:
    since = case.history.red_flag_since
    if since is None:
        return None
    sentence = f"A red flag waits to be cleared, since {case.clock(since)}."
    return Reason(AlertKind.SAFETY, Urgency.NOW, sentence, _quoted(case.history.red_flag_words))


def _hold(case: Case) -> Reason | None:
    since = case.history.hold_since
    if since is None:
        return None
    sentence = f"Reminders have been on hold since {case.clock(since)}."
    return Reason(AlertKind.HOLD, Urgency.TODAY, sentence, case.history.hold_words)


def _pain_up(case: Case) -> Reason | None:
    pains, limits = case.history.pains, case.limits
    recent = [point for point in pains if point.day > case.today - limits.pain_days * _DAY]
    high = [point for point in recent if _is_high(point, pains, limits)]
    if not high:
        return None
    worst = max(high, key=lambda point: (point.value, point.day, point.at))
    usual = median7(pains, worst.day - _DAY)
    latest = max(pains, key=lambda point: (point.day, point.at))
    sentence = f"Pain {worst.value} on {_day_words(worst.day)}"
    sentence += "." if usual is None else f"; own 7-day median is {usual:g}."
    evidence = "" if latest is worst else f"Since then {latest.value}, {_day_words(latest.day)}."
    return Reason(AlertKind.PAIN_UP, Urgency.TODAY, sentence, evidence)


def _is_high(point: PainPoint, pains: Sequence[PainPoint], limits: Thresholds) -> bool:
    # The days before it only: a report must not soften the median it is held against.
    usual = median7(pains, point.day - _DAY)
    risen = usual is not None and point.value >= usual + limits.pain_rise
    return risen or point.value >= limits.pain_high


def _unsettled(case: Case) -> Reason | None:
    limits = case.limits
    since = case.today - limits.unsettled_days * _DAY
    lately = sorted(
        (point for point in case.history.mornings if point.day > since),
        key=lambda point: (point.day, point.at),
    )[-limits.unsettled_mornings :]
    settled = any(point.value < case.history.settled_below for point in lately)
    if settled or len(lately) < limits.unsettled_mornings:
        return None
    told = ", ".join(f"{point.value} on {_day_words(point.day)}" for point in lately)
    sentence = f"Pain had not settled by the next morning, {len(lately)} times in a row."
    return Reason(AlertKind.UNSETTLED, Urgency.TODAY, sentence, f"{told}.")


def _silent(case: Case) -> Reason | None:
    unanswered = _unanswered(case)
    if not unanswered:
        return None
    since = unanswered[0].day
    if len(unanswered) >= case.limits.silent_sessions:
        sentence = f"No answer to the last {len(unanswered)} sessions, since {_day_words(since)}."
    elif (days := _days_unheard(case, unanswered[0])) >= case.limits.silent_days:
        count = _counted(len(unanswered), "session")
        sentence = f"Nothing heard for {days} days, with {count} in them."
    else:
        return None
    heard = case.history.last_heard
    evidence = f"Last heard {case.clock(heard)}." if heard else "Not heard from so far."
    return Reason(AlertKind.SILENT, Urgency.TODAY, sentence, evidence)


def _unanswered(case: Case) -> list[Sitting]:
    """The closed sessions since the last answer and the last word, oldest first."""
    run: list[Sitting] = []
    heard = case.history.last_heard
    for sitting in sorted(case.history.sittings, key=lambda one: one.due_at, reverse=True):
        if sitting.outcome is not None or (heard is not None and sitting.due_at <= heard):
            break
        if mark(sitting, case.now) is Mark.NO_ANSWER:
            run.append(sitting)
    return run[::-1]


def _days_unheard(case: Case, first: Sitting) -> int:
    return (case.now - (case.history.last_heard or first.due_at)).days


def _message(case: Case) -> Reason | None:
    since = case.history.unread_since
    if since is None:
        return None
    waited = workdays_waited(since, case.now, case.history.zone, case.limits.on)
    evidence = _joined(_quoted(case.history.unread_words), f"{case.clock(since)}.")
    if waited < case.limits.unread_workdays:
        sentence = "A message waits to be read."
        return Reason(AlertKind.MESSAGE, Urgency.WHEN_YOU_CAN, sentence, evidence)
    sentence = f"A message has waited {_counted(waited, 'working day')}."
    return Reason(AlertKind.MESSAGE, Urgency.TODAY, sentence, evidence)


def _unclear(case: Case) -> Reason | None:
    since = case.history.unclear_since
    if since is None:
        return None
    evidence = _joined(_quoted(case.history.unclear_words), f"{case.clock(since)}.")
    sentence = "A reply could not be read; it waits for a person."
    return Reason(AlertKind.UNCLEAR, Urgency.TODAY, sentence, evidence)


def _not_delivered(case: Case) -> Reason | None:
    failures = case.history.failures
    if len(failures) < case.limits.undelivered:
        return None
    last = max(failures, key=lambda failure: failure.at)
    sentence = f"{_counted(len(failures), 'message')} not delivered: {last.words}."
    evidence = f"The last on {case.clock(last.at)}."
    return Reason(AlertKind.NOT_DELIVERED, Urgency.TODAY, sentence, evidence)


def _not_better(case: Case) -> Reason | None:
    limits = case.limits
    found = case.recent(limits.effort_days)
    pain = _pain_then_and_now(case)
    tries = case.known_for(limits.effort_days) and _reaches(found, limits.effort_percent)
    if pain is None or not tries:
        return None
    then, now = pain
    gain = then - now
    if gain >= limits.better_points or 100 * gain >= limits.better_percent * then:
        return None
    moved = "has not moved" if gain == 0 else "has hardly moved" if gain > 0 else "is higher"
    return Reason(
        AlertKind.NOT_BETTER,
        Urgency.WHEN_YOU_CAN,
        f"Does it, and pain {moved}: {found.done} of {found.due} sessions, "
        f"{then:g} then, {now:g} now.",
        f"{limits.effort_days} days, change {abs(gain):g}; better is {limits.better_points} points "
        f"or {limits.better_percent} % down.",
    )


def _pain_then_and_now(case: Case) -> tuple[float, float] | None:
    """Where pain began and where it is, if it has been followed from the first week on."""
    pains, limits = case.history.pains, case.limits
    then, now = pain_at_start(pains), median7(pains, case.today)
    if then is None or now is None or then < limits.better_points:  # no room to get better
        return None
    followed = case.today - min(point.day for point in pains)
    return (then, now) if followed.days >= limits.effort_days - 7 else None


def _under_half(case: Case) -> Reason | None:
    limits = case.limits
    found = case.recent(limits.recent_days)
    enough = found.due >= limits.fewest_sessions
    if not enough or _reaches(found, limits.half_percent):
        return None
    sentence = f"{found.done} of {found.due} sessions done in {limits.recent_days} days."
    rest = ((found.part, "in part"), (found.skipped, "skipped"), (found.no_answer, "no answer"))
    evidence = ", ".join(f"{count} {words}" for count, words in rest if count)
    return Reason(AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN, sentence, f"{evidence}.")


def doing_well(case: Case) -> Reason | None:
    limits = case.limits
    found = case.recent(limits.recent_days)
    enough = case.known_for(limits.recent_days) and found.due >= limits.fewest_sessions
    if not enough or not _reaches(found, limits.well_percent):
        return None
    sentence = f"{found.done} of {found.due} sessions done in {limits.recent_days} days"
    then, now = pain_at_start(case.history.pains), median7(case.history.pains, case.today)
    if then is not None and now is not None and then - now >= real_change(then):
        sentence += f"; pain {then:g} → {now:g}, a real change"
    elif then is not None or found.done < found.due:
        return None
    return Reason(AlertKind.DOING_WELL, Urgency.GOOD_NEWS, f"{sentence}.")


def _reaches(found: Figures, percent: int) -> bool:
    return found.due > 0 and 100 * found.done >= percent * found.due


RULES: Final[tuple[Callable[[Case], Reason | None], ...]] = (
    _red_flag,
    _hold,
    _pain_up,
    _unsettled,
    _silent,
    _message,
    _unclear,
    _not_delivered,
    _not_better,
    _under_half,
)


def _day_words(day: date) -> str:
    """A date as the desk writes it, whatever the locale of the process: Mon 16 Nov."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _quoted(words: str) -> str:
    return f"“{words}”" if words else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
