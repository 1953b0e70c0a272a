"""What has this patient agreed to, and what may be done with what we know of them?"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date
from flask import render_template
from werkzeug.wrappers import Response

from reminders.store.people import ConsentStep, Medium, Patient, Source, Why
from reminders.store.queries.consents import Block, Line, Paused, blocks, in_doubt, ledger, paused
from reminders.watch import trust
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, may_release, may_set_up, note, own, staff, zone
from reminders.web.house import now, session

_STEP: Final = {
    ConsentStep.GIVEN: "agreed",
    ConsentStep.CONFIRMED: "confirmed",
    ConsentStep.REVOKED: "took it back",
    ConsentStep.DOUBTED: "in doubt",
}
_MEDIUM: Final = {Medium.TEXT: "texts", Medium.EMAIL: "emails"}
_HOW: Final = {"paper": "on paper", "in_person": "in person", "phone": "by phone"}
_WHY: Final = {
    Why.OPT_OUT: "they want no more",
    Why.WRONG_NUMBER: "a wrong number",
    Why.DEAD_ADDRESS: "the address does not work",
}
_SOURCE: Final = {
    Source.CARRIER: "told by the carrier",
    Source.PATIENT: "told by them",
    Source.STAFF: "told to staff",
}


@dataclass(frozen=True)
class Said:
    """One line of the ledger, as it is read."""

    when: str
    what: str
    how: str
    by: str
    version: str
    wording: str
    in_use: bool


@bp.get("/patients/<int:patient_id>/record")
def record(patient_id: int) -> str:
    """Show the ledger, the pauses, and what may be done with the record."""
    patient = own(Patient, patient_id)
    note("patient.record", f"patient:{patient.id}")
    shown = render_template(
        "desk/record.html",
        place="patients",
        patient=patient,
        lines=[_said(one) for one in ledger(session(), patient)],
        blocks=[_blocked(one) for one in blocks(session(), patient)],
        pauses=[_paused(one) for one in paused(session(), patient)],
        doubted=in_doubt(session(), patient),
        may_take=may_release(),
        may_erase=may_set_up(),
    )
    session().commit()
    return shown


@bp.post("/patients/<int:patient_id>/number")
def trust_number(patient_id: int) -> Response:
    """Somebody has asked: it is still their number."""
    patient = own(Patient, patient_id)
    if not in_doubt(session(), patient):
        return done("Nobody doubts this number.", ".record", patient_id=patient.id)
    trust(session(), patient, how="asked by staff", by=f"staff:{staff().id}", now=now())
    note("patient.number", f"patient:{patient.id}")
    return done("Noted: reminders go there again.", ".record", patient_id=patient.id)


def _said(one: Line) -> Said:
    whose = "The carer: " if one.how.startswith("carer, ") else ""
    how = one.how.removeprefix("carer, ")
    return Said(
        _on(one.at.astimezone(zone()).date()),
        f"{whose}{_STEP[one.step]}, {_MEDIUM[one.medium]}",
        _HOW.get(how, how),
        one.by,
        one.version,
        one.wording,
        one.in_use,
    )


def _blocked(one: Block) -> str:
    since = _on(one.at.astimezone(zone()).date())
    lifted = f", lifted {_on(one.lifted_at.astimezone(zone()).date())}" if one.lifted_at else ""
    return (
        f"No {_MEDIUM[one.medium]} since {since}: {_WHY[one.why]}, {_SOURCE[one.source]}{lifted}."
    )


def _paused(one: Paused) -> str:
    until = f"to {_on(one.last)}" if one.last else "until somebody resumes"
    who = f"by {one.by}" if one.by else "by themselves"
    return words.dots(f"{_on(one.first)} {until}", one.reason, who)


def _on(day: date) -> str:
    """A day in full: a record is read in another year."""
    return format_date(day, "d MMM y", locale="en")
