"""When may one more reminder come today, whichever door it was asked for at?"""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from reminders.core import schedule
from reminders.core.gate import Kind
from reminders.store.conversation import Message
from reminders.store.db import insert_once
from reminders.store.people import Patient
from reminders.store.plans import PlanVersion
from reminders.store.record import Occurrence


def later_moment(
    patient: Patient, asked_at: datetime, *, delay_minutes: int | None, clock: time | None
) -> datetime | None:
    """The moment they named, if it lies on the same day and inside their window."""
    if delay_minutes is not None:
        at = asked_at + timedelta(minutes=delay_minutes)
    elif clock is not None:
        at = schedule.next_wall(asked_at, patient.tz, clock)
    else:
        return None
    same_day = schedule.local_day(at, patient.tz) == schedule.local_day(asked_at, patient.tz)
    return at if same_day and schedule.inside(at, patient.tz, patient.window) else None


def remind_later(
    session: Session,
    patient: Patient,
    about: Occurrence,
    at: datetime,
    now: datetime,
    *,
    reply_id: int | None = None,
) -> None:
    """One more reminder of this sitting; asked for twice for one minute, it is one."""
    version = session.get_one(PlanVersion, about.plan_version_id)
    # The plan may have changed since the morning: what is promised now stands under what is now.
    version = version.plan.current or version
    later = {
        "clinic_id": patient.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.LATER,
        "key": at.strftime("%Y%m%dT%H%MZ"),
        "patient_id": patient.id,
        "plan_version_id": version.id,
        "occurrence_id": about.id,
        "reply_id": reply_id,
        "medium": patient.medium,
        "due_at": at,
        "ready_at": at,
        "created_at": now,
    }
    insert_once(session, Message, [later])
