"""What do staff do with a patient: see, pause, stop?"""

from datetime import date

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import schedule
from reminders.store.db import insert_once
from reminders.store.people import (
    Medium,
    Patient,
    Source,
    Why,
)
from reminders.store.record import Visit
from reminders.web.desk.access import bp, done, note, own, staff
from reminders.web.desk.forms import PauseForm
from reminders.web.house import now, session


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


def _today(patient: Patient) -> date:
    return schedule.local_day(now(), patient.tz)


def _pause_page(patient: Patient, form: PauseForm) -> str:
    return render_template("desk/pause.html", place="patients", patient=patient, form=form)
