"""What can a person do about a reason on the list?"""

from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import schedule
from reminders.core.triage import AlertKind
from reminders.store.conversation import Fate, Reply
from reminders.store.people import Patient
from reminders.store.record import Alert
from reminders.web.desk.access import bp, clinic, note, own, staff, wall, zone
from reminders.web.house import now, session

_WRITTEN = frozenset({AlertKind.MESSAGE, AlertKind.UNCLEAR})


@bp.post("/alerts/<int:alert_id>/take")
def take(alert_id: int) -> Response:
    """Say "I have it": nobody else is told any more."""
    alert = own(Alert, alert_id)
    alert.acknowledge(staff().id, now())
    return _kept(alert, "alert.take", "You have it. It stays here until it is done.")


@bp.post("/alerts/<int:alert_id>/snooze")
def snooze(alert_id: int) -> Response:
    """Bring it back when the clinic opens tomorrow; a red flag does not wait."""
    alert = own(Alert, alert_id)
    if alert.kind is AlertKind.SAFETY:
        abort(409)
    tomorrow = now().astimezone(zone()).date() + timedelta(days=1)
    alert.snooze(schedule.window_on(tomorrow, zone(), clinic().window)[0])
    return _kept(alert, "alert.snooze", "It comes back tomorrow.")


@bp.post("/alerts/<int:alert_id>/seen")
def seen(alert_id: int) -> Response:
    """Close it; a red flag is cleared on its own page instead."""
    alert = own(Alert, alert_id)
    if alert.kind is AlertKind.SAFETY:
        return redirect(url_for(".clear", alert_id=alert.id), 303)
    _close(alert)
    return _kept(alert, "alert.seen", "Seen, and off the list.")


@bp.get("/alerts/<int:alert_id>/clear")
def clear(alert_id: int) -> str:
    """Ask before a red flag is cleared."""
    alert = _red_flag(alert_id)
    patient = own(Patient, alert.patient_id) if alert.patient_id is not None else None
    return render_template(
        "desk/clear.html",
        place="today",
        alert=alert,
        name=patient.name if patient is not None else "An unknown number",
        first=patient.first_name if patient is not None else "them",
        at=wall(alert.opened_at),
    )


@bp.post("/alerts/<int:alert_id>/clear")
def cleared(alert_id: int) -> Response:
    """Clear a red flag: reminders go again, and the page shows the exercises."""
    alert = _red_flag(alert_id)
    _close(alert)
    if alert.patient_id is not None:
        patient = own(Patient, alert.patient_id)
        patient.clear_safety()
        outbox.replan(session(), patient, now())
    return _kept(alert, "alert.clear", "Cleared. Reminders go out again as planned.")


def _red_flag(alert_id: int) -> Alert:
    alert = own(Alert, alert_id)
    if alert.kind is not AlertKind.SAFETY or alert.resolved_at is not None:
        abort(404)
    return alert


def _close(alert: Alert) -> None:
    """Resolve it, and mark the words it was about as handled."""
    alert.resolve(staff().id, now())
    if alert.kind in _WRITTEN and alert.patient_id is not None:
        handle_replies(alert.patient_id)
    elif alert.reply_id is not None:
        _handle(Reply.id == alert.reply_id)


def handle_replies(patient_id: int) -> None:
    """A person has read what this patient wrote."""
    _handle(Reply.patient_id == patient_id)


def _handle(those: sa.ColumnElement[bool]) -> None:
    session().execute(
        sa.update(Reply)
        .where(those, Reply.fate == Fate.FOR_A_PERSON, Reply.handled_at.is_(None))
        .values(handled_at=now(), handled_by_id=staff().id)
    )


def _kept(alert: Alert, action: str, words: str) -> Response:
    note(action, f"alert:{alert.id}")
    session().commit()
    flash(words)
    return redirect(_back(), 303)


def _back() -> str:
    """The page of the desk that the button stood on, else today's list."""
    page = urlsplit(request.form.get("back", "")).path
    return page if page.startswith("/desk/") else url_for(".today")
