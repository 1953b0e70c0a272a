"""Is this patient asked once more, when and by which way?"""

from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField  # type: ignore[import-untyped]  # ships no types

from reminders import outbox
from reminders.core import gate
from reminders.store.people import Medium, Patient
from reminders.web.desk import words
from reminders.web.desk.access import bp, done, note, own
from reminders.web.desk.forms import Sheet, offered
from reminders.web.house import session

LONGEST_HOURS: Final = 10
SAME: Final = "same"


class NudgeForm(Sheet):
    """One more message if nothing was reported."""

    hours = SelectField(
        "A second reminder",
        coerce=int,
        choices=offered(
            [
                (0, "Never"),
                *((n, f"After {words.counted(n, 'hour')}") for n in range(1, LONGEST_HOURS + 1)),
            ]
        ),
    )
    way = RadioField(
        "By",
        choices=offered(
            [
                (SAME, "The same way"),
                (Medium.TEXT.value, "Text"),
                (Medium.EMAIL.value, "Email"),
            ]
        ),
        default=SAME,
    )

    @property
    def medium(self) -> Medium | None:
        """The way it takes; none is the reminder's own."""
        return None if self.way.data == SAME else Medium(self.way.data)


@bp.get("/patients/<int:patient_id>/nudge")
def nudge(patient_id: int) -> str:
    """Show what is set."""
    patient, form = own(Patient, patient_id), NudgeForm()
    form.hours.data = patient.nudge_hours or 0
    form.way.data = patient.nudge_medium.value if patient.nudge_medium else SAME
    return _page(patient, form)


@bp.post("/patients/<int:patient_id>/nudge")
def set_nudge(patient_id: int) -> tuple[str, int] | Response:
    """Keep it, from the next reminder on."""
    patient, form = own(Patient, patient_id), NudgeForm(request.form)
    if not form.validate():
        return _page(patient, form), 422
    patient.nudge_hours, patient.nudge_medium = form.hours.data or None, form.medium
    # One that waits was written by the old setting.
    outbox.withdraw_unsent(session(), patient.id, gate.Reason.PLAN_CHANGED, (gate.Kind.NUDGE,))
    note("patient.nudge", f"patient:{patient.id}")
    said = "A second reminder goes out" if patient.nudge_hours else "No second reminder goes out"
    return done(f"{said}, from the next one on.", ".patient", patient_id=patient.id)


def _page(patient: Patient, form: NudgeForm) -> str:
    return render_template("desk/nudge.html", place="patients", patient=patient, form=form)
