"""Is a patient asked who they are before history and settings?"""

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField  # type: ignore[import-untyped]  # ships no types

from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.desk.forms import Sheet


class SecondStepForm(Sheet):
    """Whether links ask."""

    asks = BooleanField("Ask for the birth year, or for a code, before history and settings")


@bp.get("/clinic/second-step")
def second_step() -> str:
    """Show what is asked now, and of whom in any case."""
    form = SecondStepForm()
    form.asks.data = clinic().second_step
    return render_template(
        "desk/second_step.html", place="clinic", form=form, may_change=may_set_up()
    )


@bp.post("/clinic/second-step")
def set_second_step() -> Response:
    """Ask from now on, or ask no more but on shared phones."""
    if not may_set_up():
        return done("An admin can change this.", ".clinic")
    mine = clinic()
    mine.second_step = bool(SecondStepForm(request.form).asks.data)
    note("clinic.second_step", f"clinic:{mine.id}")
    return done("Kept.", ".clinic")
