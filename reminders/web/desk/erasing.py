"""How is a record held for a court, or a patient forgotten? Both are an admin's to do."""

from flask import abort, render_template, request
from werkzeug.wrappers import Response
from wtforms import StringField  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import (  # type: ignore[import-untyped]  # ships no types
    DataRequired,
    Length,
)

from reminders.store.people import Patient
from reminders.watch import NotNow, erase
from reminders.web.desk.access import bp, done, may_set_up, note, own, staff
from reminders.web.desk.forms import Sheet
from reminders.web.house import now, session


class HoldForm(Sheet):
    """Why everything must be kept."""

    reason = StringField("Why", [DataRequired("A reason, please."), Length(max=200)])


@bp.get("/patients/<int:patient_id>/legal-hold")
def legal_hold(patient_id: int) -> str:
    """Show the hold, or ask why there should be one."""
    return _hold_page(_of_an_admin(patient_id), HoldForm())


@bp.post("/patients/<int:patient_id>/legal-hold")
def hold_record(patient_id: int) -> tuple[str, int] | Response:
    """Keep everything from now on, or let the usual times count again."""
    patient = _of_an_admin(patient_id)
    if request.form.get("do") == "release":
        patient.release_record()
        note("patient.legal_hold_release", f"patient:{patient.id}")
        return done("The legal hold is released.", ".record", patient_id=patient.id)
    form = HoldForm(request.form)
    if not form.validate():
        return _hold_page(patient, form), 422
    patient.hold_record(form.reason.data, by=f"staff:{staff().id}", now=now())
    note("patient.legal_hold", f"patient:{patient.id}")
    return done("Under a legal hold: nothing is removed.", ".record", patient_id=patient.id)


@bp.get("/patients/<int:patient_id>/erase")
def ask_erase(patient_id: int) -> str:
    """Say what goes and what stays, and ask for the name."""
    return _erase_page(_of_an_admin(patient_id))


@bp.post("/patients/<int:patient_id>/erase")
def erased(patient_id: int) -> tuple[str, int] | Response:
    """Forget this patient, once their name is typed; nothing brings it back."""
    patient = _of_an_admin(patient_id)
    if _squeezed(request.form.get("name", "")) != _squeezed(patient.name):
        return _erase_page(patient, "Type the name exactly as it stands here, please."), 422
    try:
        erase(session(), patient, now())
    except NotNow as fault:
        session().rollback()
        return _erase_page(own(Patient, patient_id), str(fault)), 409
    note("patient.erase", f"patient:{patient.id}")
    return done("Erased. Only figures and dates are left.", ".record", patient_id=patient.id)


def _of_an_admin(patient_id: int) -> Patient:
    """A patient who is still known; 403 for everybody but an admin."""
    patient = own(Patient, patient_id)
    if not may_set_up():
        abort(403)
    if patient.erased_at is not None:
        abort(404)
    return patient


def _squeezed(name: str) -> str:
    return " ".join(name.split())


def _hold_page(patient: Patient, form: HoldForm) -> str:
    return render_template("desk/legal_hold.html", place="patients", patient=patient, form=form)


def _erase_page(patient: Patient, trouble: str = "") -> str:
    return render_template("desk/erase.html", place="patients", patient=patient, trouble=trouble)
