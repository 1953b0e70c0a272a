"""What does the page behind a patient's link show?

Three selects: who holds the link, what is due with what was said of it, and the exercises of the
plan as it is now and as it was when the message went out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.core import schedule
from reminders.core.adherence import Excuse
from reminders.core.dose import Dose
from reminders.core.wording.speech import speech
from reminders.store.accounts import Staff
from reminders.store.asking import Asking, OwnBands
from reminders.store.conversation import Door, Link, Purpose, Reply, hash_token
from reminders.store.exercises import Exercise, ExercisePhoto
from reminders.store.people import Care, Clinic, Medium, Patient
from reminders.store.plans import Plan, PlanVersion, Prescription, Routine
from reminders.store.queries.library import PhotoPlace
from reminders.store.queries.page.people import shared_by_others
from reminders.store.queries.page.rows import (
    Changes,
    Entry,
    Holder,
    LastWords,
    Page,
    Sitting,
    Task,
    changes_between,
)
from reminders.store.queries.page.saying import advice_of, own_words
from reminders.store.record import LogEntry, Moment, Occurrence

__all__ = [
    "Changes",
    "Entry",
    "Holder",
    "Page",
    "Sitting",
    "Task",
    "find_holder",
    "page_for",
]


def find_holder(
    session: Session, token: str, now: datetime, purpose: Purpose = Purpose.SESSION
) -> Holder | None:
    """Whom a link of this kind belongs to, open or ended."""
    wanted = {"token_hash": hash_token(token), "purpose": purpose}
    row = session.execute(_of_link(), wanted).one_or_none()
    return _holder(row, now) if row is not None else None


@cache  # building a statement costs more than running it
def _of_link() -> sa.Select[*tuple[Any, ...]]:
    newest = (
        sa.select(sa.func.max(Reply.id))
        .where(
            Reply.patient_id == Link.patient_id,
            Reply.link_id == Link.id,
            Reply.door == Door.PAGE,
        )
        .correlate(Link)
        .scalar_subquery()
    )
    return (
        sa.select(
            Link,
            *_OF_PATIENT,
            *_OF_CLINIC,
            Staff.name.label("therapist"),
            shared_by_others().label("shared"),
            _moved().label("moved"),
            Reply.id.label("reply"),
            Reply.text,
            Reply.intent,
            Reply.why,
        )
        .join(Patient, Patient.id == Link.patient_id)
        .join(Clinic, Clinic.id == Link.clinic_id)
        .outerjoin(Staff, Staff.id == Patient.therapist_id)
        .outerjoin(Reply, Reply.id == newest)
        .where(
            Link.token_hash == sa.bindparam("token_hash"), Link.purpose == sa.bindparam("purpose")
        )
    )


def _moved() -> sa.ColumnElement[bool]:
    """Whether a kept phone's patient has another number or address than when it was kept."""
    now_at = sa.case((Link.medium == Medium.TEXT, Patient.phone_index), else_=Patient.email_index)
    return sa.and_(Link.purpose == Purpose.KEPT, Link.address_index.is_distinct_from(now_at))


_OF_PATIENT = (
    Patient.first_name,
    Patient.language,
    Patient.zone,
    Patient.state,
    Patient.safety_hold_at,
)
_OF_CLINIC = (
    Clinic.short_name,
    Clinic.phone,
    Clinic.emergency_number,
    Clinic.crisis_number,
    Clinic.use_first_name,
    Clinic.second_step,
)


def _holder(row: Any, now: datetime) -> Holder:
    link: Link = row.Link
    discharged = row.state is Care.DISCHARGED
    over = row.moved or (discharged and link.purpose is Purpose.KEPT)
    return Holder(
        link_id=link.id,
        clinic_id=link.clinic_id,
        patient_id=link.patient_id,
        occurrence_ids=tuple(link.occurrence_ids),
        open=link.open_at(now) and not over,
        ends_at=link.expires_at,
        first_name=row.first_name if row.use_first_name else "",
        language=speech(row.language).lang,
        zone=schedule.zone(row.zone),
        therapist=(row.therapist or "").partition(" ")[0],
        clinic=row.short_name,
        phone=row.phone,
        emergency=row.emergency_number or "911",
        crisis=row.crisis_number or "988",
        discharged=discharged,
        held=row.safety_hold_at is not None,
        asks=row.second_step or row.shared,
        tries=link.tries,
        last=LastWords(row.text, row.intent, row.why is not None) if row.reply else None,
    )


def page_for(session: Session, holder: Holder, now: datetime, reach: timedelta) -> Page:
    """What the holder of a link sees now; the plan is the one of this moment.

    `reach` is how far back a link without sittings of its own looks for the newest one.
    """
    rows = _due(session, holder, now, reach)
    plan = rows[0] if rows else None
    if plan is None or plan.ended_at is not None or plan.version_id is None:
        return Page(holder)
    due = [row for row in rows if row.occurrence_id is not None]
    told = next((row for row in due if row.entry_id is not None), None)
    old = due[0].then_version_id if due else plan.version_id
    tasks = _tasks(session, {plan.version_id, old}, holder.language)
    shown = _chosen(tasks.get(plan.version_id, ()), [row.now_positions for row in rows])
    then = _chosen(tasks.get(old, ()), [row.then_positions for row in due])
    return Page(
        holder=holder,
        version_id=plan.version_id,
        made_at=plan.made_at,
        sittings=tuple(Sitting(row.occurrence_id, row.day, row.due_at) for row in due),
        entry=_entry(told) if told is not None else None,
        tasks=shown,
        then=then,
        changes=changes_between(then, shown) if old != plan.version_id else Changes(),
        advice=advice_of(told, holder) if told is not None else "",
    )


def _due(session: Session, holder: Holder, now: datetime, reach: timedelta) -> Sequence[Any]:
    """The patient's plan beside each sitting the link speaks of, with what was said of it."""
    if holder.occurrence_ids:
        spoken_of = {"sittings": holder.occurrence_ids}
        return session.execute(_beside(named=True), spoken_of | _about(holder)).all()
    within = {"now": now, "oldest": now - reach}
    return session.execute(_beside(named=False), within | _about(holder)).all()


def _about(holder: Holder) -> dict[str, Any]:
    return {
        "patient_id": holder.patient_id,
        "clinic_id": holder.clinic_id,
        "language": holder.language,
    }


@cache
def _beside(*, named: bool) -> sa.Select[*tuple[Any, ...]]:
    current, line, then = aliased(PlanVersion), aliased(Routine), aliased(Routine)
    same_line = sa.and_(
        line.plan_version_id == current.id, line.routine_key == Occurrence.routine_key
    )
    said = sa.and_(
        LogEntry.occurrence_id == Occurrence.id,
        LogEntry.moment == Moment.AFTER,
        LogEntry.superseded_at.is_(None),
    )
    in_force = sa.and_(current.plan_id == Plan.id, current.number == Plan.current_number)
    sittings = _named() if named else _newest()
    return (
        sa.select(
            Plan.ended_at,
            current.id.label("version_id"),
            current.made_at,
            line.positions.label("now_positions"),
            then.positions.label("then_positions"),
            Occurrence.id.label("occurrence_id"),
            Occurrence.day,
            Occurrence.due_at,
            Occurrence.plan_version_id.label("then_version_id"),
            LogEntry.id.label("entry_id"),
            LogEntry.outcome,
            LogEntry.done,
            LogEntry.pain,
            LogEntry.note,
            LogEntry.at,
            Asking,
            OwnBands,
            *own_words(),
        )
        .select_from(Plan)
        .outerjoin(current, in_force)
        .outerjoin(Occurrence, sa.and_(Occurrence.patient_id == Plan.patient_id, sittings))
        .outerjoin(line, same_line)
        .outerjoin(then, then.id == Occurrence.routine_id)
        .outerjoin(LogEntry, said)
        .outerjoin(Asking, Asking.clinic_id == Plan.clinic_id)
        .outerjoin(OwnBands, OwnBands.patient_id == Plan.patient_id)
        .where(Plan.patient_id == sa.bindparam("patient_id"))
        .order_by(Occurrence.id)
    )


def _named() -> sa.ColumnElement[bool]:
    """The link's own sittings."""
    return Occurrence.id.in_(sa.bindparam("sittings", expanding=True))


def _newest() -> sa.ColumnElement[bool]:
    """For a link without any, those of the newest due moment."""
    other = aliased(Occurrence)
    newest = (
        sa.select(sa.func.max(other.due_at))
        .where(
            other.patient_id == sa.bindparam("patient_id"),
            other.due_at <= sa.bindparam("now"),
            other.due_at > sa.bindparam("oldest"),
            sa.or_(other.excuse.is_(None), other.excuse != Excuse.PAUSED),
        )
        .scalar_subquery()
    )
    return Occurrence.due_at == newest


def _entry(row: Any) -> Entry:
    done = frozenset(row.done) if row.done is not None else None
    return Entry(row.outcome, done, row.pain, row.note or "", row.at)


def _tasks(session: Session, versions: set[int], language: str) -> dict[int, tuple[Task, ...]]:
    rows = session.execute(_prescribed(), {"versions": versions}).all()
    return {
        version: tuple(_task(row, language) for row in rows if row.plan_version_id == version)
        for version in versions
    }


@cache
def _prescribed() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Prescription.id,
            Prescription.plan_version_id,
            Prescription.position,
            Prescription.dose_fields,
            Prescription.note,
            Exercise,
            ExercisePhoto.digest,
            ExercisePhoto.width,
            ExercisePhoto.height,
        )
        .join(Exercise, Exercise.id == Prescription.exercise_id)
        .outerjoin(ExercisePhoto, ExercisePhoto.id == Exercise.photo_id)
        .where(Prescription.plan_version_id.in_(sa.bindparam("versions", expanding=True)))
        .order_by(Prescription.position)
    )


def _task(row: Any, language: str) -> Task:
    exercise: Exercise = row.Exercise
    return Task(
        prescription_id=row.id,
        version_id=row.plan_version_id,
        exercise_id=exercise.id,
        position=row.position,
        key=exercise.key,
        words=exercise.words(language),
        dose=Dose.from_json(row.dose_fields),
        note=row.note,
        drawing=exercise.drawing,
        photo=PhotoPlace(row.digest, row.width, row.height) if row.digest else None,
        video=exercise.video,
    )


def _chosen(tasks: Sequence[Task], positions: Sequence[Sequence[int] | None]) -> tuple[Task, ...]:
    """The exercises of these routines; a routine without positions, or gone, means all."""
    if not all(positions):
        return tuple(tasks)
    wanted = {place for places in positions for place in places or ()}
    return tuple(task for task in tasks if task.position in wanted)
