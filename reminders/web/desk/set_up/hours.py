"""When may patients be written to, and when is somebody there?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.people import Clinic
from reminders.store.queries.set_up import Proof
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.set_up.forms import NOT_YOURS, HoursForm


@bp.get("/clinic/hours")
def hours() -> str:
    """Show the hours for texts, the working hours and days, and the closed days."""
    mine = clinic()
    form = HoursForm(obj=mine)
    form.staffed_from.data, form.staffed_until.data = mine.staffed.opens, mine.staffed.closes
    form.closed_days.data = "\n".join(mine.closed_days)
    return _page(form)


@bp.post("/clinic/hours")
def set_hours() -> tuple[str, int] | Response:
    """Keep them: what waits to be sent keeps to them as well."""
    form = HoursForm(request.form)
    if not may_set_up():
        return done(NOT_YOURS, ".hours")
    if not form.validate():
        return _page(form), 422
    _keep(clinic(), form)
    note(Proof.HOURS, f"clinic:{clinic().id}")
    return done("Kept.", ".set_up")


def _keep(mine: Clinic, form: HoursForm) -> None:
    mine.opens, mine.closes = form.opens.data, form.closes.data
    mine.staffed_from, mine.staffed_until = form.staffed_from.data, form.staffed_until.data
    mine.weekdays, mine.closed_days = sorted(form.weekdays.data), form.closed


def _page(form: HoursForm) -> str:
    return render_template(
        "desk/set_up/hours.html", place="clinic", form=form, may_change=may_set_up()
    )
