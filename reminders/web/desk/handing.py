"""Whose is it from now on: one reason, or a patient with all that stands open?"""

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import SelectField  # type: ignore[import-untyped]  # ships no types

from reminders.core.triage import AlertKind
from reminders.inbox.danger import tell
from reminders.store.accounts import Staff
from reminders.store.caseload import transfer as give
from reminders.store.people import Patient
from reminders.store.queries.patients import colleagues
from reminders.store.record import Alert
from reminders.web.desk.access import bp, clinic, done, note, own, staff, wall
from reminders.web.desk.alerts import kept, together
from reminders.web.desk.forms import Sheet, offered
from reminders.web.house import now, session


class HandForm(Sheet):
    """Who gets it."""

    to = SelectField("To", coerce=int)

    def offer(self, but: int | None) -> None:
        """Everyone of the clinic but who has it now."""
        people = colleagues(session(), clinic().id)
        self.to.choices = offered((one.id, one.name) for one in people if one.id != but)

    @property
    def name(self) -> str:
        """Who was chosen."""
        return next(str(one.label) for one in self.to.choices if one.value == self.to.data)


@bp.get("/alerts/<int:alert_id>/hand")
def hand(alert_id: int) -> str:
    """Ask who gets it."""
    return _hand_page(together(alert_id), _form(staff().id))


@bp.post("/alerts/<int:alert_id>/hand")
def handed(alert_id: int) -> tuple[str, int] | Response:
    """Give it to a colleague; it stands on their list until they have seen it."""
    shown, form = together(alert_id), _form(staff().id)
    if not form.validate():
        return _hand_page(shown, form), 422
    person = own(Staff, form.to.data)
    for alert in shown:
        hand_to(alert, person)
    return kept(shown, "hand", f"{form.name} has it on their list now.")


@bp.get("/patients/<int:patient_id>/transfer")
def transfer(patient_id: int) -> str:
    """Ask who looks after this patient from now on."""
    patient = own(Patient, patient_id)
    return _transfer_page(patient, _form(patient.therapist_id))


@bp.post("/patients/<int:patient_id>/transfer")
def transferred(patient_id: int) -> tuple[str, int] | Response:
    """Make a colleague the therapist; what stands open goes along."""
    patient = own(Patient, patient_id)
    form = _form(patient.therapist_id)
    if not form.validate():
        return _transfer_page(patient, form), 422
    give(session(), patient, form.to.data)
    note("patient.transfer", f"patient:{patient.id}")
    said = f"{form.name} looks after {patient.first_name} now."
    return done(said, ".patient", patient_id=patient.id)


def hand_to(alert: Alert, person: Staff) -> None:
    """Who gets a red flag is told at once, and the quarter of an hour begins anew."""
    alert.hand_over(person.id)
    if alert.kind is AlertKind.SAFETY:
        alert.tellings = 0
        tell(session(), alert, [person], now())


def _form(but: int | None) -> HandForm:
    form = HandForm(request.form)
    form.offer(but)
    return form


def _hand_page(shown: list[Alert], form: HandForm) -> str:
    alert = shown[0]
    patient = own(Patient, alert.patient_id) if alert.patient_id is not None else None
    return render_template(
        "desk/hand.html",
        place="today",
        alerts=shown,
        also=",".join(str(one.id) for one in shown[1:]),
        name=patient.name if patient is not None else "The service",
        at=wall(alert.opened_at),
        form=form,
    )


def _transfer_page(patient: Patient, form: HandForm) -> str:
    return render_template("desk/transfer.html", place="patients", patient=patient, form=form)
