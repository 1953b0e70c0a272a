"""What may an admin change of one person's account?"""

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.accounts import Staff
from reminders.store.factors import drop_phone
from reminders.store.staffing import LastAdmin, change_role
from reminders.web.desk.access import May, bp, done, need, note, own, staff, wall
from reminders.web.desk.people.away import away_words
from reminders.web.desk.people.forms import RoleForm
from reminders.web.house import session


@bp.get("/clinic/people/<int:staff_id>")
def person(staff_id: int) -> str:
    """Show one account, and what can be done with it."""
    shown = own(Staff, staff_id)
    need(May.PEOPLE)
    return _page(shown, RoleForm(obj=shown))


@bp.post("/clinic/people/<int:staff_id>/role")
def set_role(staff_id: int) -> tuple[str, int] | Response:
    """Let them do other things from the next page on."""
    shown = own(Staff, staff_id)
    need(May.PEOPLE)
    form = RoleForm(request.form)
    if not form.validate():
        return _page(shown, form), 422
    try:
        change_role(session(), shown, form.role.data)
    except LastAdmin as fault:
        form.role.errors = [str(fault)]
        return _page(shown, form), 422
    note("staff.role", f"staff:{shown.id}")
    return done(f"{shown.name} is {shown.role.value} now.", ".people")


@bp.post("/clinic/people/<int:staff_id>/factor")
def reset_factor(staff_id: int) -> Response:
    """Let them set up another phone after their password; they are signed out everywhere."""
    shown = own(Staff, staff_id)
    need(May.PEOPLE)
    drop_phone(session(), shown)
    note("staff.factor_reset", f"staff:{shown.id}")
    said = f"{shown.name} is signed out, and sets up another phone at the next sign-in."
    return done(said, ".people")


def _page(shown: Staff, form: RoleForm) -> str:
    return render_template(
        "desk/people/person.html",
        place="clinic",
        person=shown,
        form=form,
        mine=shown.id == staff().id,
        away=away_words().get(shown.id, ""),
        seen=wall(shown.seen_at) if shown.seen_at else "",
    )
