"""How does a clinic of thousands, with half a year behind it, come into a bench's database?

The database makes the rows by itself, a day at a time: who did what is worked out from the numbers
of the rows, so that every run has the same clinic.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.stage import a_crowd
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Door, Message, Reply, State
from reminders.store.db import Base, Sessions, transaction
from reminders.store.people import Clinic, Medium, Patient, new_key
from reminders.store.plans import Routine
from reminders.store.record import Alert, EntrySource, LogEntry, Moment, Occurrence

CASELOAD = 200
TALKED = 60  # days of texts: as many as any page looks back on
_NINE = time(9)
_DAY = timedelta(days=1)
_OPEN = timedelta(hours=18)
_UNCHECKED = "SET LOCAL session_replication_role = replica"


@dataclass(frozen=True)
class Stock:
    """The clinic, one therapist with one patient of hers, and the moment all was made for."""

    clinic: int
    staff: int
    patient: int
    patients: int
    now: datetime


def a_stock(sessions: Sessions, patients: int, days: int, now: datetime) -> Stock:
    """So many patients with so many days behind them, 200 to a therapist."""
    a_crowd(sessions, patients)
    with transaction(sessions) as session:
        _share_out(session, patients)
    with transaction(sessions) as session:
        _make_room(session)
        for ago in range(1, days + 1):
            due = datetime.combine((now - ago * _DAY).date(), _NINE, now.tzinfo)
            _a_day(session, due, ago)
        session.execute(_alerts(now))
    with sessions() as session:
        first = session.scalars(sa.select(Patient).order_by(Patient.id).limit(1)).one()
        stock = Stock(first.clinic_id, first.therapist_id or 0, first.id, patients, now)
    with sessions.kw["bind"].connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
    sessions.kw["bind"].dispose()  # the room that was made goes with its connection
    return stock


def _share_out(session: Session, patients: int) -> None:
    clinic = session.scalars(sa.select(Clinic)).one()
    for n in range(1, -(-patients // CASELOAD)):
        session.add(
            Staff(
                clinic_id=clinic.id, name=f"Staff {n}", email=f"s{n}@example.org", phone="",
                active=True, role=Role.THERAPIST, fs_uniquifier=new_key(),
            )
        )  # fmt: skip
    session.flush()
    first_patient = session.scalar(sa.select(sa.func.min(Patient.id))) or 0
    for nth, staff in enumerate(session.scalars(sa.select(Staff.id).order_by(Staff.id))):
        begin = first_patient + nth * CASELOAD
        theirs = Patient.id.between(begin, begin + CASELOAD - 1)
        session.execute(sa.update(Patient).where(theirs).values(therapist_id=staff))


def _make_room(session: Session) -> None:
    """Let millions of rows in quickly.

    SQLite holds its indexes in memory while they grow: its own two megabytes thrash. PostgreSQL
    does not look up every key that a row points to: each comes from the row itself.
    """
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    room = "PRAGMA cache_size = -1000000" if on_sqlite else _UNCHECKED
    session.connection().exec_driver_sql(room)


def _a_day(session: Session, due: datetime, ago: int) -> None:
    """Two thirds of the patients have a second session in the evening."""
    for slot, hours in enumerate((0, 9)):
        at = due + timedelta(hours=hours)
        _put(session, Occurrence, _sittings(at, slot), Routine.patient_id % 3 >= slot)
    said = (Occurrence.patient_id * 7 + ago * 3 + Occurrence.slot) % 10
    of_the_day = Occurrence.day == due.date()
    _put(session, LogEntry, _entries(due, said), of_the_day, said < 8)
    if ago <= TALKED:
        _put(session, Message, _texts(due, ago), Patient.id > 0)
        _put(session, Reply, _replies(due, ago), Patient.id > 0)


def _put(
    session: Session, row: type[Base], columns: dict[str, Any], *where: sa.ColumnElement[bool]
) -> None:
    chosen = sa.select(*columns.values()).where(*where)
    session.execute(sa.insert(row).from_select([*columns], chosen))


def _sittings(due: datetime, slot: int) -> dict[str, Any]:
    return {
        "clinic_id": Routine.clinic_id,
        "patient_id": Routine.patient_id,
        "routine_key": Routine.routine_key,
        "slot": sa.literal(slot),
        "day": sa.literal(due.date(), sa.Date()),
        "due_at": sa.literal(due, Occurrence.due_at.type),
        "closes_at": sa.literal(due + _OPEN, Occurrence.due_at.type),
        "plan_version_id": Routine.plan_version_id,
        "routine_id": Routine.id,
    }


def _entries(due: datetime, said: sa.ColumnElement[int]) -> dict[str, Any]:
    kind = LogEntry.outcome.type
    outcome = sa.case(
        (said < 6, sa.literal(Outcome.DONE, kind)),
        (said == 6, sa.literal(Outcome.PART, kind)),
        else_=sa.literal(Outcome.SKIPPED, kind),
    )
    return {
        "clinic_id": Occurrence.clinic_id,
        "patient_id": Occurrence.patient_id,
        "occurrence_id": Occurrence.id,
        "day": Occurrence.day,
        "moment": sa.literal(Moment.AFTER, LogEntry.moment.type),
        "outcome": outcome,
        "pain": (Occurrence.patient_id + said) % 8,
        "source": sa.literal(EntrySource.TEXT, LogEntry.source.type),
        "at": sa.literal(due + timedelta(minutes=40), LogEntry.at.type),
    }


def _texts(due: datetime, ago: int) -> dict[str, Any]:
    at = sa.literal(due, Message.due_at.type)
    return {
        "clinic_id": Patient.clinic_id,
        "recipient": sa.literal("p") + sa.cast(Patient.id, sa.String),
        "kind": sa.literal(Kind.REMINDER, Message.kind.type),
        "key": sa.literal(f"day{ago}"),
        "patient_id": Patient.id,
        "medium": sa.literal(Medium.TEXT, Message.medium.type),
        "text": sa.literal("Time for your exercises.", Message.text.type),
        "state": sa.literal(State.DELIVERED, Message.state.type),
        "reason": sa.literal(""),
        "language": sa.literal("en"),
        "filling": sa.literal("{}", Message.filling.type),
        "attempts": sa.literal(1),
        "due_at": at,
        "ready_at": at,
        "ended_at": at,
        "created_at": at,
    }


def _replies(due: datetime, ago: int) -> dict[str, Any]:
    at = sa.literal(due + timedelta(minutes=40), Reply.received_at.type)
    return {
        "clinic_id": Patient.clinic_id,
        "door": sa.literal(Door.TEXT, Reply.door.type),
        "provider_id": sa.literal(f"SM{ago}-") + sa.cast(Patient.id, sa.String),
        "sender": sa.literal("+12072000000", Reply.sender.type),
        "sender_index": Patient.phone_index,
        "text": sa.literal("done 4", Reply.text.type),
        "received_at": at,
        "read_at": at,
        "patient_id": Patient.id,
        "media": sa.literal(0),
        "intent": sa.literal("done"),
        "automatic": sa.literal(False),
    }


def _alerts(now: datetime) -> sa.Insert:
    """Every fourth patient needs somebody, of four kinds in turn."""
    kinds = (AlertKind.SILENT, AlertKind.PAIN_UP, AlertKind.NOT_BETTER, AlertKind.UNDER_HALF)
    kind = Alert.kind.type
    named = [(Patient.id % 16 == 4 * n, sa.literal(one, kind)) for n, one in enumerate(kinds)]
    columns = {
        "clinic_id": Patient.clinic_id,
        "patient_id": Patient.id,
        "kind": sa.case(*named, else_=sa.literal(AlertKind.SILENT, kind)),
        "urgency": sa.literal(Urgency.TODAY.rank),
        "sentence": sa.literal("No answer to the last 3 sessions.", Alert.sentence.type),
        "evidence": sa.literal("Last heard Mon 16 Nov.", Alert.evidence.type),
        "owner_id": Patient.therapist_id,
        "opened_at": sa.literal(now - _DAY, Alert.opened_at.type),
        "tellings": sa.literal(0),
    }
    chosen = sa.select(*columns.values()).where(Patient.id % 4 == 0)
    return sa.insert(Alert).from_select([*columns], chosen)
