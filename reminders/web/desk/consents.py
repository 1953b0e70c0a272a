"""How is a patient's yes noted later on: after an import, or for another number?"""

from datetime import date, datetime, time

from flask import abort, render_template, request
from werkzeug.wrappers import Response
from wtforms import (  # type: ignore[import-untyped]  # ships no types
    DateField,
    SelectField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import InputRequired  # type: ignore[import-untyped]  # ships no types

from reminders.core import gate, schedule
from reminders.store.people import Care, Patient, consent_of, suppressed
from reminders.store.queries.consents import in_doubt
from reminders.watch import no_more_doubt
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, note, own
from reminders.web.desk.consenting import agree, agreement, welcome
from reminders.web.desk.forms import HOW, YesSheet, offered
from reminders.web.house import now, session


class ConsentForm(YesSheet):
    """Both sentences with a tick each, and when and how they were agreed to."""

    how = SelectField("How they agreed", choices=offered(HOW.items()))
    on = DateField("On which day", [InputRequired("A day, please.")])

    today = date.max

    def validate_on(self, field: Field) -> None:
        if field.data and field.data > self.today:
            raise ValidationError("This day is still to come.")


@bp.get("/patients/<int:patient_id>/consent")
def consent(patient_id: int) -> str:
    """Show both sentences in the patient's language."""
    patient = _current(patient_id)
    form = _form(patient)
    form.on.data = form.today
    return _page(patient, form)


@bp.post("/patients/<int:patient_id>/consent")
def consented(patient_id: int) -> tuple[str, int] | Response:
    """Keep a patient's yes; the first for an address is answered with a welcome."""
    patient = _current(patient_id)
    form = _form(patient)
    if not form.validate():
        return _page(patient, form), 422
    is_new = consent_of(session(), patient, patient.medium) is gate.Consent.NONE
    if in_doubt(session(), patient):
        no_more_doubt(session(), patient.id, now())
    agree(patient, agreement(clinic(), patient.language), form.how.data, _moment(patient, form))
    if is_new:
        welcome(patient)
    note("patient.consent", f"patient:{patient.id}")
    return done(_said(patient), ".record", patient_id=patient.id)


def _current(patient_id: int) -> Patient:
    """A patient who can still be written to."""
    patient = own(Patient, patient_id)
    if patient.state is Care.DISCHARGED:
        abort(404)
    return patient


def _form(patient: Patient) -> ConsentForm:
    form = ConsentForm(request.form)
    form.today = schedule.local_day(now(), patient.tz)
    return form


def _page(patient: Patient, form: ConsentForm) -> str:
    return render_template(
        "desk/consent.html",
        place="patients",
        patient=patient,
        form=form,
        agreement=agreement(clinic(), patient.language),
        addresses=[one for one in (words.phone(patient.phone), patient.email) if one],
    )


def _moment(patient: Patient, form: ConsentForm) -> datetime:
    """Now, or noon of an earlier day: its hour is not known."""
    return min(datetime.combine(form.on.data, time(12), patient.tz), now())


def _said(patient: Patient) -> str:
    address = patient.address(patient.medium) or ""
    if suppressed(session(), patient.clinic_id, patient.medium, address):
        return f"Noted. But this address is blocked: only {patient.first_name}’s START opens it."
    return f"Noted: {patient.first_name} agreed."
