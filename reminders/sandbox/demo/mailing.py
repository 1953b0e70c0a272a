"""How are many letters of the past entered as sent, at once?

Worded by the same pure functions as at the claim, and entered row for row as claim, send and settle
would have done it, with the receipts of a network that works.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import uniform
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from reminders.channels import Status
from reminders.channels.smtp.letter import message_id
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.core.wording import Key, Values, letter, measure, reminder, sms
from reminders.store.conversation import (
    Attempt,
    Link,
    Message,
    Purpose,
    Receipt,
    State,
    Try,
    hash_token,
)
from reminders.store.db import Base
from reminders.store.people import Clinic, Medium, Patient, Sender, new_key

STOP_EVERY = timedelta(days=7)
DELIVERED_WITHIN = (0.4, 2.5)  # seconds
_STATES = {
    Medium.TEXT: (State.DELIVERED, Try.DELIVERED),
    # A mail server takes a letter and says no more of it.
    Medium.EMAIL: (State.SENT, Try.ACCEPTED),
}


@dataclass(frozen=True)
class Letter:
    """One waiting message, and what it says: a reminder where no answer's key is given."""

    message_id: int
    patient: Patient
    medium: Medium
    at: datetime
    occurrence_ids: tuple[int, ...]
    key: Key = Key.REMINDER
    pain: int | None = None
    language: str = ""

    @property
    def kind(self) -> Kind:
        return Kind.REMINDER if self.key is Key.REMINDER else Kind.ANSWER


@dataclass(frozen=True)
class Bureau:
    """The clinic as a sender; remembers when it last told each patient of STOP."""

    settings: Settings
    clinic: Clinic
    senders: Mapping[Medium, Sender]
    stop_said: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, settings: Settings, clinic_id: int) -> "Bureau":
        senders = session.scalars(sa.select(Sender).where(Sender.clinic_id == clinic_id))
        clinic = session.get_one(Clinic, clinic_id)
        return cls(settings, clinic, {sender.medium: sender for sender in senders})

    def send(self, session: Session, letters: Sequence[Letter]) -> Mapping[int, int]:
        """Enter all of these as sent; returns the link of each message that has one."""
        links = self._links(session, letters)
        sent = [self._written(one, links.get(one.message_id)) for one in letters]
        _enter(session, self.clinic.id, sent)
        return {message: link for message, (link, _) in links.items()}

    def _links(self, session: Session, letters: Sequence[Letter]) -> dict[int, tuple[int, str]]:
        """Make the ways in: one for every reminder, and one for every mail to answer to."""
        secret = self.settings.secret_key.get_secret_value()
        linked = [one for one in letters if _opens_page(one) or one.medium is Medium.EMAIL]
        keys = [Link(purpose=_purpose(one), key=secrets.token_hex(20)) for one in linked]
        tokens = [key.token(secret) for key in keys]
        rows = [
            self._link(one, key.key, token)
            for one, key, token in zip(linked, keys, tokens, strict=True)
        ]
        insert_many(session, Link, rows)
        ids = ids_by(session, Link.token_hash, [row["token_hash"] for row in rows])
        made = zip(linked, ids, tokens, strict=True)
        return {one.message_id: (link, token) for one, link, token in made}

    def _link(self, one: Letter, key: str, token: str) -> dict[str, Any]:
        return {
            "clinic_id": self.clinic.id,
            "patient_id": one.patient.id,
            "purpose": _purpose(one),
            "key": key,
            "token_hash": hash_token(token),
            "made_at": one.at,
            "expires_at": one.at + timedelta(hours=self.settings.late_reply_hours),
            "occurrence_ids": list(one.occurrence_ids),
            "medium": one.medium,
        }

    def _written(self, one: Letter, way_in: tuple[int, str] | None) -> "_Sent":
        link, token = way_in or (None, "")
        public_id = new_key()
        named = message_id(public_id, self.settings.mail_domain)
        return _Sent(
            one,
            self._text(one, token),
            self.senders[one.medium].id,
            link,
            public_id,
            new_sid() if one.medium is Medium.TEXT else named,
            one.at + _on_the_way(),
        )

    def _text(self, one: Letter, token: str) -> str:
        values = self._values(one, token)
        language = one.language or one.patient.language
        if one.medium is Medium.EMAIL:
            base = self.settings.public_base_url
            return letter(one.key, language, replace(values, unsubscribe=f"{base}/u/{token}")).text
        if one.key is not Key.REMINDER:
            return sms(one.key, language, values)
        return self._reminder(one, language, values)

    def _reminder(self, one: Letter, language: str, values: Values) -> str:
        said = self.stop_said.get(one.patient.id)
        text = reminder(language, values, with_stop=said is None or said <= one.at - STOP_EVERY)
        if "STOP" in text:
            self.stop_said[one.patient.id] = one.at
        return text

    def _values(self, one: Letter, token: str) -> Values:
        return Values(
            clinic=self.clinic.short_name,
            first=one.patient.first_name,
            link=f"{self.settings.public_base_url}/x/{token}" if token else "",
            phone=self.clinic.phone,
            emergency=self.clinic.emergency_number,
            crisis=self.clinic.crisis_number,
            pain=one.pain,
        )


def insert_many(session: Session, row: type[Base], values: Sequence[dict[str, Any]]) -> None:
    """Insert rows in one go."""
    if values:
        session.connection().execute(sa.insert(row), values)


def ids_by(session: Session, column: InstrumentedAttribute[Any], keys: Sequence[Any]) -> list[int]:
    """The ids of rows by a key that is theirs alone, in the order of the keys.

    Asked for afterwards: to hand ids out in order, SQLite would insert row by row.
    """
    row = column.class_
    found = session.execute(sa.select(column, row.id).where(column.in_(keys)))
    by_key = {key: number for key, number in found if key is not None}
    return [by_key[key] for key in keys]


def new_sid() -> str:
    """An id as the provider gives them."""
    return f"SM{secrets.token_hex(16)}"


@dataclass(frozen=True)
class _Sent:
    letter: Letter
    text: str
    sender_id: int
    link_id: int | None
    public_id: str
    provider_id: str
    ended_at: datetime


def _on_the_way() -> timedelta:
    return timedelta(seconds=uniform(*DELIVERED_WITHIN))  # noqa: S311 - variety, not secrecy


def _opens_page(one: Letter) -> bool:
    return one.kind is Kind.REMINDER


def _purpose(one: Letter) -> Purpose:
    return Purpose.SESSION if _opens_page(one) else Purpose.REPLY


def _enter(session: Session, clinic_id: int, sent: Sequence[_Sent]) -> None:
    if not sent:
        return
    session.connection().execute(_SENDING, [_settled(one) for one in sent])
    insert_many(session, Attempt, [_attempt(clinic_id, one) for one in sent])
    attempts = ids_by(session, Attempt.public_id, [one.public_id for one in sent])
    receipts = [
        _receipt(clinic_id, attempt, one, status)
        for attempt, one in zip(attempts, sent, strict=True)
        if one.letter.medium is Medium.TEXT
        for status in (Status.SENT, Status.DELIVERED)
    ]
    insert_many(session, Receipt, receipts)


_SENDING = (
    sa.update(Message)
    .where(Message.id == sa.bindparam("row"), Message.state == State.DUE)
    .values(
        state=sa.bindparam("new_state"),
        text=sa.bindparam("new_text"),
        says_stop=sa.bindparam("tells_the_way_out"),
        sender_id=sa.bindparam("new_sender"),
        address=sa.bindparam("new_address"),
        address_index=sa.bindparam("new_index"),
        link_id=sa.bindparam("new_link"),
        segments=sa.bindparam("new_segments"),
        ended_at=sa.bindparam("new_end"),
        created_at=sa.bindparam("made_at"),
        attempts=1,
    )
)


def _settled(one: _Sent) -> dict[str, Any]:
    letter = one.letter
    by_text = letter.medium is Medium.TEXT
    return {
        "row": letter.message_id,
        "new_state": _STATES[letter.medium][0],
        "new_text": one.text,
        "tells_the_way_out": "STOP" in one.text,
        "new_sender": one.sender_id,
        "new_address": letter.patient.address(letter.medium),
        "new_index": letter.patient.address(letter.medium),
        "new_link": one.link_id,
        "new_segments": measure(one.text).segments if by_text else 0,
        "new_end": one.ended_at,
        "made_at": letter.at,
    }


def _attempt(clinic_id: int, one: _Sent) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "message_id": one.letter.message_id,
        "public_id": one.public_id,
        "number": 1,
        "state": _STATES[one.letter.medium][1],
        "started_at": one.letter.at,
        "ended_at": one.ended_at,
        "provider_id": one.provider_id,
    }


def _receipt(clinic_id: int, attempt: int, one: _Sent, status: Status) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "attempt_id": attempt,
        "provider_id": one.provider_id,
        "status": status.value,
        "received_at": one.ended_at,
        "applied_at": one.letter.at,
    }
