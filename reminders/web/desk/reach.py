"""May we write to this patient, on what ground, and does it arrive?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from reminders.channels import Reason, in_words
from reminders.store.conversation import State
from reminders.store.people import ConsentStep, Medium, Source, Why
from reminders.store.queries.patient import Header, Sent, Step
from reminders.web.desk import words

_HOW: Final = {"paper": "on paper", "in_person": "in person", "phone": "by phone"}
_ARRIVED: Final = {State.SENT, State.DELIVERED}


@dataclass(frozen=True)
class Way:
    """One way to reach a patient, and how it stands."""

    label: str
    address: str
    state: str
    trouble: str


def ways(
    told: Header, steps: Sequence[Step], ours: Sequence[Sent], zone: ZoneInfo, today: date
) -> list[Way]:
    """Text and email, each with its consent and what became of the letters."""
    return [
        _way(told, medium, [step for step in steps if step.medium is medium], ours, zone, today)
        for medium in Medium
        if _address(told, medium)
    ]


def _way(
    told: Header,
    medium: Medium,
    steps: Sequence[Step],
    ours: Sequence[Sent],
    zone: ZoneInfo,
    today: date,
) -> Way:
    label = "Text" if medium is Medium.TEXT else "Email"
    letters = [one for one in ours if one.medium is medium]
    return Way(
        f"{label}, for reminders" if told.medium is medium else label,
        _address(told, medium),
        words.dots(_consent(steps, zone, today), _arrived(letters)),
        _trouble(told, medium, steps, letters),
    )


def _address(told: Header, medium: Medium) -> str:
    return words.phone(told.phone) if medium is Medium.TEXT else told.email or ""


def _consent(steps: Sequence[Step], zone: ZoneInfo, today: date) -> str:
    if not steps or steps[-1].step is ConsentStep.REVOKED:
        return "no consent"
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
    if medium is Medium.TEXT and told.landline:
        return in_words(Reason.NOT_A_MOBILE)
    last = next((one for one in letters if one.state in _ARRIVED | {State.FAILED}), None)
    if last is not None and last.state is State.FAILED and last.reason in set(Reason):
        return in_words(Reason(last.reason))
    return ""


def _blocked(block: Step, medium: Medium) -> str:
    if block.blocked is Why.OPT_OUT:
        if block.blocked_by is Source.STAFF:
            return "Stopped here at their wish. Only their START brings it back."
        return in_words(Reason.OPTED_OUT if medium is Medium.TEXT else Reason.COMPLAINT)
    if block.blocked is Why.WRONG_NUMBER:
        return "They said this is the wrong number. Ask for the right one."
    return in_words(Reason.UNKNOWN_NUMBER if medium is Medium.TEXT else Reason.ADDRESS_REFUSED)
