"""Who needs a person, and why?

Each rule looks at one patient's history and gives a reason or none; `reasons` puts the worst first.
The rules, with the thresholds a clinic starts with:

- Safety: a red flag that nobody has cleared. Hold: reminders stopped by a person or by the service.
- Pain up: a report of the last 4 days at 7 or more, or 2 or more above the median of the 7 days
  before it. One such report is enough; a better one after it does not take it back.
- Silent: no answer to the last 3 counted sessions, or none for 5 days with a session in them, and
  nothing else heard since. A session that is not counted is no silence.
- Message: words for a person; after 1 working day they come to today's list. Unclear: a reply that
  could not be read and so may be anything.
- Not delivered: 2 messages in a row.
- Not better: 70 % or more of the sessions of 28 days done, and pain less than 2 points and less than
  30 % under where it began.
- Under half: under 50 % of the sessions of 14 days done; not said of a silent patient.
- Doing well: 80 % or more in 14 days and pain down by a real change (or every session, where pain
  is not reported); only when nothing else is to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

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
from reminders.core.schedule import local_day

_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())


class AlertKind(StrEnum):
    """What a reason is about, worst first."""

    SAFETY = "safety"
    PAIN_UP = "pain_up"
    SILENT = "silent"
    MESSAGE = "message"
    UNCLEAR = "unclear"
    NOT_DELIVERED = "not_delivered"
    HOLD = "hold"
    NOT_BETTER = "not_better"
    UNDER_HALF = "under_half"
    DOING_WELL = "doing_well"

    @property
    def rank(self) -> int:
        return list(AlertKind).index(self)


class Urgency(StrEnum):
    """When a person should look, soonest first: the groups of the desk's list."""

    NOW = "now"
    TODAY = "today"
    WHEN_YOU_CAN = "when_you_can"
    GOOD_NEWS = "good_news"

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person should look: the finding as a sentence, and what it rests on."""

    kind: AlertKind
    urgency: Urgency
    sentence: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One message that did not arrive, and why in desk words: "the number is a landline"."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that waits for a person since a moment, with the words that belong to it."""

    since: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one patient; the zone is the patient's."""

    zone: ZoneInfo
    sittings: tuple[Sitting, ...] = ()
    pains: tuple[PainPoint, ...] = ()
    last_heard: datetime | None = None  # any word of the patient, whichever door it came by
    failures: tuple[Failure, ...] = ()  # since the last message that arrived
    unread: Standing | None = None  # the oldest message that no person has seen
    unclear: Standing | None = None  # the oldest reply that could not be read
    red_flag: Standing | None = None
    hold: Standing | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a reason begins; a clinic may set its own."""

    pain_high: int = 7
    pain_rise: int = 2
    pain_days: int = 4  # so that a Friday evening is still seen on Monday
    silent_sessions: int = 3
    silent_days: int = 5
    half_percent: int = 50
    well_percent: int = 80
    recent_days: int = 14
    fewest_sessions: int = 4  # a percentage of fewer says little
    effort_percent: int = 70
    effort_days: int = 28
    better_points: int = 2
    better_percent: int = 30
    undelivered: int = 2
    unread_workdays: int = 1
    workdays: frozenset[int] = frozenset(range(5))
    closed: frozenset[date] = frozenset()


DEFAULTS: Final = Thresholds()


@dataclass(frozen=True, slots=True)
class _Case:
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


def reasons(
    history: History, now: datetime, thresholds: Thresholds = DEFAULTS
) -> tuple[Reason, ...]:
    """Every reason to look at a patient, worst first; none when nothing is to say."""
    case = _Case(history, now, local_day(now, history.zone), thresholds)
    found = [reason for rule in _RULES if (reason := rule(case))]
    kinds = {reason.kind for reason in found}
    if AlertKind.SILENT in kinds:  # silence says it already, and why
        found = [reason for reason in found if reason.kind is not AlertKind.UNDER_HALF]
    if not found and (good_news := _doing_well(case)):
        found = [good_news]
    return tuple(sorted(found, key=lambda reason: (reason.urgency.rank, reason.kind.rank)))


def _red_flag(case: _Case) -> Reason | None:
    flag = case.history.red_flag
    if flag is None:
        return None
    sentence = f"A red flag waits to be cleared, since {case.clock(flag.since)}."
    return Reason(AlertKind.SAFETY, Urgency.NOW, sentence, _quoted(flag.words))


def _hold(case: _Case) -> Reason | None:
    hold = case.history.hold
    if hold is None:
        return None
    sentence = f"Reminders are on hold since {case.clock(hold.since)}."
    return Reason(AlertKind.HOLD, Urgency.TODAY, sentence, hold.words)


def _pain_up(case: _Case) -> Reason | None:
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


def _silent(case: _Case) -> Reason | None:
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


def _unanswered(case: _Case) -> list[Sitting]:
    """The closed sessions since the last answer and the last word, oldest first."""
    run: list[Sitting] = []
    heard = case.history.last_heard
    for sitting in sorted(case.history.sittings, key=lambda one: one.due_at, reverse=True):
        if sitting.outcome is not None or (heard is not None and sitting.due_at <= heard):
            break
        if mark(sitting, case.now) is Mark.NO_ANSWER:
            run.append(sitting)
    return run[::-1]


def _days_unheard(case: _Case, first: Sitting) -> int:
    return (case.now - (case.history.last_heard or first.due_at)).days


def _message(case: _Case) -> Reason | None:
    message = case.history.unread
    if message is None:
        return None
    waited = _workdays_waited(case, message.since)
    evidence = _joined(_quoted(message.words), f"{case.clock(message.since)}.")
    if waited < case.limits.unread_workdays:
        sentence = "A message waits to be read."
        return Reason(AlertKind.MESSAGE, Urgency.WHEN_YOU_CAN, sentence, evidence)
    sentence = f"A message has waited {_counted(waited, 'working day')}."
    return Reason(AlertKind.MESSAGE, Urgency.TODAY, sentence, evidence)


def _workdays_waited(case: _Case, since: datetime) -> int:
    """How many working days have gone by; one that comes on a day off waits from the next."""
    begun, now = (at.astimezone(case.history.zone) for at in (since, case.now))
    span = [begun.date() + n * _DAY for n in range((now.date() - begun.date()).days + 1)]
    working = [day for day in span if _is_workday(day, case.limits)]
    clock = begun.time() if _is_workday(begun.date(), case.limits) else time(0)
    return sum(datetime.combine(day, clock) <= now.replace(tzinfo=None) for day in working[1:])


def _is_workday(day: date, limits: Thresholds) -> bool:
    return day.weekday() in limits.workdays and day not in limits.closed


def _unclear(case: _Case) -> Reason | None:
    reply = case.history.unclear
    if reply is None:
        return None
    evidence = _joined(_quoted(reply.words), f"{case.clock(reply.since)}.")
    sentence = "A reply could not be read; it waits for a person."
    return Reason(AlertKind.UNCLEAR, Urgency.TODAY, sentence, evidence)


def _not_delivered(case: _Case) -> Reason | None:
    failures = case.history.failures
    if len(failures) < case.limits.undelivered:
        return None
    last = max(failures, key=lambda failure: failure.at)
    sentence = f"{_counted(len(failures), 'message')} not delivered: {last.words}."
    evidence = f"The last on {case.clock(last.at)}."
    return Reason(AlertKind.NOT_DELIVERED, Urgency.TODAY, sentence, evidence)


def _not_better(case: _Case) -> Reason | None:
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


def _pain_then_and_now(case: _Case) -> tuple[float, float] | None:
    """Where pain began and where it is, if it has been followed from the first week on."""
    pains, limits = case.history.pains, case.limits
    then, now = pain_at_start(pains), median7(pains, case.today)
    if then is None or now is None or then < limits.better_points:  # no room to get better
        return None
    followed = case.today - min(point.day for point in pains)
    return (then, now) if followed.days >= limits.effort_days - 7 else None


def _under_half(case: _Case) -> Reason | None:
    limits = case.limits
    found = case.recent(limits.recent_days)
    enough = found.due >= limits.fewest_sessions
    if not enough or _reaches(found, limits.half_percent):
        return None
    sentence = f"{found.done} of {found.due} sessions done in {limits.recent_days} days."
    rest = ((found.part, "in part"), (found.skipped, "skipped"), (found.no_answer, "no answer"))
    evidence = ", ".join(f"{count} {words}" for count, words in rest if count)
    return Reason(AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN, sentence, f"{evidence}.")


def _doing_well(case: _Case) -> Reason | None:
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


_RULES: Final[tuple[Callable[[_Case], Reason | None], ...]] = (
    _red_flag,
    _hold,
    _pain_up,
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
