"""Which rows does a due moment leave: sittings, the messages that speak of them, the nudges?

One statement each, however many moments and whoever shares them. Unique keys make writing twice
harmless.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import TypeEngine

from reminders.core.adherence import Excuse
from reminders.core.gate import Kind
from reminders.core.schedule import LAST_CALL
from reminders.outbox.moments import Turn
from reminders.store.conversation import Message
from reminders.store.db import UTCDateTime, insert_selected, seconds_after
from reminders.store.people import Patient
from reminders.store.plans import Routine
from reminders.store.record import Occurrence
from reminders.store.statements import given

# A moment is moved no nearer to the closing of a window than this: its last call lies before it.
LONGEST_SPREAD = LAST_CALL - timedelta(minutes=1)
# Prime to any spread of minutes: neighbours in the book are spread evenly.
_STRIDE = 7_919
_TURN: Mapping[str, TypeEngine[Any]] = {
    "key": sa.String(),
    "due_at": UTCDateTime(),
    "slot": sa.Integer(),
    "day": sa.Date(),
    "paused": sa.Boolean(),
    "closes_at": UTCDateTime(),
    "nudge_at": UTCDateTime(),
}


def write(
    session: Session, turns: Mapping[Turn, Sequence[str]], now: datetime, spread: timedelta
) -> int:
    """Write the sittings of these moments that are new; returns how many there were."""
    if not turns:
        return 0
    reminded = {turn: ids for turn, ids in turns.items() if turn.reminded}
    # Before all sittings: one that is not spoken of itself joins the message of its moment.
    if reminded:
        _write_reminders(session, _given(session, reminded), now, spread)
    written = _write_sittings(session, _given(session, turns))
    nudged = {turn: ids for turn, ids in reminded.items() if turn.nudge_at is not None}
    if nudged:
        _write_nudges(session, _given(session, nudged), now)
    return written


def _given(session: Session, turns: Mapping[Turn, Sequence[str]]) -> sa.Subquery:
    rows = [
        {
            "key": turn.due.at.strftime("%Y%m%dT%H%MZ"),
            "due_at": turn.due.at,
            "slot": turn.due.slot,
            "day": turn.due.day,
            "paused": turn.due.paused,
            "closes_at": turn.closes_at,
            "nudge_at": turn.nudge_at,
            "ids": ",".join(ids),
        }
        for turn, ids in turns.items()
    ]
    return given(session, _TURN, rows)


def _write_sittings(session: Session, turn: sa.Subquery) -> int:
    """A sitting that is not spoken of itself joins the message of its moment, if there is one."""
    reminder = (
        sa.select(Message.id)
        .where(
            Message.recipient == _recipient(),
            Message.kind == Kind.REMINDER,
            Message.key == turn.c.key,
        )
        .scalar_subquery()
    )
    return insert_selected(
        session,
        Occurrence,
        {
            "clinic_id": Routine.clinic_id,
            "patient_id": Routine.patient_id,
            "routine_key": Routine.routine_key,
            "slot": turn.c.slot,
            "day": turn.c.day,
            "due_at": turn.c.due_at,
            "closes_at": turn.c.closes_at,
            "plan_version_id": Routine.plan_version_id,
            "routine_id": Routine.id,
            "message_id": sa.case((turn.c.paused, None), else_=reminder),
            "excuse": sa.case((turn.c.paused, Excuse.PAUSED.value), else_=None),
        },
        Routine.id == turn.c.id,
    )


def _write_reminders(session: Session, turn: sa.Subquery, now: datetime, spread: timedelta) -> None:
    """Routines of one patient due at the same moment share one; a sitting of old needs none."""
    # One look-up by the unique key for each. As "not exists" PostgreSQL may join everything of
    # the day, which in a burst it still takes for empty.
    written_before = (
        sa.select(Occurrence.id)
        .where(
            Occurrence.routine_key == Routine.routine_key,
            Occurrence.slot == turn.c.slot,
            Occurrence.day == turn.c.day,
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
            "key": turn.c.key,
            "patient_id": Routine.patient_id,
            "plan_version_id": Routine.plan_version_id,
            "medium": Patient.medium,
            "due_at": turn.c.due_at,
            "ready_at": _ready_at(session, turn.c.due_at, spread),
            "created_at": now,
        },
        Routine.id == turn.c.id,
        Patient.id == Routine.patient_id,
        written_before.is_(None),
    )


def _write_nudges(session: Session, turn: sa.Subquery, now: datetime) -> None:
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
            "due_at": turn.c.nudge_at,
            "ready_at": turn.c.nudge_at,
            "created_at": now,
        },
        Routine.id == turn.c.id,
        Patient.id == Routine.patient_id,
        reminder.recipient == _recipient(),
        reminder.kind == Kind.REMINDER,
        reminder.key == turn.c.key,
        reminder.created_at == now,
    )


def _first_sitting(reminder: type[Message]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.min(Occurrence.id))
        .where(Occurrence.message_id == reminder.id)
        .scalar_subquery()
    )


def _recipient() -> sa.ColumnElement[str]:
    return sa.literal("p") + sa.cast(Routine.patient_id, sa.String)


def _ready_at(
    session: Session, at: sa.ColumnElement[datetime], spread: timedelta
) -> sa.ColumnElement[datetime]:
    """A crowd due at one moment leaves over a stated spread, everybody always at the same place."""
    seconds = int(min(spread, LONGEST_SPREAD).total_seconds())
    if seconds <= 0:
        return at
    return seconds_after(session, at, Patient.id * _STRIDE % seconds)
