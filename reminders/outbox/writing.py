"""Which rows does a due moment leave: sittings, the messages that speak of them, the nudges?

One statement each for all who share the moment. Unique keys make writing twice harmless.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.core.adherence import Excuse
from reminders.core.gate import Kind
from reminders.core.schedule import LAST_CALL, Due
from reminders.outbox.moments import Turn
from reminders.store.conversation import Message
from reminders.store.db import among, insert_selected, seconds_after
from reminders.store.people import Patient
from reminders.store.plans import Routine
from reminders.store.record import Occurrence

# A moment is moved no nearer to the closing of a window than this: its last call lies before it.
LONGEST_SPREAD = LAST_CALL - timedelta(minutes=1)
# Prime to any spread of minutes: neighbours in the book are spread evenly.
_STRIDE = 7_919


def write(session: Session, turn: Turn, routine_ids: str, now: datetime, spread: timedelta) -> int:
    """Write the sittings of one moment that are new; returns how many there were."""
    if turn.reminded:
        _write_reminders(session, turn.due, routine_ids, now, spread)
    written = _write_sittings(session, turn, routine_ids)
    if turn.nudge_at is not None:
        _write_nudges(session, turn.due, turn.nudge_at, routine_ids, now)
    return written


def _write_sittings(session: Session, turn: Turn, routine_ids: str) -> int:
    """A sitting that is not spoken of itself joins the message of its moment, if there is one."""
    due = turn.due
    return insert_selected(
        session,
        Occurrence,
        {
            "clinic_id": Routine.clinic_id,
            "patient_id": Routine.patient_id,
            "routine_key": Routine.routine_key,
            "slot": due.slot,
            "day": due.day,
            "due_at": due.at,
            "closes_at": turn.closes_at,
            "plan_version_id": Routine.plan_version_id,
            "routine_id": Routine.id,
            "message_id": None if due.paused else _reminder_of(due),
            "excuse": Excuse.PAUSED if due.paused else None,
        },
        among(session, Routine.id, routine_ids),
    )


def _write_reminders(
    session: Session, due: Due, routine_ids: str, now: datetime, spread: timedelta
) -> None:
    """Routines of one patient due at the same moment share one; a sitting of old needs none."""
    # One look-up by the unique key for each. As "not exists" PostgreSQL may join everything of
    # the day, which in a burst it still takes for empty.
    written_before = (
        sa.select(Occurrence.id)
        .where(
            Occurrence.routine_key == Routine.routine_key,
            Occurrence.slot == due.slot,
            Occurrence.day == due.day,
        )
        .limit(1)
        .scalar_subquery()
    )
    insert_selected(
        session,
        Message,
        {
            "clinic_id": Routine.clinic_id,
            "recipient": _recipient(),
            "kind": Kind.REMINDER,
            "key": _key(due),
            "patient_id": Routine.patient_id,
            "plan_version_id": Routine.plan_version_id,
            "medium": Patient.medium,
            "due_at": due.at,
            "ready_at": _ready_at(session, due.at, spread),
            "created_at": now,
        },
        among(session, Routine.id, routine_ids),
        Patient.id == Routine.patient_id,
        written_before.is_(None),
    )


def _write_nudges(
    session: Session, due: Due, nudge_at: datetime, routine_ids: str, now: datetime
) -> None:
    """One more for each reminder that has just been written, to whom it is set for."""
    reminder = aliased(Message)
    insert_selected(
        session,
        Message,
        {
            "clinic_id": reminder.clinic_id,
            "recipient": reminder.recipient,
            "kind": Kind.NUDGE,
            "key": reminder.key,
            "patient_id": reminder.patient_id,
            "plan_version_id": reminder.plan_version_id,
            "occurrence_id": _first_sitting(reminder),
            "medium": sa.func.coalesce(Patient.nudge_medium, Patient.medium),
            "due_at": nudge_at,
            "ready_at": nudge_at,
            "created_at": now,
        },
        among(session, Routine.id, routine_ids),
        Patient.id == Routine.patient_id,
        reminder.recipient == _recipient(),
        reminder.kind == Kind.REMINDER,
        reminder.key == _key(due),
        reminder.created_at == now,
    )


def _reminder_of(due: Due) -> sa.ScalarSelect[int]:
    return (
        sa.select(Message.id)
        .where(
            Message.recipient == _recipient(),
            Message.kind == Kind.REMINDER,
            Message.key == _key(due),
        )
        .correlate(Routine)
        .scalar_subquery()
    )


def _first_sitting(reminder: type[Message]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.min(Occurrence.id))
        .where(Occurrence.message_id == reminder.id)
        .scalar_subquery()
    )


def _recipient() -> sa.ColumnElement[str]:
    return sa.literal("p") + sa.cast(Routine.patient_id, sa.String)


def _key(due: Due) -> str:
    return due.at.strftime("%Y%m%dT%H%MZ")


def _ready_at(
    session: Session, at: datetime, spread: timedelta
) -> datetime | sa.ColumnElement[datetime]:
    """A crowd due at one moment leaves over a stated spread, everybody always at the same place."""
    seconds = int(min(spread, LONGEST_SPREAD).total_seconds())
    if seconds <= 0:
        return at
    return seconds_after(session, at, Patient.id * _STRIDE % seconds)
