"""Who takes over when somebody leaves? Nobody's patients and alerts are left behind."""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.accounts import Staff
from reminders.store.caseload import give_patients, standing_with
from reminders.store.queries.patients import colleagues
from reminders.store.staffing import LastAdmin, leave
from reminders.web.desk.access import May, bp, clinic, done, need, note, own
from reminders.web.desk.forms import offered
from reminders.web.desk.handing import hand_to
from reminders.web.desk.people.forms import LeaveForm
from reminders.web.house import session


@bp.get("/clinic/people/<int:staff_id>/leave")
def leave_clinic(staff_id: int) -> str:
    """Ask who takes over."""
    leaver = own(Staff, staff_id)
    need(May.PEOPLE)
    return _page(leaver, _form(leaver))


@bp.post("/clinic/people/<int:staff_id>/leave")
def left_clinic(staff_id: int) -> tuple[str, int] | Response:
    """Hand over all that is theirs, and close the account, in one step."""
    leaver = own(Staff, staff_id)
    need(May.PEOPLE)
    form = _form(leaver)
    if not form.validate():
        return _page(leaver, form), 422
    heir = own(Staff, form.to.data)
    try:
        leave(session(), leaver, heir)
    except LastAdmin as fault:
        form.to.errors = [str(fault)]
        return _page(leaver, form), 422
    _hand_over(leaver, heir)
    note("staff.leave", f"staff:{leaver.id}")
    said = f"{leaver.name} is signed out and cannot come in. {heir.name} has it all."
    return done(said, ".people")


def _hand_over(leaver: Staff, heir: Staff) -> None:
    for alert in standing_with(session(), leaver.id):
        hand_to(alert, heir)
    session().flush()
    give_patients(session(), leaver.id, heir.id)


def _form(leaver: Staff) -> LeaveForm:
    form = LeaveForm(request.form)
    people = colleagues(session(), clinic().id)
    form.to.choices = offered((one.id, one.name) for one in people if one.id != leaver.id)
    return form


def _page(leaver: Staff, form: LeaveForm) -> str:
    return render_template("desk/people/leave.html", place="clinic", person=leaver, form=form)
