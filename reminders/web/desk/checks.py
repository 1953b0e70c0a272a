"""Which checks does this clinic want beside a plan?"""

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from reminders.core.plan_check import sheets
from reminders.web.desk.access import bp, clinic, done, may_set_up, note


@bp.get("/checks")
def checks() -> str:
    """Show every check with its reason and its source."""
    off = set(clinic().checks_off)
    return render_template(
        "desk/checks.html",
        place="library",
        rules=[(rule.value, sheet, rule not in off) for rule, sheet in sheets().items()],
        may_switch=may_set_up(),
    )


@bp.post("/checks")
def switched_checks() -> Response:
    """Switch checks on and off for the whole clinic."""
    if not may_set_up():
        abort(403)
    on = set(request.form.getlist("on"))
    clinic().checks_off = [rule.value for rule in sheets() if rule not in on]
    note("clinic.checks", f"clinic:{clinic().id}")
    return done("The checks are saved.", ".checks")
