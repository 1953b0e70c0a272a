"""Who helps this patient, and what have both agreed to?"""

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import (  # type: ignore[import-untyped]  # ships no types
    BooleanField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields import Field  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import (  # type: ignore[import-untyped]  # ships no types
    DataRequired,
    Length,
)

from reminders import outbox
from reminders.core.addresses import e164, mail_address
from reminders.store.people import Clinic, Consent, ConsentStep, Medium, Patient
from reminders.web.desk.access import bp, clinic, done, note, own, staff
from reminders.web.desk.forms import HOW, Sheet, offered
from reminders.web.house import now, session

CONSENT_VERSION: Final = "2026-11"


def agreement(of: Clinic) -> str:
    """What a carer agrees to, as it is read out and as it is kept."""
    return (
        f"I agree to get a text or an email from {of.short_name} when somebody should look after "
        "the person I help, or when they have not been heard from. Message and data rates may "
        "apply. I can stop them at any time by answering STOP."
    )


class CarerForm(Sheet):
    """A carer with their own yes, and the patient's."""

    name = StringField("Name", [DataRequired("A name, please."), Length(max=120)])
    phone = StringField("Mobile number", [Length(max=32)])
    email = StringField("Email", [Length(max=254)])
    patient_agrees = BooleanField("The patient agrees that their carer is told")
    may_report = BooleanField("The patient agrees that the carer’s answers count as theirs")
    agrees = BooleanField()
    how = SelectField("How the carer agreed", choices=offered(HOW.items()))

    patients_own = ""

    @property
    def number(self) -> str | None:
        return e164(self.phone.data) if self.phone.data else None

    def validate_phone(self, field: Field) -> None:
        if not field.data:
            return
        try:
            number = e164(field.data)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None
        if number == self.patients_own:
            raise ValidationError("This is the patient’s own number.")

    def validate_email(self, field: Field) -> None:
        if not field.data:
            if not self.phone.data:
                raise ValidationError("A number or an email address, please.")
            return
        try:
            field.data = mail_address(field.data)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None

    def validate_patient_agrees(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Without the patient’s yes their carer is told nothing.")

    def validate_agrees(self, field: Field) -> None:
        if not field.data:
            raise ValidationError("Without the carer’s own yes nothing may be sent to them.")


@bp.get("/patients/<int:patient_id>/carer")
def carer(patient_id: int) -> str:
    """Show who helps, or an empty form."""
    patient = own(Patient, patient_id)
    form = CarerForm(
        name=patient.carer_name,
        phone=patient.carer_phone,
        email=patient.carer_email,
        may_report=patient.carer_may_report,
    )
    return _page(patient, form)


@bp.post("/patients/<int:patient_id>/carer")
def set_carer(patient_id: int) -> tuple[str, int] | Response:
    """Keep the carer with both agreements, or let them go."""
    patient = own(Patient, patient_id)
    if request.form.get("do") == "remove":
        _let_go(patient)
        return _kept(patient, "The carer is told nothing any more.")
    form = CarerForm(request.form)
    form.patients_own = patient.phone or ""
    if not form.validate():
        return _page(patient, form), 422
    _take_in(patient, form)
    return _kept(patient, f"{patient.carer_name} is told when somebody should look.")


def _page(patient: Patient, form: CarerForm) -> str:
    return render_template(
        "desk/carer.html",
        place="patients",
        patient=patient,
        form=form,
        agreement=agreement(clinic()),
    )


def _kept(patient: Patient, words: str) -> Response:
    note("patient.carer", f"patient:{patient.id}")
    return done(words, ".patient", patient_id=patient.id)


def _take_in(patient: Patient, form: CarerForm) -> None:
    if (patient.carer_phone, patient.carer_email) != (form.number, form.email.data or None):
        # Another person, or another way to them: the old address hears no more.
        outbox.withdraw_from_carer(session(), patient.id)
    patient.carer_name = form.name.data.strip()
    patient.carer_phone, patient.carer_email = form.number, form.email.data or None
    patient.carer_may_report = form.may_report.data
    patient.carer_consent_at = now()
    _write_down(patient, ConsentStep.GIVEN, form.how.data)


def _let_go(patient: Patient) -> None:
    if patient.carer_consent_at is not None:
        _write_down(patient, ConsentStep.REVOKED, "told staff")
    outbox.withdraw_from_carer(session(), patient.id)
    patient.carer_name = patient.carer_phone = patient.carer_email = None
    patient.carer_consent_at, patient.carer_may_report = None, False


def _write_down(patient: Patient, step: ConsentStep, how: str) -> None:
    """One line of the ledger for each address of the carer's."""
    given = step is ConsentStep.GIVEN
    addresses = {Medium.TEXT: patient.carer_phone, Medium.EMAIL: patient.carer_email}
    session().add_all(
        Consent(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            medium=medium,
            step=step,
            address_index=address,
            wording=agreement(clinic()) if given else "",
            wording_version=CONSENT_VERSION if given else "",
            how=f"carer, {how}",
            at=now(),
            by=f"staff:{staff().id}",
        )
        for medium, address in addresses.items()
        if address
    )
