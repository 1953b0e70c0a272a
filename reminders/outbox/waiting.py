"""Which messages wait for their turn, and which rows do they speak of?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.schedule import Window
from reminders.core.wording import Key
from reminders.store.conversation import AWAITED, AWAITED_DUE, Message, State, carer_of
from reminders.store.db import UTCDateTime
from reminders.store.people import Care, Clinic, Medium, Patient
from reminders.store.plans import Plan, PlanVersion
from reminders.store.spelling import ONE, spelt_out
from reminders.store.statements import among, is_one_of, read, run

# These go to the address they were made for, whoever lives there; the others to the patient's own.
ADDRESSED = frozenset({Kind.ANSWER, Kind.OPT_OUT, Kind.SAFETY, Kind.STAFF, Kind.TEST, Kind.CARER})
REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)

Queue = tuple[int, Medium]  # a clinic's letters of one kind of network stand in one queue


# Not by id as well: a crowd due at one moment would be sorted anew for each batch.
_LONGEST = (
    sa.select(Message.id)
    .order_by(Message.ready_at)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True, key_share=True)
)
_DUE = spelt_out(
    _LONGEST.where(Message.state == State.DUE, Message.ready_at <= sa.bindparam("now"))
)
_THESE = _DUE.where(among(Message.id, "messages"))
_OTHERS = _DUE.where(~is_one_of(Message.kind, AWAITED))
_OF_OTHER_QUEUES = _OTHERS.where(
    sa.tuple_(Message.clinic_id, Message.medium).not_in(sa.bindparam("full", expanding=True))
)
_AWAITED = _LONGEST.where(AWAITED_DUE, Message.ready_at <= sa.bindparam("now"))
# Left to itself, SQLite would walk through the whole crowd of reminders to find none.
_BY_INDEX: sa.Select[*tuple[Any, ...]] = (
    sa.select(sa.column("id"))
    .select_from(sa.text("message INDEXED BY ix_message_awaited"))
    .where(AWAITED_DUE, sa.column("ready_at") <= sa.bindparam("now", type_=UTCDateTime()))
    .order_by(sa.column("ready_at"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def next_due(
    session: Session, now: datetime, most: int, *, full: Collection[Queue] = ()
) -> list[int]:
    """Lock those that have waited longest, those somebody waits for first.

    Those in other hands are passed over, and the queues that are `full`, but for what is awaited.
    """
    awaited = _BY_INDEX if session.get_bind().dialect.name == "sqlite" else _AWAITED
    first = list(run(session, awaited, now=now, most=most).scalars())
    if len(first) == most:
        return first
    more = {"now": now, "most": most - len(first)}
    if full:
        return first + list(run(session, _OF_OTHER_QUEUES, **more, full=full).scalars())
    return first + list(run(session, _OTHERS, **more).scalars())


def these_due(
    session: Session, now: datetime, most: int, message_ids: Collection[int]
) -> list[int]:
    """Lock those of these very messages that are due and in nobody's hands."""
    return list(run(session, _THESE, now=now, most=most, messages=message_ids).scalars())


_NEXT_READY = spelt_out(
    sa.select(Message.ready_at)
    .where(Message.state == State.DUE)
    .order_by(Message.ready_at)
    .limit(ONE)
)


def next_ready(session: Session) -> datetime | None:
    """When the next of those that wait comes due; in the past if it should have left already."""
    ready_at: datetime | None = run(session, _NEXT_READY).scalar()
    return ready_at


@dataclass(frozen=True)
class Waiting:
    """A message that waits, with what it needs of its patient and clinic: values, no rows.

    `about_id` is the patient it goes to, or whose carer it goes to.
    """

    id: int
    clinic_id: int
    kind: Kind
    medium: Medium
    patient_id: int | None
    staff_id: int | None
    plan_version_id: int | None
    reply_id: int | None
    occurrence_id: int | None
    link_id: int | None
    sender_id: int | None
    made_for: str | None = field(repr=False)
    wording: str
    language: str
    filling: str | None = field(repr=False)
    due_at: datetime
    turn_at: datetime | None
    attempts: int
    about_id: int | None
    carer_phone: str | None = field(repr=False)
    carer_email: str | None = field(repr=False)
    carer_consent_at: datetime | None
    first_name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    landline: bool | None
    zone: str | None
    own_language: str | None
    opens: time | None
    closes: time | None
    care: Care | None
    safety_hold_at: datetime | None
    plan_is_current: bool | None
    short_name: str
    clinic_phone: str
    clinic_zone: str
    clinic_opens: time
    clinic_closes: time
    emergency_number: str
    crisis_number: str
    safety_contact_id: int | None
    double_opt_in: bool
    use_first_name: bool

    @property
    def address(self) -> str | None:
        """Where it goes: the patient's address of this moment, else the one it was made for."""
        if self.kind in ADDRESSED or self.patient_id is None:
            return self.made_for
        return self.phone if self.medium is Medium.TEXT else self.email

    @property
    def on_a_landline(self) -> bool:
        """Whether it would go to a number of the patient's that takes no texts."""
        own = self.kind not in ADDRESSED and self.patient_id is not None
        return own and self.medium is Medium.TEXT and bool(self.landline)

    @property
    def urgent(self) -> bool:
        """Whether a carer is asked to look now."""
        return self.kind is Kind.CARER and self.wording == Key.CARER_SAFETY

    @property
    def carer_agrees(self) -> bool:
        """Whether the carer still agrees to be told, and at the address this was made for."""
        reached = self.carer_phone if self.medium is Medium.TEXT else self.carer_email
        return self.carer_consent_at is not None and reached == self.made_for

    @property
    def queue(self) -> Queue:
        return self.clinic_id, self.medium

    @property
    def awaited(self) -> bool:
        return self.kind in AWAITED

    @property
    def speaks(self) -> str:
        return self.language or self.own_language or "en"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone or self.clinic_zone)

    @property
    def window(self) -> Window:
        return Window(self.opens or self.clinic_opens, self.closes or self.clinic_closes)

    @property
    def clinic_is_ready(self) -> bool:
        return bool(self.emergency_number and self.crisis_number and self.safety_contact_id)

    @property
    def plan_stands(self) -> bool:
        return self.plan_version_id is None or bool(self.plan_is_current)


_COLUMNS: Mapping[str, sa.SQLColumnExpression[Any]] = {
    "id": Message.id,
    "clinic_id": Message.clinic_id,
    "kind": Message.kind,
    "medium": Message.medium,
    "patient_id": Message.patient_id,
    "staff_id": Message.staff_id,
    "plan_version_id": Message.plan_version_id,
    "reply_id": Message.reply_id,
    "occurrence_id": Message.occurrence_id,
    "link_id": Message.link_id,
    "sender_id": Message.sender_id,
    "made_for": Message.address,
    "wording": Message.wording,
    "language": Message.language,
    "filling": Message.filling,
    "due_at": Message.due_at,
    "turn_at": Message.turn_at,
    "attempts": Message.attempts,
    "about_id": Patient.id,
    "carer_phone": Patient.carer_phone,
    "carer_email": Patient.carer_email,
    "carer_consent_at": Patient.carer_consent_at,
    "first_name": Patient.first_name,
    "phone": Patient.phone,
    "email": Patient.email,
    "landline": Patient.landline,
    "zone": Patient.zone,
    "own_language": Patient.language,
    "opens": Patient.opens,
    "closes": Patient.closes,
    "care": Patient.state,
    "safety_hold_at": Patient.safety_hold_at,
    "plan_is_current": sa.and_(Plan.ended_at.is_(None), PlanVersion.number == Plan.current_number),
    "short_name": Clinic.short_name,
    "clinic_phone": Clinic.phone,
    "clinic_zone": Clinic.zone,
    "clinic_opens": Clinic.opens,
    "clinic_closes": Clinic.closes,
    "emergency_number": Clinic.emergency_number,
    "crisis_number": Clinic.crisis_number,
    "safety_contact_id": Clinic.safety_contact_id,
    "double_opt_in": Clinic.double_opt_in,
    "use_first_name": Clinic.use_first_name,
}
# A carer's letter is no patient's: whose carer it is stands in the name of its recipient.
_ABOUT = sa.case(
    (
        Message.kind == Kind.CARER,
        sa.cast(sa.func.substr(Message.recipient, len(carer_of(0))), sa.BigInteger),
    ),
    else_=Message.patient_id,
)
_READ: sa.Select[*tuple[Any, ...]] = (
    sa.select(*(column.label(name) for name, column in _COLUMNS.items()))
    .select_from(Message)
    .join(Clinic, Clinic.id == Message.clinic_id)
    .outerjoin(Patient, Patient.id == _ABOUT)
    .outerjoin(PlanVersion, PlanVersion.id == Message.plan_version_id)
    .outerjoin(Plan, Plan.id == PlanVersion.plan_id)
    .where(among(Message.id, "messages"))
)


def read_waiting(session: Session, message_ids: Collection[int]) -> list[Waiting]:
    """Read what these messages need, in their order; raises if one of them cannot be read."""
    found = {row[0]: Waiting(*row) for row in read(session, _READ, messages=message_ids)}
    return [found[message_id] for message_id in message_ids if message_id in found]
