"""What is known of one patient?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.schedule import Pause
from reminders.core.triage import AlertKind
from reminders.store.accounts import Staff
from reminders.store.conversation import Attempt, Door, Fate, Message, Reply, State, Try
from reminders.store.people import (
    Care,
    Consent,
    ConsentStep,
    Location,
    Medium,
    Patient,
    PatientPause,
    Source,
    Suppression,
    Why,
)
from reminders.store.plans import Plan, PlanVersion, Routine
from reminders.store.queries.today import AnyRow, Reader, counted_needs
from reminders.store.record import Alert, Call, Visit


@dataclass(frozen=True, slots=True)
class Header:
    """Who it is and how they are reached."""

    id: int
    first_name: str
    last_name: str
    birth_year: str
    conditions: str
    phone: str | None
    email: str | None
    medium: Medium
    language: str
    zone: str
    opens: time | None
    closes: time | None
    state: Care
    safety_hold_at: datetime | None
    landline: bool
    location: str
    therapist: str | None
    last_visit: date | None
    fault: str  # why a routine of the plan in force cannot be scheduled
    needs: int  # of the reader, for the bar above
    pauses: tuple[Pause, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def paused_on(self, day: date) -> bool:
        return any(pause.covers(day) for pause in self.pauses)


def header(session: Session, reader: Reader, patient_id: int, now: datetime) -> Header | None:
    """The head of a patient's page, or None if this clinic has no such patient."""
    rows = session.execute(
        _head(reader, now)
        .where(Patient.id == patient_id, Patient.clinic_id == reader.clinic_id)
        .order_by(PatientPause.first_day)
    ).all()
    return _header(rows) if rows else None


def _head(reader: Reader, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    visited = sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == Patient.id)
    return (
        sa.select(
            Patient.id,
            Patient.first_name,
            Patient.last_name,
            Patient.birth_year,
            Patient.conditions,
            Patient.phone,
            Patient.email,
            Patient.medium,
            Patient.language,
            Patient.zone,
            Patient.opens,
            Patient.closes,
            Patient.state,
            Patient.safety_hold_at,
            Patient.landline,
            sa.func.coalesce(Location.name, ""),
            Staff.name,
            visited.scalar_subquery(),
            _fault(),
            counted_needs(reader, now).scalar_subquery(),
            PatientPause.first_day,
            PatientPause.last_day,
        )
        .outerjoin(Location, Location.id == Patient.location_id)
        .outerjoin(Staff, Staff.id == Patient.therapist_id)
        .outerjoin(PatientPause, PatientPause.patient_id == Patient.id)
    )


def _fault() -> sa.ColumnElement[str]:
    in_force = sa.and_(PlanVersion.number == Plan.current_number, Plan.ended_at.is_(None))
    found = (
        sa.select(sa.func.max(Routine.fault))
        .join(PlanVersion, PlanVersion.id == Routine.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Routine.patient_id == Patient.id, in_force)
        .scalar_subquery()
    )
    return sa.func.coalesce(found, "")


def _header(rows: Sequence[AnyRow]) -> Header:
    *told, needs, _, _ = rows[0]
    pauses = tuple(Pause(row[-2], row[-1]) for row in rows if row[-2] is not None)
    return Header(*(*told, needs, pauses))


def seen_before(session: Session, patient_id: int, day: date) -> date | None:
    """The last visit before a day: on the day itself the note is about what came until then."""
    return session.scalar(
        sa.select(sa.func.max(Visit.day)).where(Visit.patient_id == patient_id, Visit.day < day)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One open alert of a patient."""

    id: int
    kind: AlertKind
    sentence: str
    evidence: str
    opened_at: datetime
    acknowledged_at: datetime | None


def standing_alerts(session: Session, patient_id: int) -> tuple[Standing, ...]:
    """What is open for a patient, worst first."""
    rows = session.execute(
        sa.select(
            Alert.id,
            Alert.kind,
            Alert.sentence,
            Alert.evidence,
            Alert.opened_at,
            Alert.acknowledged_at,
        )
        .where(Alert.patient_id == patient_id, Alert.resolved_at.is_(None))
        .order_by(Alert.urgency, Alert.id)
    )
    return tuple(Standing(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter of ours in the conversation."""

    id: int
    at: datetime
    kind: Kind
    medium: Medium
    text: str
    state: State
    reason: str
    code: str  # the provider's own, of the last try
    author: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply in the conversation."""

    id: int
    at: datetime
    door: Door
    text: str
    form: str | None
    media: int
    intent: str
    why: str | None
    fate: Fate | None
    handled_at: datetime | None


_UNSAID = (State.WITHDRAWN, State.CLAIMED)


def sent(session: Session, patient_id: int, limit: int) -> list[Sent]:
    """The last letters to a patient and their carer; what was taken back was never said."""
    code = (
        sa.select(Attempt.code)
        .where(Attempt.message_id == Message.id, Attempt.state != Try.STARTED)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    rows = session.execute(
        sa.select(
            Message.id,
            sa.func.coalesce(Message.ended_at, Message.ready_at, type_=Message.ready_at.type),
            Message.kind,
            Message.medium,
            Message.text,
            Message.state,
            Message.reason,
            code.scalar_subquery(),
            Staff.name,
        )
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(
            sa.or_(Message.patient_id == patient_id, Message.recipient == f"c{patient_id}"),
            Message.kind != Kind.STAFF,
            Message.state.not_in(_UNSAID),
        )
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(limit)
    )
    return [
        Sent(row, at, kind, medium, text or "", state, reason, code or "", author or "")
        for row, at, kind, medium, text, state, reason, code, author in rows
    ]


@dataclass(frozen=True, slots=True)
class Rung:
    """One call in the conversation, of ours or from their phone; its note is for staff."""

    at: datetime
    reached: bool
    left_word: bool
    note: str
    author: str  # of nobody: their phone rang us

    @property
    def incoming(self) -> bool:
        return not self.author


def spoken(session: Session, patient_id: int, limit: int) -> tuple[list[Heard], list[Rung]]:
    """The last replies of a patient and the last calls, newest first, in one read."""
    replies = sa.select(*_HEARD, *map(_absent, _RUNG)).where(Reply.patient_id == patient_id)
    calls = (
        sa.select(*map(_absent, _HEARD), *_RUNG)
        .outerjoin(Staff, Staff.id == Call.by_id)
        .where(Call.patient_id == patient_id)
    )
    newest = (
        replies.order_by(Reply.received_at.desc(), Reply.id.desc()).limit(limit).subquery(),
        calls.order_by(Call.at.desc(), Call.id.desc()).limit(limit).subquery(),
    )
    rows = session.execute(sa.union_all(*(sa.select(one) for one in newest))).all()
    return (
        [Heard(*row[: len(_HEARD)]) for row in rows if row[0] is not None],
        [_rung(row[len(_HEARD) :]) for row in rows if row[0] is None],
    )


_HEARD: Final = (
    Reply.id,
    Reply.received_at,
    Reply.door,
    Reply.text,
    Reply.form,
    Reply.media,
    Reply.intent,
    Reply.why,
    Reply.fate,
    Reply.handled_at,
)
_RUNG: Final = (
    Call.at.label("rung_at"),
    Call.reached,
    Call.left_word,
    Call.note,
    Staff.name.label("rung_by"),
)


def _absent(column: Any) -> Any:
    """Nothing, of a column's own type: what one side of a union does not have."""
    return sa.cast(sa.null(), column.type).label(column.name)


def _rung(told: Sequence[Any]) -> Rung:
    at, reached, left_word, note, author = told
    return Rung(at, reached, left_word, note or "", author or "")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the consent ledger for an address in use, with what blocks that address."""

    medium: Medium
    step: ConsentStep
    at: datetime
    how: str
    blocked: Why | None
    blocked_by: Source | None
    blocked_at: datetime | None


def consent_steps(session: Session, patient_id: int) -> tuple[Step, ...]:
    """The ledger for the addresses a patient has now, oldest first."""
    now_in_use = sa.or_(
        sa.and_(Consent.medium == Medium.TEXT, Consent.address_index == Patient.phone_index),
        sa.and_(Consent.medium == Medium.EMAIL, Consent.address_index == Patient.email_index),
    )
    block = sa.and_(
        Suppression.clinic_id == Consent.clinic_id,
        Suppression.medium == Consent.medium,
        Suppression.address_index == Consent.address_index,
        Suppression.lifted_at.is_(None),
    )
    rows = session.execute(
        sa.select(
            Consent.medium,
            Consent.step,
            Consent.at,
            Consent.how,
            Suppression.why,
            Suppression.source,
            Suppression.at,
        )
        .join(Patient, Patient.id == Consent.patient_id)
        .outerjoin(Suppression, block)
        .where(Consent.patient_id == patient_id, now_in_use)
        .order_by(Consent.id)
    )
    return tuple(Step(*row) for row in rows)
