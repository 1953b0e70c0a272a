"""How does a patient come in, with a consent that can be shown later?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.people import Medium, Patient
from reminders.store.queries.patients import colleagues, who_has
from reminders.store.queries.today import places
from reminders.web.desk.access import bp, clinic, done, note, staff
from reminders.web.desk.consenting import agree, agreement, welcome
from reminders.web.desk.forms import Choices, PatientForm
from reminders.web.house import now, session


@bp.get("/patients/new")
def new_patient() -> str:
    """Show an empty form."""
    form = _form()
    form.therapist_id.data = staff().id
    form.location_id.data = staff().location_id
    return _page(form)


@bp.post("/patients/new")
def add_patient() -> tuple[str, int] | Response:
    """Take a patient in, or show what must be put right."""
    form = _form()
    owner = ""
    if not form.validate() or (owner := _taken(form)):
        return _page(form, owner), 422
    patient = _admit(form)
    note("patient.add", f"patient:{patient.id}")
    return done(f"{patient.name} is in. Now the plan.", ".plan", patient_id=patient.id)


def _form() -> PatientForm:
    form = PatientForm(request.form)
    people = colleagues(session(), clinic().id)
    sites = places(session(), clinic().id)
    form.offer(
        Choices(
            now().year,
            (clinic().zone,),
            [(site.id, site.name) for site in sites],
            [(one.id, one.name) for one in people],
        )
    )
    return form


def _page(form: PatientForm, owner: str = "") -> str:
    return render_template(
        "desk/new_patient.html",
        place="patients",
        form=form,
        agreement=agreement(clinic()),
        owner=owner,
    )


def _taken(form: PatientForm) -> str:
    """Who has this number already, unless the tick says that they share it."""
    number = form.number
    return who_has(session(), clinic().id, number) if number and not form.shared.data else ""


def _admit(form: PatientForm) -> Patient:
    patient = Patient(
        clinic_id=clinic().id,
        clinic=clinic(),
        location_id=form.location_id.data,
        therapist_id=form.therapist_id.data,
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        phone=form.number,
        landline=form.landline.data,
        email=form.email.data or None,
        conditions=form.conditions.data,
        birth_year=form.birth_year.data,
        zone=form.zone.data,
        language=form.language.data,
        medium=Medium(form.medium.data),
        created_at=now(),
    )
    session().add(patient)
    session().flush()
    agree(patient, agreement(clinic()), form.how.data, now())
    welcome(patient)
    return patient
