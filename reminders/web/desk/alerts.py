"""What can a person do about a reason on the list?

A row of the list shows all that stands open for one patient, and its buttons act on all it shows:
the page sends the ids along, so that what came in meanwhile is not closed unseen.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reminders import outbox
from reminders.core import schedule
from reminders.core.hours import next_workday
from reminders.core.triage import AlertKind
from reminders.store.conversation import Fate, Reply
from reminders.store.people import Patient
from reminders.store.record import Alert
from reminders.store.thresholds import workdays_of
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, own, staff, wall, zone
from reminders.web.house import now, session
from reminders.web.ids import row_id

WRITTEN = frozenset({AlertKind.MESSAGE, AlertKind.UNCLEAR})


@bp.post("/alerts/<int:alert_id>/take")
def take(alert_id: int) -> Response:
    """Say "I have it": nobody else is told any more."""
    shown = together(alert_id)
    for alert in shown:
        alert.acknowledge(staff().id, now())
    return kept(shown, "take", "You have it. It stays here until it is done.")


@bp.post("/alerts/<int:alert_id>/snooze")
def snooze(alert_id: int) -> Response:
    """Bring it back when the clinic opens next; a red flag does not wait."""
    shown = together(alert_id)
    if shown[0].kind is AlertKind.SAFETY:
        abort(409)
    for alert in shown:
        alert.snooze(later())
    return kept(shown, "snooze", f"It comes back {later_words().lower()}.")


@bp.post("/alerts/<int:alert_id>/seen")
def seen(alert_id: int) -> Response:
    """Close it; a red flag is cleared on its own page instead."""
    shown = together(alert_id)
    if shown[0].kind is AlertKind.SAFETY:
        return redirect(url_for(".clear", alert_id=alert_id), 303)
    close(shown)
    return kept(shown, "seen", "Seen, and off the list.")


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
    close([alert])
    if alert.patient_id is not None:
        patient = own(Patient, alert.patient_id)
        patient.clear_safety()
        outbox.replan(session(), patient, now())
    return kept([alert], "clear", "Cleared. Reminders go out again as planned.", undo=False)


def together(alert_id: int) -> list[Alert]:
    """The alert of a row, and the others of its patient that the row showed."""
    alert = own(Alert, alert_id)
    ids = _typed_ids()
    if alert.patient_id is None or alert.kind is AlertKind.SAFETY or not ids:
        return [alert]
    others = session().scalars(
        sa.select(Alert)
        .where(
            Alert.patient_id == alert.patient_id,
            Alert.id.in_(ids),
            Alert.id != alert.id,
            Alert.kind != AlertKind.SAFETY,
        )
        .order_by(Alert.id)
    )
    return [alert, *others]


def _typed_ids() -> list[int]:
    typed = request.values.get("also", "").split(",")
    return [row_id(one) for one in typed if one.isdecimal() and len(one) < 19]


def later() -> datetime:
    """When the clinic opens on its next working day."""
    return schedule.window_on(_next_day(), zone(), clinic().staffed)[0]


def later_words() -> str:
    """Which day that is: "Tomorrow", "Monday"."""
    tomorrow = now().astimezone(zone()).date() + timedelta(days=1)
    return "Tomorrow" if _next_day() == tomorrow else words.weekday(_next_day())


def _next_day() -> date:
    return next_workday(workdays_of(clinic()), now().astimezone(zone()).date())


def close(shown: Sequence[Alert]) -> None:
    """Resolve these, and mark the words they were about as handled."""
    for alert in shown:
        alert.resolve(staff().id, now())
        if alert.kind in WRITTEN and alert.patient_id is not None:
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


def _red_flag(alert_id: int) -> Alert:
    alert = own(Alert, alert_id)
    if alert.kind is not AlertKind.SAFETY or alert.resolved_at is not None:
        abort(404)
    return alert


def kept(shown: Sequence[Alert], what: str, said: str, *, undo: bool = True) -> Response:
    """Keep what was done, say so with a way back, and go where the button stood."""
    for alert in shown:
        note(f"alert.{what}", f"alert:{alert.id}")
    session().commit()
    flash(said, f"undo:{_way_back(shown, what)}" if undo else "message")
    return redirect(_back(), 303)


def _way_back(shown: Sequence[Alert], what: str) -> str:
    also = ",".join(str(one.id) for one in shown[1:])
    return url_for(".undo", alert_id=shown[0].id, what=what, also=also or None)


def _back() -> str:
    """The page of the desk that the button stood on, else today's list."""
    page = urlsplit(request.form.get("back", "")).path
    return page if page.startswith("/desk/") else url_for(".today")
