"""Which sitting does a reply speak of, and what is reported of it so far?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from reminders.core import schedule
from reminders.core.adherence import Excuse, Outcome
from reminders.core.replies import NamedDay, SkipReason
from reminders.inbox.case import Case
from reminders.inbox.people import REMINDING, Person
from reminders.inbox.receiving import PageForm
from reminders.store.conversation import Message, State
from reminders.store.exercises import Exercise, words_of
from reminders.store.plans import Prescription, Routine
from reminders.store.record import LogEntry, Moment, Occurrence
from reminders.store.spelling import spelt_out
from reminders.store.statements import among, is_one_of


@dataclass(frozen=True)
class Entry:
    """What stands of one sitting; None means "not said", never "zero" or "skipped"."""

    outcome: Outcome | None = None
    done: list[int] | None = None
    pain: int | None = None
    reason: SkipReason | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Sitting:
    """One due sitting; `unsent` tells that something waits to leave to its patient since."""

    id: int
    clinic_id: int
    patient_id: int
    day: date
    plan_version_id: int
    positions: list[int]
    unsent: bool


@dataclass(frozen=True)
class Shown:
    """One exercise as a patient has it before them."""

    id: int
    position: int
    exercise_id: int
    key: str
    sheet: dict[str, Any] | None

    def name(self, language: str) -> str:
        return words_of(self.key, self.sheet, language).name


def sittings_of(case: Case, patient: Person, day: NamedDay | None) -> Sequence[Sitting]:
    """The sittings a reply speaks of: its page's or link's, those of a named day, or the newest."""
    if case.reply.link_id is not None and day is None:
        own = _of_link(case)
        if own:
            return own
    if day is not None:
        return _of_day(case, patient, day)
    return newest_sittings(case, patient)


def newest_sittings(case: Case, patient: Person) -> Sequence[Sitting]:
    """Those of the newest due moment before the reply, up to three days back."""
    key = (newest_sittings, case.reply.id, patient.id)
    return case.once(key, lambda: _read(case, _NEWEST, **_reach(case, patient)))


def sitting(case: Case, occurrence_id: int) -> Sitting:
    """One sitting by its id."""
    return _read(case, _THESE, ids=[occurrence_id])[0]


def with_open_reminder(case: Case) -> tuple[Person, ...]:
    """Of several patients on one phone, those whose newest reminder waits for an answer."""
    return tuple(
        patient
        for patient in case.patients
        if any(_unreported(case, one) for one in newest_sittings(case, patient))
    )


def standing(case: Case, sitting: Sitting) -> Entry | None:
    """What stands of a sitting by now."""
    entry: Entry | None = case.known[standing, sitting.id]
    return entry


def stands_now(case: Case, sitting: Sitting, entry: Entry) -> None:
    """From here on this stands of a sitting."""
    case.known[standing, sitting.id] = entry


def shown(case: Case, sittings: Sequence[Sitting]) -> Sequence[Shown]:
    """What one reminder was about: the prescriptions of its routines, in the order of the plan."""
    if not sittings:
        return []
    rows = shown_by(case, sittings[0].plan_version_id)
    if not all(one.positions for one in sittings):
        return rows
    wanted = {place for one in sittings for place in one.positions}
    return [row for row in rows if row.position in wanted]


def shown_by(case: Case, plan_version_id: int) -> Sequence[Shown]:
    """All prescriptions of a plan as it stood between two edits."""

    def read() -> Sequence[Shown]:
        return [Shown(*tuple(row)) for row in case.rows(_SHOWN, version=plan_version_id)]

    return case.once((shown_by, plan_version_id), read)


def exercise_names(case: Case, patient: Person) -> tuple[str, ...]:
    """The names in the order shown, in the patient's language: position 1 is the first."""
    rows = shown(case, sittings_of(case, patient, None))
    return tuple(row.name(patient.language) for row in rows)


def unreported(case: Case, patient: Person) -> bool:
    """Whether the patient's newest reminder waits for an answer."""
    return bool(with_open_reminder(replace(case, patients=(patient,))))


def _unreported(case: Case, sitting: Sitting) -> bool:
    entry = standing(case, sitting)
    return entry is None or entry.outcome is None


def _of_link(case: Case) -> Sequence[Sitting]:
    reply = case.reply
    page = PageForm.from_json(reply.form).sittings if reply.form else ()
    ids = list(page or reply.link_sittings or ())
    return case.once((_of_link, reply.id), lambda: _read(case, _THESE, ids=ids))


def _of_day(case: Case, patient: Person, day: NamedDay) -> Sequence[Sitting]:
    today = schedule.local_day(case.reply.received_at, patient.tz)
    return _read(case, _NEWEST_OF_DAY, day=day.on(today), **_reach(case, patient))


def _reach(case: Case, patient: Person) -> dict[str, object]:
    return {
        "patient": patient.id,
        "until": case.reply.received_at,
        "since": case.since,
        "from_day": (case.since - _DAYS_APART).date(),
    }


def _read(case: Case, statement: sa.Executable, **bound: object) -> list[Sitting]:
    """Read sittings, and with them what is reported of each and what its plan prescribes."""
    found: dict[int, Sitting] = {}
    plans: dict[int, dict[int, Shown]] = {}
    for row in case.rows(statement, **bound):
        columns = tuple(row)
        own, entry, prescribed = columns[:_OWN], columns[_OWN:_REPORTED], columns[_REPORTED:]
        if own[0] not in found:
            found[own[0]] = Sitting(*own)
            reported = Entry(*entry[1:]) if entry[0] is not None else None
            case.known.setdefault((standing, own[0]), reported)
        plan = plans.setdefault(found[own[0]].plan_version_id, {})
        if prescribed[0] is not None:
            plan[prescribed[0]] = Shown(*prescribed)
    for version, prescriptions in plans.items():
        case.known.setdefault((shown_by, version), list(prescriptions.values()))
    return list(found.values())


_DAYS_APART = timedelta(days=2)
_UNSENT = sa.exists().where(
    Message.patient_id == Occurrence.patient_id,
    Message.due_at >= Occurrence.due_at,
    Message.state == State.DUE,
    is_one_of(Message.kind, REMINDING),
)
_OWN_COLUMNS = (
    Occurrence.id,
    Occurrence.clinic_id,
    Occurrence.patient_id,
    Occurrence.day,
    Occurrence.plan_version_id,
    Routine.positions,
    _UNSENT,
)
_ENTRY_COLUMNS = (
    LogEntry.id,
    LogEntry.outcome,
    LogEntry.done,
    LogEntry.pain,
    LogEntry.reason,
    LogEntry.note,
)
_SHOWN_COLUMNS = (
    Prescription.id,
    Prescription.position,
    Prescription.exercise_id,
    Exercise.key,
    Exercise.sheet_fields,
)
_OWN = len(_OWN_COLUMNS)
_REPORTED = _OWN + len(_ENTRY_COLUMNS)
_SITTINGS: sa.Select[*tuple[Any, ...]] = (
    sa.select(*_OWN_COLUMNS, *_ENTRY_COLUMNS, *_SHOWN_COLUMNS)
    .select_from(Occurrence)
    .join(Routine, Routine.id == Occurrence.routine_id)
    .outerjoin(
        LogEntry,
        sa.and_(
            LogEntry.occurrence_id == Occurrence.id,
            LogEntry.moment == Moment.AFTER,
            LogEntry.superseded_at.is_(None),
        ),
    )
    .outerjoin(Prescription, Prescription.plan_version_id == Occurrence.plan_version_id)
    .outerjoin(Exercise, Exercise.id == Prescription.exercise_id)
    .order_by(Occurrence.id, Prescription.position)
)
_THESE = spelt_out(_SITTINGS.where(among(Occurrence.id, "ids")))
_WITHIN_REACH = (
    Occurrence.patient_id == sa.bindparam("patient"),
    # What the index knows of the time: a sitting's day and its moment lie close together.
    Occurrence.day >= sa.bindparam("from_day"),
    Occurrence.due_at <= sa.bindparam("until"),
    Occurrence.due_at > sa.bindparam("since"),
    sa.or_(Occurrence.excuse.is_(None), Occurrence.excuse != Excuse.PAUSED),
)
_ON_DAY = Occurrence.day == sa.bindparam("day")


def _newest(*those: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    newest = sa.select(sa.func.max(Occurrence.due_at)).where(*those).correlate(None)
    return spelt_out(_SITTINGS.where(*those, Occurrence.due_at == newest.scalar_subquery()))


_NEWEST, _NEWEST_OF_DAY = _newest(*_WITHIN_REACH), _newest(*_WITHIN_REACH, _ON_DAY)
_SHOWN: sa.Select[*tuple[Any, ...]] = (
    sa.select(*_SHOWN_COLUMNS)
    .join(Exercise, Exercise.id == Prescription.exercise_id)
    .where(Prescription.plan_version_id == sa.bindparam("version"))
    .order_by(Prescription.position)
)
