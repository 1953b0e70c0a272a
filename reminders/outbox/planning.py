"""Which sittings have become due, and what must be written to whom?

Cost follows what is due, never what exists: a tick reads the routines whose `next_due_at` has
passed, writes their occurrences and messages, and moves them on, in one transaction a batch.
Routines that share their habit are read as one row and written by one statement.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.outbox.excusing import EXCUSES, exclude
from reminders.outbox.moments import LONGEST_CATCH_UP, Told, Turn, advance
from reminders.outbox.writing import write
from reminders.store.conversation import MOVES, Message, State, carer_of
from reminders.store.db import Sessions, transaction
from reminders.store.people import Care, Clinic, Medium, Patient, PatientPause
from reminders.store.plans import UNPLANNABLE, Plan, PlanVersion, Routine
from reminders.store.record import alert_clinic
from reminders.store.spelling import ONE
from reminders.store.statements import among, given, read, run

BATCH = 1_000
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
SET_ASIDE = (
    "A plan cannot be scheduled, so its reminders do not go out. The clinic page says whose."
)
_NO_SPREAD = timedelta()
_LONG_AGO = date(2000, 1, 1)


def plan(sessions: Sessions, now: datetime, *, spread: timedelta = _NO_SPREAD) -> int:
    """Write what has become due up to `now`; returns the number of sittings written.

    A crowd that is due at one moment becomes ready over the spread.
    """
    written, taken = 0, 1
    while taken:
        with transaction(sessions) as session:
            if not _anything_due(session, now):
                break
            taken, new = _plan_batch(session, now, spread)
            if not taken:
                _set_orphans_aside(session, now)
        written += new
    return written


_ANYTHING = (
    sa.select(Routine.id)
    .where(Routine.next_due_at <= sa.bindparam("now"))
    .order_by(Routine.next_due_at)  # by its index: whether few or many are due is not known
    .limit(ONE)
)


def _anything_due(session: Session, now: datetime) -> bool:
    return run(session, _ANYTHING, now=now).scalar() is not None


def _plan_batch(session: Session, now: datetime, spread: timedelta) -> tuple[int, int]:
    """Take a batch, write its turns and move its routines on; how many taken, how many written."""
    turns: defaultdict[Turn, list[str]] = defaultdict(list)
    nexts: defaultdict[datetime | None, list[str]] = defaultdict(list)
    taken = 0
    for told in _take(session, now):
        taken += told.count
        try:
            come, next_due_at = advance(told, now)
        except UNPLANNABLE as fault:
            # What cannot be planned must not hold up its neighbours; the desk shows it.
            _set_aside(session, told.ids, type(fault).__name__, now)
            continue
        nexts[next_due_at].append(told.ids)
        for turn in come:
            turns[turn].append(told.ids)
    written = write(session, turns, now, spread)
    _move_on(session, nexts, now)
    return taken, written


def _pauses() -> sa.ScalarSelect[str]:
    first, last = (
        sa.cast(column, sa.String) for column in (PatientPause.first_day, PatientPause.last_day)
    )
    return (
        sa.select(sa.func.aggregate_strings(first + "/" + sa.func.coalesce(last, ""), ","))
        .where(PatientPause.patient_id == Routine.patient_id)
        .correlate(Routine)
        .scalar_subquery()
    )


def _habit() -> list[sa.Label[str]]:
    """The columns that decide a routine's moments, as text.

    How long ago a daily routine began and how far off it ends decides nothing now: left out, those
    who differ in that alone are one.
    """
    daily = sa.and_(Routine.every_days == 1, Routine.fades_to.is_(None))
    began = sa.and_(daily, Routine.starts <= sa.bindparam("long_before", type_=sa.Date))
    goes_on = sa.and_(daily, Routine.ends > sa.bindparam("long_after", type_=sa.Date))
    chosen = {
        "next_due_at": Routine.next_due_at,
        "times": Routine.times,
        "weekdays": Routine.weekdays,
        "every_days": Routine.every_days,
        "starts": sa.case((began, _LONG_AGO), else_=Routine.starts),
        "ends": sa.case((goes_on, None), else_=Routine.ends),
        "fades_to": Routine.fades_to,
        "fades_from": Routine.fades_from,
        "zone": Patient.zone,
        "state": Patient.state,
        "opens": sa.func.coalesce(Patient.opens, Clinic.opens),
        "closes": sa.func.coalesce(Patient.closes, Clinic.closes),
        "nudge_hours": Patient.nudge_hours,
        "pauses": _pauses(),
    }
    return [sa.cast(column, sa.String).label(name) for name, column in chosen.items()]


def _taking() -> sa.Select[Any]:
    longest_due = (
        sa.select(Routine.patient_id)
        .where(Routine.next_due_at <= sa.bindparam("now"))
        .order_by(Routine.next_due_at)
        .limit(BATCH)
    )
    taken = (
        sa.select(Routine.id, *_habit())
        .outerjoin_from(Routine, Clinic, Clinic.id == Routine.clinic_id)
        .join(Patient, Patient.id == Routine.patient_id)
        .where(Routine.patient_id.in_(longest_due), Routine.next_due_at <= sa.bindparam("now"))
        .with_for_update(skip_locked=True, key_share=True, of=(Routine, Patient))
        .cte("taken")
    )
    words = [column for column in taken.c if column.name != "id"]
    ids = sa.func.aggregate_strings(sa.cast(taken.c.id, sa.String), ",").label("ids")
    return sa.select(*words, ids, sa.func.count().label("count")).group_by(*words)


_TAKING = _taking()


def _take(session: Session, now: datetime) -> Sequence[Told]:
    """Everything due of the patients longest due, those in other hands passed over, by habit.

    A patient is taken whole, so that two clocks cannot split what shares one message. Plain
    columns as text: nothing is decrypted, no unreadable value can stop the planning of all, and
    a thousand routines of one habit are one row.
    """
    long_before, long_after = ((now + way * 2 * LONGEST_CATCH_UP).date() for way in (-1, 1))
    rows = read(session, _TAKING, now=now, long_before=long_before, long_after=long_after)
    return [Told(*row) for row in rows]


def _set_aside(session: Session, ids: str, fault: str, now: datetime) -> None:
    those = {"ids": [int(one) for one in ids.split(",")]}
    routines = session.scalars(sa.select(Routine).where(among(Routine.id, "ids")), those).all()
    for routine in routines:
        routine.set_aside(fault)
    for clinic_id in {routine.clinic_id for routine in routines}:
        alert_clinic(session, clinic_id, SET_ASIDE, now)


def _set_orphans_aside(session: Session, now: datetime) -> None:
    """A routine whose patient is gone is nobody's: it must not stand first in line for ever."""
    session.execute(
        sa.update(Routine)
        .where(Routine.next_due_at <= now, ~sa.exists().where(Patient.id == Routine.patient_id))
        .values(next_due_at=None, fault="no patient")
        .execution_options(synchronize_session=False)
    )


def _move_on(
    session: Session, nexts: Mapping[datetime | None, Sequence[str]], now: datetime
) -> None:
    """Let routines come due again; what a change of plan has moved meanwhile stays as it is."""
    if not nexts:
        return
    rows = [{"next_due_at": at, "ids": ",".join(ids)} for at, ids in nexts.items()]
    moved = given(session, {"next_due_at": Routine.next_due_at.type}, rows)
    session.execute(
        sa.update(Routine)
        .where(Routine.id == moved.c.id, Routine.next_due_at <= now)
        .values(next_due_at=moved.c.next_due_at)
        .execution_options(synchronize_session=False)
    )


def withdraw_unsent(
    session: Session, patient_id: int, reason: Reason, kinds: Collection[Kind] = REMINDING
) -> int:
    """Take back what has not left yet for a patient, in the caller's transaction.

    What is claimed at this moment goes out: nobody can call it back.
    """
    return _withdraw(session, reason, *_unsent(patient_id, kinds))


def _unsent(patient_id: int, kinds: Collection[Kind]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Message.patient_id == patient_id,
        Message.state.in_(MOVES[State.WITHDRAWN]),
        Message.kind.in_(kinds),
    )


def _withdraw(session: Session, reason: Reason, *which: sa.ColumnElement[bool]) -> int:
    withdrawn = session.scalars(
        sa.update(Message)
        .where(*which)
        .values(state=State.WITHDRAWN, reason=reason)
        .returning(Message.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    exclude(session, withdrawn, EXCUSES.get(reason, Excuse.WITHHELD))
    return len(withdrawn)


def withdraw_from_carer(session: Session, patient_id: int) -> None:
    """Take back what has not left yet for a carer who is to be told nothing more."""
    session.execute(
        sa.update(Message)
        .where(
            Message.recipient == carer_of(patient_id),
            Message.state.in_(MOVES[State.WITHDRAWN]),
        )
        .values(state=State.WITHDRAWN, reason=Reason.NO_CONSENT)
        .execution_options(synchronize_session="fetch")
    )


def replan(session: Session, patient: Patient, now: datetime) -> None:
    """After a change of zone, window or plan: withdraw and compute the next due moments.

    A new time after today's text starts tomorrow: the occurrence's unique key refuses a second one.
    """
    withdraw_unsent(session, patient.id, Reason.PLAN_CHANGED)
    if patient.state is Care.DISCHARGED:
        withdraw_from_carer(session, patient.id)
    _plan_anew(session, patient, now)


def send_by(session: Session, patient: Patient, medium: Medium) -> None:
    """Let what waits to leave for a patient go the way they chose; a nudge may have its own."""
    kinds = {*REMINDING, Kind.QUESTION} - ({Kind.NUDGE} if patient.nudge_medium else set())
    session.execute(
        sa.update(Message)
        .where(
            Message.patient_id == patient.id,
            Message.state == State.DUE,
            Message.kind.in_(kinds),
        )
        .values(medium=medium)
        .execution_options(synchronize_session="fetch")
    )


def repause(session: Session, patient: Patient, now: datetime) -> None:
    """After a pause was asked for or ended: withdraw what is due on a paused day, and no more.

    What is due on other days stays as it was promised; it could not be written a second time.
    """
    spans = [pause.span for pause in patient.pauses]
    unsent = _unsent(patient.id, REMINDING)
    waiting = session.execute(sa.select(Message.id, Message.due_at).where(*unsent))
    paused = [
        message_id
        for message_id, due_at in waiting
        if any(span.covers(due_at.astimezone(patient.tz).date()) for span in spans)
    ]
    _withdraw(session, Reason.PAUSED, Message.id.in_(paused), *unsent)
    _plan_anew(session, patient, now)


def _plan_anew(session: Session, patient: Patient, now: datetime) -> None:
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
            if routine.fault:
                alert_clinic(session, routine.clinic_id, SET_ASIDE, now)
        # What is due already, the next tick writes down by the new rhythm.
