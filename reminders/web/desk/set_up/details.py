"""What is the clinic called, and where is it?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.forms import ZONES
from reminders.web.desk.set_up.forms import NOT_YOURS, DetailsForm
from reminders.web.house import house


@bp.get("/clinic/details")
def details() -> str:
    """Show the names, the phone, the zone and the language."""
    form = DetailsForm(obj=clinic())
    form.phone.data = words.phone(clinic().phone)
    return _page(form)


@bp.post("/clinic/details")
def set_details() -> tuple[str, int] | Response:
    """Keep them; the next text begins with the new name."""
    form = DetailsForm(request.form)
    if not may_set_up():
        return done(NOT_YOURS, ".details")
    if not form.validate():
        return _page(form), 422
    form.populate_obj(clinic())
    note("clinic.details", f"clinic:{clinic().id}")
    answer = done("Kept.", ".set_up")
    house().remember_emergencies()
    return answer


def _page(form: DetailsForm) -> str:
    return render_template(
        "desk/set_up/details.html",
        place="clinic",
        form=form,
        zones=dict.fromkeys((clinic().zone, *ZONES)),
        may_change=may_set_up(),
    )
