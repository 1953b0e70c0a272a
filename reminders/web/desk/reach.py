"""May we write to this patient, on what ground, and does it arrive?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from reminders.channels import Reason, in_words
from reminders.store.conversation import State
from reminders.store.people import ConsentStep, Medium, Source, Why
from reminders.store.queries.history import FAILURES
from reminders.store.queries.patient import Header, Step
from reminders.store.queries.said import Sent
from reminders.web.desk import words

_HOW: Final = {"paper": "on paper", "in_person": "in person", "phone": "by phone"}
SHOWN_FAILURES: Final = 3
_ARRIVED: Final = {State.SENT, State.DELIVERED}


@dataclass(frozen=True)
class Way:
    """One way to reach a patient, and how it stands."""

    label: str
    address: str
    state: str
    last: str
    failures: tuple[str, ...]
    trouble: str
    short: str  # the same in two or three words, for the head of the page


@dataclass(frozen=True)
class Told:
    """What the database tells of the ways to one patient, and where they live."""

    header: Header
    steps: Sequence[Step]
    ours: Sequence[Sent]
    zone: ZoneInfo
    today: date


def ways(told: Told) -> list[Way]:
    """Text and email, each with its consent and what became of the letters."""
    return [_way(told, medium) for medium in Medium if _address(told.header, medium)]


def _way(told: Told, medium: Medium) -> Way:
    label = "Text" if medium is Medium.TEXT else "Email"
    steps = [step for step in told.steps if step.medium is medium]
    letters = [one for one in told.ours if one.medium is medium]
    return Way(
        f"{label}, for reminders" if told.header.medium is medium else label,
        _address(told.header, medium),
        words.dots(_consent(steps, told.zone, told.today), _arrived(letters)),
        _last(told, letters),
        tuple(_failure(told, one) for one in _failed(letters)),
        _trouble(told.header, medium, steps, letters),
        f"{label}: {_short(told.header, medium, steps, letters)}",
    )


def _last(told: Told, letters: Sequence[Sent]) -> str:
    last = next((one for one in letters if one.state in _ARRIVED), None)
    if last is None:
        return ""
    when = words.heard(last.at.astimezone(told.zone), told.today)
    # By a receipt; a mailbox hardly ever says.
    return when if last.state is State.DELIVERED else f"{when}, not confirmed"


def _failed(letters: Sequence[Sent]) -> list[Sent]:
    return [one for one in letters if one.state is State.FAILED][:SHOWN_FAILURES]


def _failure(told: Told, one: Sent) -> str:
    """When it failed, and why in half a sentence: what to do stands above it."""
    why = FAILURES.get(one.reason, FAILURES["unexplained"])
    code = f" ({one.code})" if one.code else ""
    return f"{words.day(one.at.astimezone(told.zone).date(), told.today)}: {why}{code}"


def _address(told: Header, medium: Medium) -> str:
    return words.phone(told.phone) if medium is Medium.TEXT else told.email or ""


def _consent(steps: Sequence[Step], zone: ZoneInfo, today: date) -> str:
    if not steps or steps[-1].step is ConsentStep.REVOKED:
        return "no consent"
    if steps[-1].step is ConsentStep.DOUBTED:
        return "in doubt since " + words.day(steps[-1].at.astimezone(zone).date(), today)
    given = steps[-1]
    day = words.day(given.at.astimezone(zone).date(), today)
    verb = "confirmed" if given.step is ConsentStep.CONFIRMED else "agreed"
    return f"{verb} {day}, {_HOW.get(given.how, given.how)}"


def _arrived(letters: Sequence[Sent]) -> str:
    left = [one for one in letters if one.state in _ARRIVED | {State.FAILED}]
    came = sum(one.state in _ARRIVED for one in left)
    return f"{came} of the last {len(left)} arrived" if left else ""


def _trouble(told: Header, medium: Medium, steps: Sequence[Step], letters: Sequence[Sent]) -> str:
    block = next((step for step in steps if step.blocked is not None), None)
    if block is not None:
        return _blocked(block, medium)
    if not steps or steps[-1].step is ConsentStep.REVOKED:
        return "Nothing is sent here without consent."
    if steps[-1].step is ConsentStep.DOUBTED:
        return "Silent for 60 days. Ask whether it is still theirs, and say so in their record."
    if medium is Medium.TEXT and told.landline:
        return in_words(Reason.NOT_A_MOBILE)
    last = next((one for one in letters if one.state in _ARRIVED | {State.FAILED}), None)
    if last is not None and last.state is State.FAILED and last.reason in set(Reason):
        return in_words(Reason(last.reason))
    return ""


def _short(told: Header, medium: Medium, steps: Sequence[Step], letters: Sequence[Sent]) -> str:
    block = next((step for step in steps if step.blocked is not None), None)
    if block is not None:
        return "stopped" if block.blocked is Why.OPT_OUT else "does not work"
    if not steps or steps[-1].step is ConsentStep.REVOKED:
        return "no consent"
    if steps[-1].step is ConsentStep.DOUBTED:
        return "in doubt"
    if medium is Medium.TEXT and told.landline:
        return "a landline"
    last = next((one for one in letters if one.state in _ARRIVED | {State.FAILED}), None)
    if last is None:
        return "agreed"
    return "agreed, arrives" if last.state in _ARRIVED else "the last one failed"


def _blocked(block: Step, medium: Medium) -> str:
    if block.blocked is Why.OPT_OUT:
        if block.blocked_by is Source.STAFF:
            return "Stopped here at their wish. Only their START brings it back."
        return in_words(Reason.OPTED_OUT if medium is Medium.TEXT else Reason.COMPLAINT)
    if block.blocked is Why.WRONG_NUMBER:
        return "They said this is the wrong number. Ask for the right one."
    return in_words(Reason.UNKNOWN_NUMBER if medium is Medium.TEXT else Reason.ADDRESS_REFUSED)
