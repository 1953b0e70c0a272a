"""What did a patient tell us of a session, by phone or here?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from reminders.core import schedule
from reminders.core.adherence import Mark, Outcome, Sitting, mark
from reminders.store.people import Patient
from reminders.store.queries.history import sittings_of
from reminders.store.record import (
    EntrySource,
    LogEntry,
    Moment,
    Occurrence,
    current_entry,
)
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, note, own, staff
from reminders.web.desk.forms import EntryForm, offered
from reminders.web.house import now, session

BACK: Final = timedelta(days=14)
_STANDS: Final = {
    Mark.DONE: "done",
    Mark.PART: "part",
    Mark.SKIPPED: "skipped",
    Mark.NO_ANSWER: "no answer",
    Mark.PAUSED: "paused",
    Mark.NOT_DELIVERED: "not delivered",
    Mark.TO_COME: "open",
}


@bp.get("/patients/<int:patient_id>/log")
def log(patient_id: int) -> str:
    """Show the sessions of the last two weeks to choose from."""
    patient = own(Patient, patient_id)
    return _page(patient, _form(patient))


@bp.post("/patients/<int:patient_id>/log")
def logged(patient_id: int) -> tuple[str, int] | Response:
    """Enter what was told; what stood there before is superseded, not changed."""
    patient = own(Patient, patient_id)
    form = _form(patient)
    if not form.validate():
        return _page(patient, form), 422
    sitting = own(Occurrence, form.occurrence_id.data)
    if sitting.patient_id != patient.id:
        abort(404)
    _enter(sitting, form)
    note("entry.log", f"occurrence:{sitting.id}")
    return done("It is logged.", ".patient", patient_id=patient.id)


def _form(patient: Patient) -> EntryForm:
    today = schedule.local_day(now(), patient.tz)
    known = sittings_of(session(), [patient.id], today - BACK)[patient.id]
    form = EntryForm(request.form)
    form.occurrence_id.choices = offered(_choices(patient, known))
    return form


def _choices(patient: Patient, known: Sequence[Sitting]) -> list[tuple[int, str]]:
    today = schedule.local_day(now(), patient.tz)
    return [
        (
            one.occurrence_id,
            f"{words.moment(one.due_at.astimezone(patient.tz), today)}: "
            f"{_STANDS[mark(one, now())]}",
        )
        for one in reversed(known)
    ]


def _page(patient: Patient, form: EntryForm) -> str:
    return render_template("desk/log.html", place="patients", patient=patient, form=form)


def _enter(sitting: Occurrence, form: EntryForm) -> None:
    before = current_entry(session(), sitting.id)
    if before is not None:
        before.supersede(now())
        # Flushed first: the new row would meet the old one under the "one current entry" key.
        session().flush()
    kept = before.pain if before is not None else None
    session().add(
        LogEntry(
            clinic_id=sitting.clinic_id,
            patient_id=sitting.patient_id,
            occurrence_id=sitting.id,
            day=sitting.day,
            moment=Moment.AFTER,
            outcome=Outcome(form.outcome.data),
            pain=form.told if form.told is not None else kept,
            note=form.note.data or None,
            source=EntrySource.STAFF,
            staff_id=staff().id,
            at=now(),
        )
    )
