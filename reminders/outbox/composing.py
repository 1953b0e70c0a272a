"""What exactly is written in this letter?

Text, address and link are made at the claim, from the state of that moment, so that a changed
name, number or language never needs a second thought.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.core.wording import Key, Values, letter, reminder, sms
from reminders.outbox.facts import address_of
from reminders.store.conversation import (
    Link,
    Message,
    Purpose,
    Reply,
    State,
    Wording,
    make_link,
)
from reminders.store.people import Clinic, Medium, Patient, Sender
from reminders.store.record import Occurrence

# Under a week, for a week in which the clocks go forward is an hour short.
STOP_EVERY = timedelta(days=6, hours=12)
LONGEST_VALIDITY = 36_000
REMINDING = {
    Kind.REMINDER: Key.REMINDER,
    Kind.NUDGE: Key.NUDGE,
    Kind.LATER: Key.LATER_REMINDER,
}
WITH_PAGE = frozenset({*REMINDING, Kind.LINK})


def compose(
    session: Session,
    settings: Settings,
    message: Message,
    sender: Sender,
    now: datetime,
    until: datetime,
    public_id: str,
) -> Outgoing:
    """Write the letter; the caller stores its text on the row before the network is touched."""
    link = _link(session, settings, message, now)
    token = link.token(settings.secret_key.get_secret_value()) if link is not None else ""
    values = _values(session, settings, message, token)
    outgoing = Outgoing(
        to=address_of(message) or "",
        sender=sender.address,
        text="",
        attempt_id=public_id,
        valid_seconds=max(6, min(LONGEST_VALIDITY, int((until - now).total_seconds()))),
        date=now,
    )
    if message.medium is Medium.TEXT:
        return replace(outgoing, text=_text(session, message, values, now))
    return _mail(session, settings, message, outgoing, values, token)


def sender_of(session: Session, message: Message) -> Sender | None:
    """The clinic's sender for this message: the one a reply came to, else a sound one."""
    if message.sender_id is not None:
        return session.get_one(Sender, message.sender_id)
    return session.scalar(
        sa.select(Sender)
        .where(Sender.clinic_id == message.clinic_id, Sender.medium == message.medium)
        .order_by(Sender.fault, Sender.id)
        .limit(1)
    )


def key_of(message: Message) -> Key:
    return REMINDING[message.kind] if message.kind in REMINDING else Key(message.wording)


def language_of(message: Message) -> str:
    if message.language or message.patient is None:
        return message.language or "en"
    return message.patient.language


def _text(session: Session, message: Message, values: Values, now: datetime) -> str:
    key, language = key_of(message), language_of(message)
    own = _own_words(session, message.clinic_id, key, language)
    if key is Key.REMINDER:
        with_stop = _stop_is_due(session, message, now)
        return reminder(language, values, with_stop=with_stop, own=own)
    return sms(key, language, values, own)


def _own_words(session: Session, clinic_id: int, key: Key, language: str) -> str:
    """The clinic's own words for this text, if it chose any."""
    chosen = sa.select(Wording.text).where(
        Wording.clinic_id == clinic_id, Wording.key == key, Wording.language == language
    )
    return session.scalar(chosen) or ""


def _mail(
    session: Session,
    settings: Settings,
    message: Message,
    outgoing: Outgoing,
    values: Values,
    token: str,
) -> Outgoing:
    unsubscribe = f"{settings.public_base_url}/u/{token}" if token else ""
    written = letter(
        key_of(message), language_of(message), replace(values, unsubscribe=unsubscribe)
    )
    reply = session.get(Reply, message.reply_id) if message.reply_id is not None else None
    return replace(
        outgoing,
        subject=written.subject,
        text=written.text,
        html=written.html,
        reply_to=f"reply+{token}@{settings.mail_domain}" if token else "",
        unsubscribe_url=unsubscribe,
        in_reply_to=reply.provider_id if reply is not None else "",
        automatic=message.kind in (Kind.ANSWER, Kind.OPT_OUT, Kind.SAFETY),
    )


def _link(session: Session, settings: Settings, message: Message, now: datetime) -> Link | None:
    """The way in that belongs to this letter; a second attempt carries the first one's."""
    if message.link_id is not None:
        return session.get_one(Link, message.link_id)
    opens_page = message.kind in WITH_PAGE
    if message.patient is None or not (opens_page or message.medium is Medium.EMAIL):
        return None
    link = make_link(
        session,
        message.patient,
        Purpose.SESSION if opens_page else Purpose.REPLY,
        message.medium,
        secret=settings.secret_key.get_secret_value(),
        now=now,
        expires_at=now + timedelta(hours=settings.late_reply_hours),
        occurrence_ids=_occurrences(session, message),
    )
    message.link_id = link.id
    return link


def _occurrences(session: Session, message: Message) -> tuple[int, ...]:
    own = tuple(
        session.scalars(sa.select(Occurrence.id).where(Occurrence.message_id == message.id))
    )
    return own or ((message.occurrence_id,) if message.occurrence_id is not None else ())


def _values(session: Session, settings: Settings, message: Message, token: str) -> Values:
    clinic = session.get_one(Clinic, message.clinic_id)
    return Values(
        clinic=clinic.short_name,
        first=_first_name(message.patient),
        link=_address(settings, message, token),
        phone=clinic.phone,
        emergency=clinic.emergency_number or "911",
        crisis=clinic.crisis_number or "988",
        **_filling(message),
    )


def _first_name(patient: Patient | None) -> str:
    return patient.first_name if patient is not None and patient.clinic.use_first_name else ""


def _address(settings: Settings, message: Message, token: str) -> str:
    if message.kind is Kind.STAFF:
        return f"{settings.public_base_url}/desk"
    return f"{settings.public_base_url}/x/{token}" if token else ""


def _filling(message: Message) -> dict[str, Any]:
    filling: dict[str, Any] = json.loads(message.filling) if message.filling else {}
    return filling


def _stop_is_due(session: Session, message: Message, now: datetime) -> bool:
    """The way out is repeated at least weekly, also where it costs the first name."""
    lately = session.scalars(
        sa.select(Message.text)
        .where(
            Message.patient_id == message.patient_id,
            Message.kind == Kind.REMINDER,
            Message.state.in_((State.SENT, State.DELIVERED)),
            Message.ready_at > now - STOP_EVERY,
        )
        .order_by(Message.id.desc())
        .limit(14)
    )
    return not any("STOP" in (text or "") for text in lately)
