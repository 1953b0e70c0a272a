"""How is a patient discharged, and what are they told last?"""

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import TextAreaField  # type: ignore[import-untyped]  # ships no types

from reminders import outbox
from reminders.store.people import Care, Patient
from reminders.store.queries.patient import standing_alerts
from reminders.store.record import Alert
from reminders.watch.patients import STANDING
from reminders.web.desk.access import bp, clinic, done, note, own, staff
from reminders.web.desk.forms import NoteForm
from reminders.web.desk.letters import preview_note, queue_farewell
from reminders.web.desk.notes import may_go
from reminders.web.house import now, session

# Patients read this; the Spanish does without letters that would make it a dearer text.
FAREWELL: Final = {
    "en": "Your plan with us ends today, and so do these messages. Well done. "
    "If you need us, call {phone}.",
    "es": "Su plan con nosotros termina hoy y ya no le escribiremos. Felicidades. "
    "Si nos necesita, llame al {phone}.",
}


class FarewellForm(NoteForm):
    """The last words to a patient; none are sent where none stand here."""

    note = TextAreaField("The last words to them")


@bp.get("/patients/<int:patient_id>/discharge")
def discharge(patient_id: int) -> str:
    """Ask before a patient is discharged, with a farewell to begin from."""
    patient, form = own(Patient, patient_id), FarewellForm()
    usual = FAREWELL.get(patient.language, FAREWELL["en"])
    form.note.data = usual.format(phone=clinic().phone)
    return _page(patient, form)


@bp.post("/patients/<int:patient_id>/discharge")
def discharged(patient_id: int) -> tuple[str, int] | Response:
    """Send the last words and nothing after them; the record stays."""
    patient, form = own(Patient, patient_id), FarewellForm(request.form)
    farewell = (form.note.data or "").strip()
    if (farewell and not may_go(patient, form)) or request.form.get("do") == "look":
        return _page(patient, form), 422 if form.errors else 200
    if farewell and patient.state is not Care.DISCHARGED:
        queue_farewell(patient, farewell)
    patient.discharge()
    outbox.replan(session(), patient, now())
    _close_reasons(patient)
    note("patient.discharge", f"patient:{patient.id}")
    return done(f"{patient.name} is discharged.", ".patient", patient_id=patient.id)


def _page(patient: Patient, form: FarewellForm) -> str:
    typed = (form.note.data or "").strip()
    return render_template(
        "desk/discharge.html",
        place="patients",
        patient=patient,
        form=form,
        seen=preview_note(patient, typed) if typed else None,
    )


def _close_reasons(patient: Patient) -> None:
    """What figures gave as a reason is none any more; words and red flags still want a person."""
    for one in standing_alerts(session(), patient.id):
        if one.kind not in STANDING:
            session().get_one(Alert, one.id).resolve(staff().id, now())
