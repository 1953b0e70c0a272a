"""What did we write, what became of it, and what came back?"""

import base64
import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CursorResult, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from reminders.core.gate import Kind
from reminders.core.replies import Asked
from reminders.store.db import Base
from reminders.store.keyring import Blind, Encrypted
from reminders.store.people import Medium, Patient

TOKEN_LETTERS = 26  # 130 bits in base32
TOKEN_BYTES = 20  # enough for them, and what base32 takes in whole groups
# Somebody waits for these: they go before everything else that is due, found by an index of their
# own that a crowd of reminders costs nothing. As text: an index and a query must say the same.
AWAITED = (Kind.SAFETY, Kind.OPT_OUT, Kind.ANSWER, Kind.LINK, Kind.STAFF)
AWAITED_DUE = sa.text("state = 'due' AND kind IN ('safety', 'opt_out', 'answer', 'link', 'staff')")


class State(StrEnum):
    """Where a message stands."""

    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


# From which states a message may come into each state. Only a message that waits can be claimed
# or taken back. What a provider says it took was sent, whatever we had made of it; delivered
# outranks failed. Back to due only once the attempt of its claim is known to have failed.
MOVES: dict[State, frozenset[State]] = {
    State.DUE: frozenset({State.CLAIMED}),
    State.CLAIMED: frozenset({State.DUE}),
    State.SENT: frozenset(
        {State.DUE, State.CLAIMED, State.MISSED, State.WITHHELD, State.WITHDRAWN}
    ),
    State.DELIVERED: frozenset({State.SENT, State.FAILED}),
    State.FAILED: frozenset({State.DUE, State.CLAIMED, State.SENT}),
    State.WITHHELD: frozenset({State.DUE}),
    State.MISSED: frozenset({State.DUE, State.CLAIMED}),
    State.WITHDRAWN: frozenset({State.DUE}),
}


class Try(StrEnum):
    """Where one attempt stands."""

    STARTED = "started"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LOST = "lost"


TRY_MOVES: dict[Try, frozenset[Try]] = {
    Try.STARTED: frozenset(),
    Try.ACCEPTED: frozenset({Try.STARTED, Try.UNKNOWN, Try.LOST}),
    Try.SENT: frozenset({Try.STARTED, Try.UNKNOWN, Try.LOST, Try.ACCEPTED}),
    Try.DELIVERED: frozenset(
        {Try.STARTED, Try.UNKNOWN, Try.LOST, Try.ACCEPTED, Try.SENT, Try.UNDELIVERED}
    ),
    Try.UNDELIVERED: frozenset({Try.STARTED, Try.UNKNOWN, Try.LOST, Try.ACCEPTED, Try.SENT}),
    Try.REFUSED: frozenset({Try.STARTED, Try.UNKNOWN}),
    Try.UNKNOWN: frozenset({Try.STARTED}),
    Try.LOST: frozenset({Try.UNKNOWN}),
}


class Message(Base):
    """One outgoing letter: unique per recipient, kind and key, whoever plans it how often."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("recipient", "kind", "key"),
        Index("ix_message_state", "state", "ready_at"),
        Index("ix_message_patient", "patient_id", "due_at"),
        Index("ix_message_clinic", "clinic_id", "due_at"),
        Index("ix_message_address", "address_index", "ready_at"),
        Index(
            "ix_message_awaited",
            "ready_at",
            sqlite_where=AWAITED_DUE,
            postgresql_where=AWAITED_DUE,
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    recipient: Mapped[str] = mapped_column(sa.String(72))
    kind: Mapped[Kind]
    key: Mapped[str] = mapped_column(sa.String(80))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    plan_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), index=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("sender.id"))
    medium: Mapped[Medium]
    address: Mapped[str | None] = mapped_column(Encrypted("message.address"))
    address_index: Mapped[bytes | None] = mapped_column(Blind)
    wording: Mapped[str] = mapped_column(sa.String(32), default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    filling: Mapped[str | None] = mapped_column(Encrypted("message.filling"))
    text: Mapped[str | None] = mapped_column(Encrypted("message.text"))
    says_stop: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    asks: Mapped[Asked | None]
    state: Mapped[State] = mapped_column(default=State.DUE)
    reason: Mapped[str] = mapped_column(sa.String(64), default="")
    due_at: Mapped[datetime]
    ready_at: Mapped[datetime]
    turn_at: Mapped[datetime | None]  # from when on its sender keeps a place in the queue for it
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    patient: Mapped[Patient | None] = relationship()


def carer_of(patient_id: int) -> str:
    """How the carer of a patient is named as a recipient."""
    return f"c{patient_id}"


def move(session: Session, message_id: int, to: State, **values: Any) -> bool:
    """Bring a message into a state if the order of states allows it; the row count decides."""
    moved = session.execute(
        sa.update(Message)
        .where(Message.id == message_id, Message.state.in_(MOVES[to]))
        .values(state=to, **values)
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(moved, CursorResult)
    return moved.rowcount == 1


class Attempt(Base):
    """One try to hand a message to a provider, written before the network is touched."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("public_id"),
        UniqueConstraint("message_id", "number"),
        UniqueConstraint("provider_id"),
        Index("ix_attempt_state", "state", "started_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    public_id: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    state: Mapped[Try] = mapped_column(default=Try.STARTED)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    looks: Mapped[int] = mapped_column(default=0)
    provider_id: Mapped[str | None] = mapped_column(sa.String(128))
    code: Mapped[str] = mapped_column(sa.String(32), default="")
    message: Mapped[Message] = relationship()


def move_attempt(session: Session, attempt_id: int, to: Try, **values: Any) -> bool:
    """Bring an attempt into a state if the order of states allows it."""
    moved = session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state.in_(TRY_MOVES[to]))
        .values(state=to, **values)
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(moved, CursorResult)
    return moved.rowcount == 1


class Receipt(Base):
    """What the provider said of an attempt; append-only, once per provider id and status."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("provider_id", "status", "code"),
        Index(
            "ix_receipt_unapplied",
            "id",
            sqlite_where=sa.text("applied_at IS NULL"),
            postgresql_where=sa.text("applied_at IS NULL"),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    provider_id: Mapped[str] = mapped_column(sa.String(128))
    status: Mapped[str] = mapped_column(sa.String(24))
    code: Mapped[str] = mapped_column(sa.String(32), default="")
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Door(StrEnum):
    """Which way a reply came in."""

    TEXT = "text"
    EMAIL = "email"
    PAGE = "page"


class Fate(StrEnum):
    """What became of a reply once read."""

    LOGGED = "logged"
    ANSWERED = "answered"
    QUIET = "quiet"
    FOR_A_PERSON = "for_a_person"


# In the words of its index: neither database sees that one fits a condition with values left out.
WAITING = sa.text("fate = 'for_a_person' AND handled_at IS NULL")


class Reply(Base):
    """One incoming text, mail or page note, stored as it came, once per provider id."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("provider_id"),
        Index("ix_reply_unread", "read_at", "received_at"),
        Index("ix_reply_sender", "sender_index", "received_at"),
        Index("ix_reply_patient", "patient_id", "received_at"),
        Index(
            "ix_reply_waiting",
            "clinic_id",
            "received_at",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    door: Mapped[Door]
    provider_id: Mapped[str] = mapped_column(sa.String(255))
    sender: Mapped[str] = mapped_column(Encrypted("reply.sender"))
    sender_index: Mapped[bytes] = mapped_column(Blind)
    to_sender_id: Mapped[int | None] = mapped_column(ForeignKey("sender.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id"))
    text: Mapped[str] = mapped_column(Encrypted("reply.text"))
    form: Mapped[str | None] = mapped_column(Encrypted("reply.form"))
    media: Mapped[int] = mapped_column(default=0)
    opt_out_type: Mapped[str] = mapped_column(sa.String(16), default="")
    automatic: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    intent: Mapped[str] = mapped_column(sa.String(24), default="")
    why: Mapped[str | None] = mapped_column(Encrypted("reply.why"))
    fate: Mapped[Fate | None]
    handled_at: Mapped[datetime | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    patient: Mapped[Patient | None] = relationship()


class Purpose(StrEnum):
    """What a link lets its holder do."""

    SESSION = "session"
    REPLY = "reply"
    CALENDAR = "calendar"
    CARER = "carer"  # in the mails to a carer: it ends them, and opens nothing
    KEPT = "kept"  # a phone that keeps the patient's page; its token is in a cookie, in no address


class Link(Base):
    """A patient's way in: the token comes from a random key on the row, only its hash is kept."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("token_hash"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    purpose: Mapped[Purpose]
    key: Mapped[str] = mapped_column(sa.String(40))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    occurrence_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    medium: Mapped[Medium]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    address_index: Mapped[bytes | None] = mapped_column(Blind)  # a kept one ends when this changes
    patient: Mapped[Patient] = relationship()

    def open_at(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    def token(self, secret: str) -> str:
        """Work out the token again; whoever has only the database cannot."""
        return link_token(secret, self.purpose, self.key)


def find_link(session: Session, token: str) -> Link | None:
    """The link a token belongs to, open or not: the door decides what an ended one shows."""
    return session.scalar(sa.select(Link).where(Link.token_hash == hash_token(token)))


def written_to(session: Session, link: Link) -> str | None:
    """The address that a letter with this link went to; None if no letter carried it."""
    carried = sa.select(Message.address).where(Message.link_id == link.id)
    return session.scalar(carried.where(Message.address.is_not(None)).limit(1))


def hash_token(token: str) -> bytes:
    """SHA-256 of the token as typed by hand or re-cased by a mail server."""
    return hashlib.sha256(token.strip().lower().encode()).digest()


def link_token(secret: str, purpose: Purpose, key: str) -> str:
    digest = hmac.digest(secret.encode(), f"{purpose}:{key}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().lower()[:TOKEN_LETTERS]


class Wording(Base):
    """A clinic's own words for one kind of text in one language."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("clinic_id", "key", "language"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    key: Mapped[str] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(8))
    text: Mapped[str] = mapped_column(sa.Text)
