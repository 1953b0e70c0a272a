"""Which sittings have become due, and what must be written to whom?

Cost follows what is due, never what exists: a tick reads the routines whose `next_due_at` has
passed, writes their occurrences and messages, and moves them on, in one transaction a batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, selectinload

from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.schedule import Due, Rhythm
from reminders.outbox.excusing import EXCUSES, exclude
from reminders.store.conversation import MOVES, Message, State
from reminders.store.db import Sessions, insert_once, insert_returning, transaction
from reminders.store.people import Care, Clinic, Patient, PatientPause
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.record import Occurrence

BATCH = 500
LONGEST_CATCH_UP = timedelta(days=31)
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
_AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Sitting:
    routine: Routine
    due: Due

    @property
    def name(self) -> tuple[str, int, date]:
        """What the database knows it by."""
        return self.routine.routine_key, self.due.slot, self.due.day


def plan(sessions: Sessions, now: datetime) -> int:
    """Write what has become due up to `now`; returns the number of sittings written."""
    written, taken = 0, BATCH
    while taken:
        with transaction(sessions) as session:
            taken, new = _plan_batch(session, now)
        written += new
    return written


def _plan_batch(session: Session, now: datetime) -> tuple[int, int]:
    routines = _due_routines(session, now)
    sittings = [sitting for routine in routines for sitting in _advance(routine, now)]
    return len(routines), _write(session, sittings, now)


def _due_routines(session: Session, now: datetime) -> Sequence[Routine]:
    """Everything due of the patients longest due, patients in other hands passed over.

    A patient is taken whole, so that two clocks cannot split what shares one message. Only the
    columns that planning needs are read: nothing is decrypted, and no bad value can stop it.
    """
    longest_due = (
        sa.select(Routine.patient_id)
        .where(Routine.next_due_at <= now)
        .order_by(Routine.next_due_at)
        .limit(BATCH)
    )
    whose = contains_eager(Routine.patient)
    return session.scalars(
        sa.select(Routine)
        .join(Routine.patient)
        .join(Patient.clinic)
        .where(Routine.patient_id.in_(longest_due), Routine.next_due_at <= now)
        .options(
            whose.load_only(
                Patient.zone, Patient.opens, Patient.closes, Patient.state, Patient.medium
            ),
            whose.contains_eager(Patient.clinic).load_only(Clinic.opens, Clinic.closes),
            whose.options(
                selectinload(Patient.pauses).load_only(
                    PatientPause.first_day, PatientPause.last_day
                )
            ),
        )
        .with_for_update(skip_locked=True, key_share=True, of=(Routine, Patient))
    ).all()


def _advance(routine: Routine, now: datetime) -> list[_Sitting]:
    """Take every sitting due by now and move the routine on to its next one."""
    assert routine.next_due_at is not None
    since = max(routine.next_due_at, now - LONGEST_CATCH_UP) - _AN_INSTANT
    if routine.patient.state is Care.DISCHARGED:
        routine.next_due_at = None
        return []
    try:
        dues = _dues(routine.rhythm(routine.patient), since, now)
        routine.plan_next(routine.patient, now)
    except (ValueError, TypeError, LookupError, ArithmeticError) as fault:
        # One row that cannot be planned must not hold up its neighbours; the desk shows the fault.
        routine.set_aside(type(fault).__name__)
        return []
    return [_Sitting(routine, due) for due in dues]


# Patients of one clinic share rhythms and due minutes, as in schedule.next_due.
@lru_cache(maxsize=1_024)
def _dues(rhythm: Rhythm, since: datetime, until: datetime) -> tuple[Due, ...]:
    return tuple(schedule.due_between(rhythm, since, until))


def _write(session: Session, sittings: Sequence[_Sitting], now: datetime) -> int:
    """Write the sittings that are new, and what must be said of them."""
    inserted = insert_returning(
        session,
        Occurrence,
        [_occurrence(sitting) for sitting in sittings],
        (Occurrence.routine_key, Occurrence.slot, Occurrence.day),
    )
    new = {tuple(row) for row in inserted}
    said = [one for one in sittings if not one.due.paused and one.name in new]
    insert_once(session, Message, _messages(said, now))
    _link(session, said)
    return len(new)


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
    """Routines of one patient due at the same moment share one message."""
    shared = {(sitting.routine.patient_id, sitting.due.at): sitting for sitting in sittings}
    return [
        {
            "clinic_id": sitting.routine.clinic_id,
            "recipient": f"p{patient_id}",
            "kind": Kind.REMINDER,
            "key": due_at.strftime("%Y%m%dT%H%MZ"),
            "patient_id": patient_id,
            "plan_version_id": sitting.routine.plan_version_id,
            "medium": sitting.routine.patient.medium,
            "state": State.DUE,
            "due_at": due_at,
            "ready_at": due_at,
            "created_at": now,
        }
        for (patient_id, due_at), sitting in shared.items()
    ]


def _link(session: Session, sittings: Sequence[_Sitting]) -> None:
    """Tell the new sittings which message speaks of them."""
    if not sittings:
        return
    session.execute(
        sa.update(Occurrence)
        .where(
            Occurrence.patient_id.in_({one.routine.patient_id for one in sittings}),
            Occurrence.day >= min(one.due.day for one in sittings),
            Occurrence.message_id.is_(None),
            Occurrence.excuse.is_(None),
            Message.patient_id == Occurrence.patient_id,
            Message.due_at == Occurrence.due_at,
            Message.kind == Kind.REMINDER,
        )
        .values(message_id=Message.id)
        .execution_options(synchronize_session=False)
    )


def withdraw_unsent(session: Session, patient_id: int, reason: Reason) -> int:
    """Take back what has not left yet for a patient, in the caller's transaction.

    What is claimed at this moment goes out: nobody can call it back.
    """
    withdrawn = session.scalars(
        sa.update(Message)
        .where(
            Message.patient_id == patient_id,
            Message.state.in_(MOVES[State.WITHDRAWN]),
            Message.kind.in_(REMINDING),
        )
        .values(state=State.WITHDRAWN, reason=reason)
        .returning(Message.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    exclude(session, withdrawn, EXCUSES.get(reason, Excuse.WITHHELD))
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
