"""Which sittings have become due, and what must be written to whom?

Cost follows what is due, never what exists: a tick reads the routines whose `next_due_at` has
passed, writes their occurrences and messages, and moves them on, in one transaction a batch.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.schedule import Due, Pause, Rhythm, Window
from reminders.outbox.excusing import EXCUSES, exclude
from reminders.store.conversation import MOVES, Message, State
from reminders.store.db import Sessions, insert_selected, transaction
from reminders.store.people import Care, Clinic, Patient, PatientPause
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.record import Occurrence

BATCH = 1_000
LONGEST_CATCH_UP = timedelta(days=31)
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
_AN_INSTANT = timedelta(microseconds=1)


def plan(sessions: Sessions, now: datetime) -> int:
    """Write what has become due up to `now`; returns the number of sittings written."""
    written, taken = 0, BATCH
    while taken:
        with transaction(sessions) as session:
            taken, new = _plan_batch(session, now)
        written += new
    return written


def _plan_batch(session: Session, now: datetime) -> tuple[int, int]:
    """Many routines share their moments: one statement for each moment, not for each routine."""
    routines, pauses = _due_routines(session, now), _pauses(session, now)
    sittings: defaultdict[tuple[Due, datetime], list[int]] = defaultdict(list)
    nexts: defaultdict[datetime | None, list[int]] = defaultdict(list)
    for routine in routines:
        try:
            dues, next_due_at = _advance(routine, pauses.get(routine.patient_id, ()), now)
        except (ValueError, TypeError, LookupError, ArithmeticError) as fault:
            # One row that cannot be planned must not hold up its neighbours; the desk shows it.
            session.get_one(Routine, routine.id).set_aside(type(fault).__name__)
            continue
        nexts[next_due_at].append(routine.id)
        for due in dues:
            sittings[due].append(routine.id)
    written = sum(_write(session, *moment, ids, now) for moment, ids in sittings.items())
    for next_due_at, ids in nexts.items():
        _move_on(session, ids, next_due_at, now)
    return len(routines), written


def _due_routines(session: Session, now: datetime) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Everything due of the patients longest due, patients in other hands passed over.

    A patient is taken whole, so that two clocks cannot split what shares one message. Plain
    columns: nothing is decrypted, and no unreadable value can stop the planning of all.
    """
    longest_due = (
        sa.select(Routine.patient_id)
        .where(Routine.next_due_at <= now)
        .order_by(Routine.next_due_at)
        .limit(BATCH)
    )
    return session.execute(
        sa.select(
            Routine.id, Routine.patient_id, Routine.next_due_at,
            Routine.times, Routine.weekdays, Routine.every_days, Routine.starts, Routine.ends,
            Patient.zone, Patient.state, Patient.opens, Patient.closes,
            Clinic.opens.label("clinic_opens"), Clinic.closes.label("clinic_closes"),
        )
        .join(Patient, Patient.id == Routine.patient_id)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .where(Routine.patient_id.in_(longest_due), Routine.next_due_at <= now)
        .with_for_update(skip_locked=True, key_share=True, of=(Routine, Patient))
    ).all()  # fmt: skip


def _pauses(session: Session, now: datetime) -> Mapping[int, tuple[Pause, ...]]:
    due = sa.select(Routine.patient_id).where(Routine.next_due_at <= now)
    found: defaultdict[int, tuple[Pause, ...]] = defaultdict(tuple)
    for patient_id, first, last in session.execute(
        sa.select(PatientPause.patient_id, PatientPause.first_day, PatientPause.last_day).where(
            PatientPause.patient_id.in_(due)
        )
    ):
        found[patient_id] += (Pause(first, last),)
    return found


def _advance(
    routine: sa.Row[*tuple[Any, ...]], pauses: tuple[Pause, ...], now: datetime
) -> tuple[tuple[tuple[Due, datetime], ...], datetime | None]:
    """Every moment due by now with the end of its day, and the next one to come."""
    if routine.state is Care.DISCHARGED:
        return (), None
    since = max(routine.next_due_at, now - LONGEST_CATCH_UP) - _AN_INSTANT
    return _moments(_rhythm(routine, pauses), since, now)


def _rhythm(routine: sa.Row[*tuple[Any, ...]], pauses: tuple[Pause, ...]) -> Rhythm:
    """As Routine.rhythm has it, from plain columns."""
    return Rhythm(
        zone=schedule.zone(routine.zone),
        times=tuple(time.fromisoformat(wall) for wall in routine.times),
        start=routine.starts,
        end=routine.ends,
        weekdays=frozenset(routine.weekdays),
        every_days=routine.every_days,
        window=Window(
            routine.opens or routine.clinic_opens, routine.closes or routine.clinic_closes
        ),
        pauses=pauses,
    )


# Patients of one clinic share rhythms and due minutes, as in schedule.next_due.
@lru_cache(maxsize=1_024)
def _moments(
    rhythm: Rhythm, since: datetime, until: datetime
) -> tuple[tuple[tuple[Due, datetime], ...], datetime | None]:
    dues = schedule.due_between(rhythm, since, until)
    coming = schedule.next_due(rhythm, until)
    ends = tuple((due, schedule.day_ends(due.day, rhythm.zone)) for due in dues)
    return ends, coming.at if coming is not None else None


def _write(
    session: Session, due: Due, closes_at: datetime, routine_ids: Sequence[int], now: datetime
) -> int:
    """Write the sittings of one moment that are new, after the messages that will speak of them."""
    if not due.paused:
        _write_messages(session, due, routine_ids, now)
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
            "closes_at": closes_at,
            "plan_version_id": Routine.plan_version_id,
            "routine_id": Routine.id,
            "message_id": None if due.paused else _message_of(due),
            "excuse": Excuse.PAUSED if due.paused else None,
        },
        Routine.id.in_(routine_ids),
    )


def _write_messages(session: Session, due: Due, routine_ids: Sequence[int], now: datetime) -> None:
    """Routines of one patient due at the same moment share one; a sitting of old needs none."""
    written_before = sa.exists().where(
        Occurrence.routine_key == Routine.routine_key,
        Occurrence.slot == due.slot,
        Occurrence.day == due.day,
    )
    insert_selected(
        session,
        Message,
        {
            "clinic_id": Routine.clinic_id,
            "recipient": sa.literal("p") + sa.cast(Routine.patient_id, sa.String),
            "kind": Kind.REMINDER,
            "key": due.at.strftime("%Y%m%dT%H%MZ"),
            "patient_id": Routine.patient_id,
            "plan_version_id": Routine.plan_version_id,
            "medium": Patient.medium,
            "due_at": due.at,
            "ready_at": due.at,
            "created_at": now,
        },
        Routine.id.in_(routine_ids),
        Patient.id == Routine.patient_id,
        ~written_before,
    )


def _message_of(due: Due) -> sa.ScalarSelect[int]:
    return (
        sa.select(Message.id)
        .where(
            Message.patient_id == Routine.patient_id,
            Message.due_at == due.at,
            Message.kind == Kind.REMINDER,
        )
        .correlate(Routine)
        .scalar_subquery()
    )


def _move_on(
    session: Session, routine_ids: Sequence[int], next_due_at: datetime | None, now: datetime
) -> None:
    """Let routines come due again; what a change of plan has moved meanwhile stays as it is."""
    session.execute(
        sa.update(Routine)
        .where(Routine.id.in_(routine_ids), Routine.next_due_at <= now)
        .values(next_due_at=next_due_at)
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
        if patient.state is Care.DISCHARGED:
            routine.next_due_at = None
        elif routine.next_due_at is None or routine.next_due_at > now:
            routine.plan_next(patient, now)
        # What is due already, the next tick writes down by the new rhythm.
