"""Whom does a patient in danger call, and who of the clinic hears of it first?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.people import Clinic
from reminders.store.queries.set_up import with_phone
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.set_up.forms import NOT_YOURS, SafetyForm
from reminders.web.house import house, session


@bp.get("/clinic/safety")
def safety() -> str:
    """Show the two numbers and the safety contact."""
    form = SafetyForm(obj=clinic())
    form.contact.data = clinic().safety_contact_id or 0
    return _page(form)


@bp.post("/clinic/safety")
def set_safety() -> tuple[str, int] | Response:
    """Keep them: without all three no text leaves."""
    form = _offered(SafetyForm(request.form))
    if not may_set_up():
        return done(NOT_YOURS, ".safety")
    if not form.validate():
        return _page(form), 422
    _keep(clinic(), form)
    note("clinic.safety", f"clinic:{clinic().id}")
    answer = done("Kept.", ".set_up")
    house().remember_emergencies()
    return answer


def _keep(mine: Clinic, form: SafetyForm) -> None:
    mine.emergency_number = form.emergency_number.data
    mine.crisis_number = form.crisis_number.data
    mine.safety_contact_id = form.contact.data or None


def _offered(form: SafetyForm) -> SafetyForm:
    people = with_phone(session(), clinic().id)
    form.offer((one.id, f"{one.name}, {one.role.value}") for one in people)
    return form


def _page(form: SafetyForm) -> str:
    return render_template(
        "desk/set_up/safety.html",
        place="clinic",
        form=_offered(form),
        may_change=may_set_up(),
    )
