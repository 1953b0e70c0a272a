"""What is missing, where is it done, and why does it matter?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import render_template, url_for

from reminders.core.setting_up import Line, Step, checklist, complete
from reminders.store.queries.set_up import known_of
from reminders.web.desk.access import bp, clinic, may_set_up
from reminders.web.desk.today import today
from reminders.web.house import house, session


@dataclass(frozen=True)
class Place:
    """Where a line is brought about."""

    title: str
    why: str
    endpoint: str
    label: str = "Look and change"

    @property
    def href(self) -> str:
        return url_for(self.endpoint)


PLACES: Final[Mapping[Step, Place]] = {
    Step.NAMES: Place(
        "Name, short name and phone",
        "Every text begins with the short name, and patients are told to call this phone.",
        "desk.details",
    ),
    Step.PLACE: Place(
        "Time zone and language",
        "Hours and days are the clinic’s own; each patient can have others.",
        "desk.details",
    ),
    Step.HOURS: Place(
        "Hours, working days and closed days",
        "Texts keep to the hours for texts. Calls are put through while somebody is there.",
        "desk.hours",
    ),
    Step.NUMBERS: Place(
        "Emergency and crisis numbers",
        "A patient in danger is told to call them at once. No text leaves without them.",
        "desk.safety",
    ),
    Step.CONTACT: Place(
        "Safety contact with a mobile",
        "This person hears first of a red flag. No text leaves without one.",
        "desk.safety",
    ),
    Step.SENDER: Place(
        "Number that texts leave from",
        "Asked of the provider without sending anything: is the account right, the number yours?",
        "desk.sending",
        "Try it",
    ),
    Step.DOOR: Place(
        "Answers find their way back",
        "The provider brings replies, STOP and receipts to your public address.",
        "desk.sending",
        "Try it",
    ),
    Step.MAIL: Place(
        "Mail server",
        "For patients who prefer email, and for invitations and alerts to staff.",
        "desk.sending",
        "Try it",
    ),
    Step.WORDINGS: Place(
        "Wordings seen",
        "Read once what patients will get, and put it in your words where you like.",
        "desk.wordings",
        "Read them",
    ),
    Step.THERAPIST: Place(
        "First therapist",
        "Therapists answer for the plans, and for what is said to patients.",
        "desk.people",
        "Invite",
    ),
    Step.PATIENT: Place(
        "First patient",
        "With the consent that the law asks for: two ticks, said in the patient’s words.",
        "desk.new_patient",
        "Take in",
    ),
    Step.TEXT: Place(
        "A text has arrived",
        "A test to your own mobile goes the way that a patient’s reminder goes.",
        "desk.sending",
        "Send it",
    ),
}


@dataclass(frozen=True)
class Row:
    """One line as it is shown."""

    line: Line
    place: Place

    @property
    def state(self) -> str:
        if self.line.done:
            return "Done"
        return "Missing" if self.line.needed else "Worth doing"


@bp.get("")
def land() -> str:
    """Where whoever signs in arrives: Today, or what an admin has still to do."""
    undone = may_set_up() and not complete(checklist(known_of(session(), clinic())))
    return set_up() if undone else today()


@bp.get("/clinic/set-up")
def set_up() -> str:
    """Show each line, with what to do about it."""
    lines = checklist(known_of(session(), clinic()))
    # What is still to do first: on a phone nobody looks for it below eleven lines that are done.
    in_turn = sorted(lines, key=lambda line: line.done)
    return render_template(
        "desk/set_up/checklist.html",
        place="clinic",
        rows=[Row(line, PLACES[line.step]) for line in in_turn],
        complete=complete(lines),
        missing=sum(line.needed and not line.done for line in lines),
        advice=house().settings.advice,
    )
