"""When does this clinic, or one patient, come to the list?"""

from collections.abc import Mapping
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import IntegerField  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import NumberRange, Optional  # type: ignore[import-untyped]  # no types

from reminders.core.triage import SETTABLE, Thresholds
from reminders.store.people import Patient
from reminders.store.thresholds import OwnThresholds, own_thresholds, thresholds_of
from reminders.web.desk.access import bp, clinic, done, may_approve, note, own
from reminders.web.desk.forms import Sheet
from reminders.web.house import session

NOT_YOURS: Final = "A therapist can change this."


def _number(name: str, label: str) -> IntegerField:
    bounds = SETTABLE[name]
    said = f"Between {bounds.least} and {bounds.most}, please."
    return IntegerField(label, [Optional(), NumberRange(bounds.least, bounds.most, said)])


class ThresholdsForm(Sheet):
    """A number for each, or nothing: as it was before."""

    pain_high = _number("pain_high", "A pain of at least")
    pain_rise = _number("pain_rise", "Points above their own 7-day median")
    unsettled_mornings = _number("unsettled_mornings", "Mornings in a row not settled")
    silent_sessions = _number("silent_sessions", "Sessions in a row without an answer")
    silent_days = _number("silent_days", "Days without a word, with a session in them")
    half_percent = _number("half_percent", "Under so many percent in 14 days")
    effort_percent = _number("effort_percent", "Does so many percent in 28 days, and is not better")
    well_percent = _number("well_percent", "Does so many percent in 14 days, and is better")
    undelivered = _number("undelivered", "Messages in a row not delivered")
    unread_workdays = _number("unread_workdays", "Working days a message may wait")
    untaken_workdays = _number("untaken_workdays", "Working days until everyone sees it")

    def show(self, chosen: Mapping[str, int]) -> None:
        """Fill in what is set."""
        for name in SETTABLE:
            self[name].data = chosen.get(name)

    @property
    def chosen(self) -> dict[str, int | None]:
        return {name: self[name].data for name in SETTABLE}


@bp.get("/clinic/thresholds")
def thresholds() -> str:
    """Show what brings anyone to the list."""
    return _clinic_page(_form(own_thresholds(session(), clinic().id)))


@bp.post("/clinic/thresholds")
def set_thresholds() -> tuple[str, int] | Response:
    """Keep the clinic's own numbers."""
    form = ThresholdsForm(request.form)
    if not may_approve():
        return done(NOT_YOURS, ".thresholds")
    if not form.validate():
        return _clinic_page(form), 422
    _keep(form, None)
    note("thresholds.change", f"clinic:{clinic().id}")
    return done("Kept. It holds from the next look at everyone on.", ".thresholds")


@bp.get("/patients/<int:patient_id>/thresholds")
def own_limits(patient_id: int) -> str:
    """Show what brings this patient to the list."""
    patient = own(Patient, patient_id)
    return _patient_page(patient, _form(own_thresholds(session(), clinic().id, patient.id)))


@bp.post("/patients/<int:patient_id>/thresholds")
def set_own_limits(patient_id: int) -> tuple[str, int] | Response:
    """Keep numbers for this patient alone."""
    patient, form = own(Patient, patient_id), ThresholdsForm(request.form)
    if not may_approve():
        return done(NOT_YOURS, ".own_limits", patient_id=patient.id)
    if not form.validate():
        return _patient_page(patient, form), 422
    _keep(form, patient.id)
    note("patient.thresholds", f"patient:{patient.id}")
    said = "Kept. It holds from the next look at them on."
    return done(said, ".patient", patient_id=patient.id)


def _form(row: OwnThresholds | None) -> ThresholdsForm:
    form = ThresholdsForm()
    form.show(row.chosen if row is not None else {})
    return form


def _keep(form: ThresholdsForm, patient_id: int | None) -> None:
    row = own_thresholds(session(), clinic().id, patient_id)
    row = row or OwnThresholds(clinic_id=clinic().id, patient_id=patient_id)
    for name, value in form.chosen.items():
        setattr(row, name, value)
    session().add(row)


def _clinic_page(form: ThresholdsForm) -> str:
    return _page(form, Thresholds(), place="clinic", patient=None)


def _patient_page(patient: Patient, form: ThresholdsForm) -> str:
    return _page(form, thresholds_of(session(), clinic()), place="patients", patient=patient)


def _page(form: ThresholdsForm, before: Thresholds, *, place: str, patient: Patient | None) -> str:
    return render_template(
        "desk/thresholds.html",
        place=place,
        form=form,
        before=before,
        patient=patient,
        may_change=may_approve(),
    )
