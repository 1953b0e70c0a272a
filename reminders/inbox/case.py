"""Whose reply is this, and what does its reading come to?

A reply and those it may be about are read as plain values, by statements built once: somebody
waits at the door. Rows are fetched only where something about a patient is to be changed.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from reminders.config import Settings
from reminders.inbox.people import Person, Told, people_of, the_patient
from reminders.store.asking import Asking
from reminders.store.conversation import Door, Fate, Link, Reply
from reminders.store.people import Clinic, Medium, Patient

WHO_KEPT = timedelta(hours=2)  # so long a reply of a shared phone waits for "A" or "B"
T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """One reply as it lies stored, with what its link and its clinic add."""

    id: int
    clinic_id: int
    door: Door
    sender: str = field(repr=False)
    sender_index: bytes = field(repr=False)
    to_sender_id: int | None
    text: str = field(repr=False)
    form: str | None = field(repr=False)
    media: int
    opt_out_type: str
    automatic: bool
    received_at: datetime
    patient_id: int | None
    fate: Fate | None
    link_id: int | None
    link_patient_id: int | None
    link_medium: Medium | None
    link_sittings: list[int] | None
    clinic_language: str
    advises: bool  # a therapist of the clinic has approved what it says to pain


@dataclass
class Made:
    """What a reading makes of a reply: kept in mind until the end, and written down in one go."""

    fate: Fate | None
    patient_id: int | None
    intent: str = ""
    why: str | None = None
    occurrence_id: int | None = None

    @classmethod
    def of(cls, reply: Heard) -> Self:
        """Where it begins: an earlier reply that is read again keeps what became of it."""
        return cls(reply.fate, reply.patient_id)


@dataclass(frozen=True)
class Case:
    """One reply with everybody it may be about."""

    session: Session
    settings: Settings
    reply: Heard
    patients: tuple[Person, ...]
    now: datetime
    made: Made
    staff_id: int | None = None  # who reads it by hand, where somebody does
    letters: list[dict[str, Any]] = field(default_factory=list)
    known: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def clinic_id(self) -> int:
        return self.reply.clinic_id

    @property
    def medium(self) -> Medium:
        if self.reply.door is Door.PAGE and self.reply.link_medium is not None:
            # Words on the page are about the way the link came.
            return self.reply.link_medium
        return Medium.EMAIL if self.reply.door is Door.EMAIL else Medium.TEXT

    @property
    def address(self) -> str:
        """Where we write to: the phone it came from, which may be a carer's.

        A mail's sender can be forged, so it is never taken at its word.
        """
        if self.reply.door is Door.TEXT:
            return self.reply.sender
        known = self.patient.address(self.medium) if self.patient is not None else None
        return known or self.reply.sender

    @property
    def by_carer(self) -> bool:
        """Whether somebody writes for the patient, from a phone of their own."""
        phones = {patient.phone for patient in self.patients}
        return self.reply.door is Door.TEXT and bool(phones) and self.reply.sender not in phones

    @property
    def patient(self) -> Person | None:
        """The one patient it must be about, if there is just one."""
        return self.patients[0] if len(self.patients) == 1 else None

    @property
    def since(self) -> datetime:
        return self.reply.received_at - within_reach(self.settings)

    @property
    def language(self) -> str:
        return self.patients[0].language if self.patients else self.reply.clinic_language

    def row(self, patient: Person) -> Patient:
        """The patient's row, where it is to be changed or asked for more."""
        return self.session.get_one(Patient, patient.id)

    def rows(self, statement: sa.Executable, **bound: object) -> sa.CursorResult[Any]:
        """Execute a statement that was built once; pending changes of rows are not its concern."""
        return self._connection.execute(statement, bound)

    @cached_property
    def _connection(self) -> sa.Connection:
        # A reply is read in one transaction; to ask the session each time costs as much again.
        return self.session.connection()

    def once(self, what: Hashable, read: Callable[[], T]) -> T:
        """What was read for this reply already is not read again."""
        if what not in self.known:
            self.known[what] = read()
        return cast(T, self.known[what])


def within_reach(settings: Settings) -> timedelta:
    """How long a reply may come after what it answers."""
    return timedelta(hours=settings.late_reply_hours)


def oldest_unread(session: Session, reply_id: int) -> Heard | None:
    """Lock the oldest unread reply of the same address, up to this one; None if all are read."""
    return _heard(session, _OLDEST, reply_id)


def open_case(session: Session, settings: Settings, reply: Heard, now: datetime) -> Case:
    """Find everybody whom a reply may be about."""
    connection = session.connection()
    # As far back as the reply that may have been kept meanwhile looks.
    told = Told(reply.received_at - within_reach(settings) - WHO_KEPT, now)
    one = reply.patient_id or reply.link_patient_id
    people = (
        the_patient(connection, one, told)
        if one is not None
        else people_of(connection, reply.clinic_id, reply.sender_index, told)
    )
    return Case(session, settings, reply, people, now, Made.of(reply))


def reopen_case(session: Session, settings: Settings, reply_id: int, now: datetime) -> Case:
    """As open_case, of a reply that may be read already."""
    session.flush()
    return open_case(session, settings, heard(session, reply_id), now)


def heard(session: Session, reply_id: int) -> Heard:
    """A reply by its id, read or not."""
    found = _heard(session, _HEARD, reply_id)
    assert found is not None, "a stored reply does not go away"
    return found


def write_down(case: Case) -> None:
    """Mark the reply as read, with all that was made of it."""
    case.rows(_READ_NOW, row_id=case.reply.id, read_at=case.now, **vars(case.made))


def write_down_again(case: Case) -> None:
    """Keep what a reply turned out to be about, once we had asked; when it was read stays."""
    made = case.made
    case.rows(
        _KEPT,
        row_id=case.reply.id,
        fate=made.fate,
        patient_id=made.patient_id,
        occurrence_id=made.occurrence_id,
    )


def _heard(session: Session, statement: sa.Executable, reply_id: int) -> Heard | None:
    row = session.connection().execute(statement, {"reply_id": reply_id}).first()
    return Heard(*row) if row is not None else None


_REPLY: Mapping[str, sa.SQLColumnExpression[Any]] = {
    "id": Reply.id,
    "clinic_id": Reply.clinic_id,
    "door": Reply.door,
    "sender": Reply.sender,
    "sender_index": Reply.sender_index,
    "to_sender_id": Reply.to_sender_id,
    "text": Reply.text,
    "form": Reply.form,
    "media": Reply.media,
    "opt_out_type": Reply.opt_out_type,
    "automatic": Reply.automatic,
    "received_at": Reply.received_at,
    "patient_id": Reply.patient_id,
    "fate": Reply.fate,
    "link_id": Reply.link_id,
    "link_patient_id": Link.patient_id,
    "link_medium": Link.medium,
    "link_sittings": Link.occurrence_ids,
    "clinic_language": Clinic.language,
    "advises": Asking.approved_at.is_not(None),
}
_REPLIES: sa.Select[*tuple[Any, ...]] = (
    sa.select(*(column.label(name) for name, column in _REPLY.items()))
    .select_from(Reply)
    .join(Clinic, Clinic.id == Reply.clinic_id)
    .outerjoin(Link, Link.id == Reply.link_id)
    .outerjoin(Asking, Asking.clinic_id == Reply.clinic_id)
)
_NAMED = aliased(Reply)
_HEARD = _REPLIES.where(Reply.id == sa.bindparam("reply_id"))
_OLDEST = (
    _REPLIES.join(
        _NAMED,
        sa.and_(
            _NAMED.sender_index == Reply.sender_index,
            # A sum is found by no index: SQLite would go through the clinic's replies by their ids.
            _NAMED.clinic_id == Reply.clinic_id + 0,
            _NAMED.id >= Reply.id,
        ),
    )
    .where(_NAMED.id == sa.bindparam("reply_id"), Reply.read_at.is_(None))
    .order_by(Reply.id)
    .limit(1)
    .with_for_update(of=Reply)
)

_ROW = Reply.__table__.c.id == sa.bindparam("row_id")
_KEPT_COLUMNS = ("fate", "patient_id", "occurrence_id")
_READ_COLUMNS = ("read_at", "intent", "why", *_KEPT_COLUMNS)


def _writing(columns: tuple[str, ...]) -> sa.Update:
    return sa.update(Reply).where(_ROW).values({name: sa.bindparam(name) for name in columns})


_READ_NOW, _KEPT = _writing(_READ_COLUMNS), _writing(_KEPT_COLUMNS)
