"""Who was rung, and who was told that they do well, or that their words were read?"""

from typing import Final

from flask import abort
from werkzeug.wrappers import Response

from reminders.core.triage import AlertKind
from reminders.store.people import Patient
from reminders.store.record import Alert, Call
from reminders.web.desk.access import bp, own, staff
from reminders.web.desk.alerts import WRITTEN, close, kept, later, later_words, together
from reminders.web.desk.letters import queue_note
from reminders.web.house import now, session

# Patients read this: kind, short, and not a word of what they have.
PRAISE: Final = {
    "en": "Well done. Your work shows. Keep going at your own pace.",
    "es": "Muy bien. Se nota su esfuerzo. Siga a su ritmo.",
}
SEEN: Final = {
    "en": "I have read your message. Thank you.",
    "es": "He visto su mensaje. Gracias.",
}


@bp.post("/alerts/<int:alert_id>/called")
def called(alert_id: int) -> Response:
    """We spoke: what the row showed is done."""
    shown = _of_a_patient(alert_id)
    _log_call(shown[0], reached=True)
    close(shown)
    return kept(shown, "called", "The call is noted, and the row is off the list.")


@bp.post("/alerts/<int:alert_id>/tried")
def tried(alert_id: int) -> Response:
    """Nobody answered: it comes back when the clinic opens next."""
    shown = _of_a_patient(alert_id)
    _log_call(shown[0], reached=False)
    for alert in shown:
        alert.snooze(later())
    return kept(shown, "tried", f"Noted: no answer. It comes back {later_words().lower()}.")


@bp.post("/alerts/<int:alert_id>/praise")
def praise(alert_id: int) -> Response:
    """Send a line of praise, signed, to who does well."""
    alert = own(Alert, alert_id)
    if alert.kind is not AlertKind.DOING_WELL or alert.resolved_at is not None:
        abort(409)
    patient = own(Patient, alert.patient_id or 0)
    queue_note(patient, PRAISE.get(patient.language, PRAISE["en"]))
    close([alert])
    return kept([alert], "praise", f"“Well done” goes to {patient.first_name}.", undo=False)


@bp.post("/alerts/<int:alert_id>/say-seen")
def say_seen(alert_id: int) -> Response:
    """Tell who wrote that it was read, with one tap; what else there is of them stays."""
    written = [one for one in together(alert_id) if one.kind in WRITTEN]
    if not written or written[0].patient_id is None or written[0].resolved_at is not None:
        abort(409)
    patient = own(Patient, written[0].patient_id)
    queue_note(patient, SEEN.get(patient.language, SEEN["en"]))
    close(written)
    return kept(written, "say_seen", f"{patient.first_name} is told that you read it.", undo=False)


def _of_a_patient(alert_id: int) -> list[Alert]:
    shown = together(alert_id)
    if shown[0].kind is AlertKind.SAFETY or shown[0].patient_id is None:
        abort(409)
    return shown


def _log_call(alert: Alert, *, reached: bool) -> None:
    session().add(
        Call(
            clinic_id=alert.clinic_id,
            patient_id=alert.patient_id,
            by_id=staff().id,
            at=now(),
            reached=reached,
        )
    )
