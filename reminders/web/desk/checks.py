"""Which checks does this clinic want beside a plan?"""

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from reminders.core.plan_check import sheets
from reminders.store.accounts import Role
from reminders.web.desk.access import bp, clinic, done, note, staff


@bp.get("/checks")
def checks() -> str:
    """Show every check with its reason and its source."""
    off = set(clinic().checks_off)
    return render_template(
        "desk/checks.html",
        place="library",
        rules=[(rule.value, sheet, rule not in off) for rule, sheet in sheets().items()],
        may_switch=_may_switch(),
    )


@bp.post("/checks")
def switched_checks() -> Response:
    """Switch checks on and off for the whole clinic."""
    if not _may_switch():
        abort(403)
    on = set(request.form.getlist("on"))
    clinic().checks_off = [rule.value for rule in sheets() if rule not in on]
    note("clinic.checks", f"clinic:{clinic().id}")
    return done("The checks are saved.", ".checks")


def _may_switch() -> bool:
    return staff().role is Role.ADMIN
