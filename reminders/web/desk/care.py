"""What do staff do with a patient: see, pause, answer, stop?"""

from datetime import date
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import schedule
from reminders.core.triage import AlertKind
from reminders.store.db import insert_once
from reminders.store.people import (
    Medium,
    Patient,
    Source,
    Why,
)
from reminders.store.record import Visit, open_alert
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, note, own, staff
from reminders.web.desk.alerts import handle_replies
from reminders.web.desk.forms import NoteForm, PauseForm
from reminders.web.desk.letters import preview_note, queue_note
from reminders.web.house import now, session

MOST_SEGMENTS: Final = 3


@bp.post("/patients/<int:patient_id>/seen")
def seen_today(patient_id: int) -> Response:
    """Note that the patient was here today; "since the last visit" counts from it."""
    patient = own(Patient, patient_id)
    visit = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "day": _today(patient),
        "by_id": staff().id,
        "at": now(),
    }
    insert_once(session(), Visit, [visit])
    note("patient.visit", f"patient:{patient.id}")
    return done(f"Noted: {patient.first_name} was seen today.", ".patient", patient_id=patient.id)


@bp.get("/patients/<int:patient_id>/pause")
def pause(patient_id: int) -> str:
    """Ask from when to when."""
    patient = own(Patient, patient_id)
    form = PauseForm()
    form.first.data = _today(patient)
    return _pause_page(patient, form)


@bp.post("/patients/<int:patient_id>/pause")
def paused(patient_id: int) -> tuple[str, int] | Response:
    """Send no reminders for a while."""
    patient = own(Patient, patient_id)
    form = PauseForm(request.form)
    if not form.validate():
        return _pause_page(patient, form), 422
    by = f"staff:{staff().id}"
    patient.pause(form.first.data, form.last.data, by=by, reason=form.reason.data)
    outbox.repause(session(), patient, now())
    note("patient.pause", f"patient:{patient.id}")
    return done("Paused. No reminder goes out.", ".patient", patient_id=patient.id)


@bp.post("/patients/<int:patient_id>/resume")
def resume(patient_id: int) -> Response:
    """End the pause; what was paused before stays excused."""
    patient = own(Patient, patient_id)
    patient.resume(_today(patient))
    outbox.repause(session(), patient, now())
    note("patient.resume", f"patient:{patient.id}")
    return done("Reminders go out again.", ".patient", patient_id=patient.id)


@bp.get("/patients/<int:patient_id>/stop/<any(text, email):medium>")
def stop(patient_id: int, medium: str) -> str:
    """Ask before an address is stopped: staff cannot undo it."""
    return render_template(
        "desk/stop.html",
        place="patients",
        patient=own(Patient, patient_id),
        medium=medium,
        many={"text": "texts", "email": "emails"}[medium],
    )


@bp.post("/patients/<int:patient_id>/stop/<any(text, email):medium>")
def stopped(patient_id: int, medium: str) -> Response:
    """Write no more to this address, as the patient asked; only they undo it."""
    patient = own(Patient, patient_id)
    address = patient.address(Medium(medium))
    if address:
        refusal = outbox.Refusal(
            clinic_id=patient.clinic_id,
            medium=Medium(medium),
            address=address,
            why=Why.OPT_OUT,
            source=Source.STAFF,
            how="told staff",
            by=f"staff:{staff().id}",
        )
        outbox.stop_writing(session(), refusal, now())
    note("patient.stop", f"patient:{patient.id}")
    return done(
        f"Stopped. Only a START from {patient.first_name} brings it back.",
        ".patient",
        patient_id=patient.id,
    )


@bp.get("/patients/<int:patient_id>/note")
def write(patient_id: int) -> str:
    """Show an empty note to a patient."""
    return _note_page(own(Patient, patient_id), NoteForm())


@bp.post("/patients/<int:patient_id>/note")
def written(patient_id: int) -> tuple[str, int] | Response:
    """Send a few words, or show first what they come to."""
    patient = own(Patient, patient_id)
    form = NoteForm(request.form)
    if not form.validate() or request.form.get("do") != "send" or _too_long(patient, form):
        return _note_page(patient, form), 422 if form.errors else 200
    queue_note(patient, form.note.data)
    _answered(patient)
    note("patient.note", f"patient:{patient.id}")
    return done(_when(patient), ".patient", patient_id=patient.id)


def _today(patient: Patient) -> date:
    return schedule.local_day(now(), patient.tz)


def _pause_page(patient: Patient, form: PauseForm) -> str:
    return render_template("desk/pause.html", place="patients", patient=patient, form=form)


def _note_page(patient: Patient, form: NoteForm) -> str:
    typed = form.note.data or ""
    return render_template(
        "desk/note.html",
        place="patients",
        patient=patient,
        form=form,
        seen=preview_note(patient, typed) if typed.strip() else None,
    )


def _too_long(patient: Patient, form: NoteForm) -> bool:
    """A text of many segments is a letter: say so beside the field."""
    size = preview_note(patient, form.note.data).size
    if patient.medium is Medium.EMAIL or size.segments <= MOST_SEGMENTS:
        return False
    form.note.errors = [f"This is {words.counted(size.segments, 'text')}; at most 3, please."]
    return True


def _answered(patient: Patient) -> None:
    """Whoever answers has read what was written."""
    handle_replies(patient.id)
    for kind in (AlertKind.MESSAGE, AlertKind.UNCLEAR):
        alert = open_alert(session(), patient.id, kind)
        if alert is not None:
            alert.resolve(staff().id, now())


def _when(patient: Patient) -> str:
    """What happens to the note, as far as the window decides it."""
    if schedule.inside(now(), patient.tz, patient.window):
        return "Your note is on its way."
    opening = schedule.next_opening(now(), patient.tz, patient.window).astimezone(patient.tz)
    return f"Your note goes out {words.moment(opening, _today(patient))}, their time."
