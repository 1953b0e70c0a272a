"""What is still missing before a clinic can begin?

Each line is read off facts that stand in rows: nobody ticks anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reminders.core import schedule
from reminders.core.founding import LONGEST_SHORT_NAME
from reminders.core.wording import LANGUAGES, Encoding, measure


class Step(StrEnum):
    """One thing that a clinic needs, in the order in which it is best done."""

    NAMES = "names"
    PLACE = "place"
    HOURS = "hours"
    NUMBERS = "numbers"
    CONTACT = "contact"
    SENDER = "sender"
    DOOR = "door"
    MAIL = "mail"
    WORDINGS = "wordings"
    THERAPIST = "therapist"
    PATIENT = "patient"
    TEXT = "text"


# Without these no patient is well served; the others are good to have before the first one.
NEEDED: Final = frozenset(Step) - {Step.HOURS, Step.MAIL, Step.WORDINGS}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the rows of a clinic say; a proof is a test that went well, or better: real traffic."""

    name: str
    short_name: str
    phone: str
    zone: str
    language: str
    emergency: str
    crisis: str
    contact_has_phone: bool = False
    hours_kept: bool = False
    texts_from: str = ""
    texts_proved: bool = False
    door_proved: bool = False
    mails_from: str = ""
    mail_proved: bool = False
    wordings_seen: bool = False
    has_therapist: bool = False
    has_patient: bool = False
    text_arrived: bool = False


@dataclass(frozen=True)
class Line:
    """One thing, and whether it is there."""

    step: Step
    done: bool

    @property
    def needed(self) -> bool:
        return self.step in NEEDED


def checklist(known: Known) -> tuple[Line, ...]:
    """Every line, in order."""
    done = _done(known)
    return tuple(Line(step, done[step]) for step in Step)


def complete(lines: tuple[Line, ...]) -> bool:
    """Whether all that is needed is there."""
    return all(line.done for line in lines if line.needed)


def _done(known: Known) -> Mapping[Step, bool]:
    return {
        Step.NAMES: bool(known.name and known.phone) and _fits(known.short_name),
        Step.PLACE: _is_zone(known.zone) and known.language in LANGUAGES,
        Step.HOURS: known.hours_kept,
        Step.NUMBERS: bool(known.emergency and known.crisis),
        Step.CONTACT: known.contact_has_phone,
        Step.SENDER: bool(known.texts_from) and known.texts_proved,
        Step.DOOR: known.door_proved,
        Step.MAIL: bool(known.mails_from) and known.mail_proved,
        Step.WORDINGS: known.wordings_seen,
        Step.THERAPIST: known.has_therapist,
        Step.PATIENT: known.has_patient,
        Step.TEXT: known.text_arrived,
    }


def _fits(short_name: str) -> bool:
    """Every text begins with it, and it must not turn 160 letters into 70."""
    plain = measure(short_name).encoding is Encoding.GSM7
    return plain and 0 < len(short_name) <= LONGEST_SHORT_NAME


def _is_zone(name: str) -> bool:
    try:
        schedule.zone(name)
    except ValueError:
        return False
    return True
