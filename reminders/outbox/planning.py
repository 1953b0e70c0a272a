"""Which sittings have become due, and what must be written to whom?

Cost follows what is due, never what exists: a tick reads the routines whose `next_due_at` has
passed, writes their occurrences and messages, and moves them on, in one transaction a batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.schedule import Due
from reminders.store.conversation import Message, State, move
from reminders.store.db import Sessions, insert_once, insert_returning, transaction
from reminders.store.people import Care, Patient
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.record import Occurrence

BATCH = 500
LONGEST_CATCH_UP = timedelta(days=31)
_AN_INSTANT = timedelta(microseconds=1)
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)


@dataclass(frozen=True)
class _Sitting:
    routine: Routine
    due: Due

    @property
    def key(self) -> str:
        """Routines of one patient due at the same minute share one message."""
        return self.due.at.strftime("%Y%m%dT%H%MZ")

    @property
    def recipient(self) -> str:
        return f"p{self.routine.patient_id}"


def plan(sessions: Sessions, now: datetime) -> int:
    """Write what has become due up to `now`; returns the number of sittings written."""
    written, batch = 0, -1
    while batch != 0:
        with transaction(sessions) as session:
            batch, new = _plan_batch(session, now)
        written += new
    return written


def _plan_batch(session: Session, now: datetime) -> tuple[int, int]:
    routines = session.scalars(
        sa.select(Routine)
        .where(Routine.next_due_at <= now)
        .order_by(Routine.next_due_at)
        .limit(BATCH)
        .options(joinedload(Routine.patient))
        .with_for_update(skip_locked=True, of=Routine)
    ).all()
    sittings = [sitting for routine in routines for sitting in _advance(routine, now)]
    new = _write(session, sittings, now)
    session.flush()
    return len(routines), new


def _advance(routine: Routine, now: datetime) -> list[_Sitting]:
    """Take the sittings of this due moment and move the routine to its next one."""
    moment = routine.next_due_at
    assert moment is not None
    try:
        rhythm = routine.rhythm(routine.patient)
        moment = max(moment, now - LONGEST_CATCH_UP)
        dues = list(schedule.due_between(rhythm, moment - _AN_INSTANT, moment))
        routine.plan_next(routine.patient, moment)
    except (ValueError, KeyError, OverflowError) as fault:
        # One row that cannot be planned must not hold up its neighbours; the desk shows the fault.
        routine.set_aside(type(fault).__name__)
        return []
    if routine.patient.state is Care.DISCHARGED:
        routine.next_due_at = None
        return []
    return [_Sitting(routine, due) for due in dues]


def _write(session: Session, sittings: Sequence[_Sitting], now: datetime) -> int:
    if not sittings:
        return 0
    inserted = insert_returning(
        session,
        Occurrence,
        [_occurrence(sitting) for sitting in sittings],
        (Occurrence.id, Occurrence.routine_key, Occurrence.slot, Occurrence.day),
    )
    ids = {(row.routine_key, row.slot, row.day): row.id for row in inserted}
    asked = [
        (ids[key], sitting)
        for sitting in sittings
        if (key := (sitting.routine.routine_key, sitting.due.slot, sitting.due.day)) in ids
        and not sitting.due.paused
    ]
    insert_once(session, Message, _messages((sitting for _, sitting in asked), now))
    _link_messages(session, asked)
    return len(ids)


def _occurrence(sitting: _Sitting) -> dict[str, Any]:
    routine, due = sitting.routine, sitting.due
    return {
        "clinic_id": routine.clinic_id,
        "patient_id": routine.patient_id,
        "routine_key": routine.routine_key,
        "slot": due.slot,
        "day": due.day,
        "due_at": due.at,
        "closes_at": schedule.day_ends(due.day, routine.patient.tz),
        "plan_version_id": routine.plan_version_id,
        "routine_id": routine.id,
        "excuse": Excuse.PAUSED if due.paused else None,
    }


def _messages(sittings: Iterable[_Sitting], now: datetime) -> list[dict[str, Any]]:
    by_key = {(sitting.recipient, sitting.key): sitting for sitting in sittings}
    return [
        {
            "clinic_id": sitting.routine.clinic_id,
            "recipient": recipient,
            "kind": Kind.REMINDER,
            "key": key,
            "patient_id": sitting.routine.patient_id,
            "plan_version_id": sitting.routine.plan_version_id,
            "medium": sitting.routine.patient.medium,
            "state": State.DUE,
            "due_at": sitting.due.at,
            "ready_at": sitting.due.at,
            "created_at": now,
        }
        for (recipient, key), sitting in by_key.items()
    ]


def _link_messages(session: Session, asked: Sequence[tuple[int, _Sitting]]) -> None:
    if not asked:
        return
    message_id = (
        sa.select(Message.id)
        .where(
            Message.recipient == sa.bindparam("to"),
            Message.kind == Kind.REMINDER,
            Message.key == sa.bindparam("message_key"),
        )
        .scalar_subquery()
    )
    session.connection().execute(
        sa.update(Occurrence)
        .where(Occurrence.id == sa.bindparam("occurrence"))
        .values(message_id=message_id),
        [
            {"occurrence": row, "to": sitting.recipient, "message_key": sitting.key}
            for row, sitting in asked
        ],
    )


def withdraw_unsent(session: Session, patient_id: int, reason: Reason) -> int:
    """Take back what has not left yet for a patient, in the caller's transaction."""
    waiting = session.scalars(
        sa.select(Message.id).where(
            Message.patient_id == patient_id,
            Message.state == State.DUE,
            Message.kind.in_(REMINDING),
        )
    ).all()
    withdrawn = [row for row in waiting if move(session, row, State.WITHDRAWN, reason=reason)]
    for occurrence in session.scalars(
        sa.select(Occurrence).where(Occurrence.message_id.in_(withdrawn))
    ):
        occurrence.exclude(Excuse.WITHHELD)
    return len(withdrawn)


def replan(session: Session, patient: Patient, now: datetime) -> None:
    """After a change of zone, window, pause or plan: withdraw and compute the next due moments.

    A new time after today's text starts tomorrow: the occurrence's unique key refuses a second one.
    """
    withdraw_unsent(session, patient.id, Reason.PLAN_CHANGED)
    current = (
        sa.select(Routine)
        .join(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Plan.patient_id == patient.id,
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
        )
    )
    for routine in session.scalars(current):
        routine.next_due_at = None
        if patient.state is not Care.DISCHARGED:
            routine.plan_next(patient, now)
