"""What was pressed by mistake?"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from flask import abort
from werkzeug.wrappers import Response

from reminders.core.triage import AlertKind
from reminders.store.caseload import owner_of
from reminders.store.conversation import Reply
from reminders.store.people import Patient
from reminders.store.record import Alert, Call, open_alert
from reminders.web.desk.access import bp, clinic, staff
from reminders.web.desk.alerts import kept, together
from reminders.web.house import now, session

# Who comes back after lunch has not pressed the wrong button.
FOR: Final = timedelta(hours=1)


@bp.post("/alerts/<int:alert_id>/undo/<any(take, snooze, seen, called, tried, hand):what>")
def undo(alert_id: int, what: str) -> Response:
    """Put it back as it was."""
    shown = together(alert_id)
    if shown[0].kind is AlertKind.SAFETY and what not in {"take", "hand"}:
        abort(409)
    for alert in shown:
        _BACK[what](alert)
    if what in {"called", "tried"}:
        _forget_call(shown[0].patient_id, reached=what == "called")
    return kept(shown, "undo", "Taken back.", undo=False)


def _reopen(alert: Alert) -> None:
    """Open it again, unless the same has come up anew, and its words wait as before."""
    again = alert.patient_id is not None and open_alert(session(), alert.patient_id, alert.kind)
    if alert.resolved_by_id is None or again:
        return
    session().execute(
        sa.update(Reply)
        .where(
            Reply.clinic_id == alert.clinic_id,
            Reply.handled_by_id == alert.resolved_by_id,
            Reply.handled_at == alert.resolved_at,
            sa.or_(Reply.id == alert.reply_id, Reply.patient_id == alert.patient_id),
        )
        .values(handled_at=None, handled_by_id=None)
    )
    alert.reopen()


def _give_back(alert: Alert) -> None:
    """To whom it would have come."""
    patient = session().get(Patient, alert.patient_id) if alert.patient_id is not None else None
    therapist = patient.therapist_id if patient is not None else None
    alert.hand_over(owner_of(session(), clinic(), therapist, now()) or staff().id)


def _take_back(alert: Alert) -> None:
    alert.hand_over(staff().id)


_BACK: Final[Mapping[str, Callable[[Alert], None]]] = {
    "take": _give_back,
    "hand": _take_back,
    "snooze": Alert.wake,
    "tried": Alert.wake,
    "seen": _reopen,
    "called": _reopen,
}


def _forget_call(patient_id: int | None, *, reached: bool) -> None:
    mine = sa.select(Call).where(
        Call.patient_id == patient_id,
        Call.by_id == staff().id,
        Call.reached.is_(reached),
        Call.at > now() - FOR,
    )
    call = session().scalar(mine.order_by(Call.id.desc()).limit(1))
    if call is not None:
        session().delete(call)
