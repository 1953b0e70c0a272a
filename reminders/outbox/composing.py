"""What exactly is written in this letter?

Text, address and link are made at the claim, from the state of that moment, so that a changed
name, number or language never needs a second thought.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.core.wording import Key, Values, letter, reminder, sms
from reminders.outbox.spoken_of import Sitting
from reminders.outbox.waiting import Waiting
from reminders.store.conversation import (
    Link,
    Message,
    Purpose,
    Reply,
    State,
    Wording,
)
from reminders.store.links import LinkDraft, draft_link
from reminders.store.people import Medium, new_key
from reminders.store.spelling import spelt_out
from reminders.store.statements import among, is_one_of, read, run

# Under a week, for a week in which the clocks go forward is an hour short.
STOP_EVERY = timedelta(days=6, hours=12)
LONGEST_VALIDITY = 36_000
REMINDING = {
    Kind.REMINDER: Key.REMINDER,
    Kind.NUDGE: Key.NUDGE,
    Kind.LATER: Key.LATER_REMINDER,
}
WITH_PAGE = frozenset({*REMINDING, Kind.LINK})


@dataclass(frozen=True)
class Desk:
    """What lies ready to write a batch of letters with."""

    settings: Settings
    links: Mapping[int, Link]
    told_of_stop: Collection[int]
    own_words: Mapping[tuple[int, str, str], str]
    answered: Mapping[int, str]

    @property
    def secret(self) -> str:
        return self.settings.secret_key.get_secret_value()


def lay_out(
    session: Session, settings: Settings, waiting: Sequence[Waiting], now: datetime
) -> Desk:
    """Read what these letters need beside their own rows, one read for each kind of thing."""
    return Desk(
        settings,
        links=_links(session, {one.link_id for one in waiting if one.link_id is not None}),
        told_of_stop=_told_of_stop(session, waiting, now),
        own_words=_own_words(session, {one.clinic_id for one in waiting}),
        answered=_answered(session, waiting),
    )


@dataclass(frozen=True)
class WayIn:
    """The link of a letter: its token, and where it is stored or what is to be stored."""

    token: str = field(default="", repr=False)
    link_id: int | None = None
    draft: LinkDraft | None = None


def way_in(desk: Desk, message: Waiting, sittings: Sequence[Sitting], now: datetime) -> WayIn:
    """The link that belongs to a letter, if any; a second attempt carries the first one's."""
    before = desk.links.get(message.link_id or 0)
    # One that was ended since, with the address that it went to, would open nothing.
    if before is not None and before.revoked_at is None:
        return WayIn(before.token(desk.secret), before.id)
    purpose = _purpose(message)
    if message.about_id is None or purpose is None:
        return WayIn()
    draft = draft_link(
        message.clinic_id,
        message.about_id,
        purpose,
        message.medium,
        secret=desk.secret,
        now=now,
        expires_at=now + timedelta(hours=desk.settings.late_reply_hours),
        occurrence_ids=tuple(sitting.id for sitting in sittings),
    )
    return WayIn(draft.token, draft=draft)


def opens_a_page(message: Waiting) -> bool:
    """Whether a letter carries a link."""
    return _purpose(message) is not None


def _purpose(message: Waiting) -> Purpose | None:
    """What the link of a letter is for; a text that opens no page has none."""
    if message.kind in WITH_PAGE:
        return Purpose.SESSION
    if message.medium is not Medium.EMAIL:
        return None
    return Purpose.CARER if message.kind is Kind.CARER else Purpose.REPLY


@dataclass(frozen=True)
class Envelope:
    """From whom and to where a letter goes, made when, and until when it is worth it."""

    to: str = field(repr=False)
    sender: str
    now: datetime
    until: datetime

    @property
    def valid_seconds(self) -> int:
        return max(6, min(LONGEST_VALIDITY, int((self.until - self.now).total_seconds())))


def compose(desk: Desk, message: Waiting, link: WayIn, envelope: Envelope) -> Outgoing:
    """Write the letter; the caller stores its text on the row before the network is touched."""
    values = _values(desk, message, link.token)
    if message.medium is Medium.EMAIL:
        return _mail(desk, message, envelope, values, link.token)
    return Outgoing(
        to=envelope.to,
        sender=envelope.sender,
        text=_text(desk, message, values),
        attempt_id=new_key(),
        valid_seconds=envelope.valid_seconds,
        date=envelope.now,
    )


def key_of(kind: Kind, wording: str) -> Key:
    """Which of our texts a message is."""
    return REMINDING[kind] if kind in REMINDING else Key(wording)


def says_stop(message: Waiting, text: str) -> bool:
    """Whether a reminder tells the way out, which it owes at least weekly."""
    return message.kind is Kind.REMINDER and "STOP" in text


def _text(desk: Desk, message: Waiting, values: Values) -> str:
    key, language = key_of(message.kind, message.wording), message.speaks
    own = desk.own_words.get((message.clinic_id, key, language), "")
    if key is Key.REMINDER:
        # The way out is repeated at least weekly, also where it costs the first name.
        with_stop = message.patient_id not in desk.told_of_stop
        return reminder(language, values, with_stop=with_stop, own=own)
    return sms(key, language, values, own)


def _mail(desk: Desk, message: Waiting, envelope: Envelope, values: Values, token: str) -> Outgoing:
    unsubscribe = f"{desk.settings.public_base_url}/u/{token}" if token else ""
    key = key_of(message.kind, message.wording)
    own = desk.own_words.get((message.clinic_id, key, message.speaks), "")
    written = letter(key, message.speaks, replace(values, unsubscribe=unsubscribe), own)
    return Outgoing(
        to=envelope.to,
        sender=envelope.sender,
        text=written.text,
        attempt_id=new_key(),
        valid_seconds=envelope.valid_seconds,
        date=envelope.now,
        subject=written.subject,
        html=written.html,
        reply_to=_reply_to(desk, message, token),
        unsubscribe_url=unsubscribe,
        in_reply_to=desk.answered.get(message.reply_id or 0, ""),
        automatic=message.kind in (Kind.ANSWER, Kind.OPT_OUT, Kind.SAFETY),
    )


def _reply_to(desk: Desk, message: Waiting, token: str) -> str:
    """Where an answer is read as the patient's; what a carer writes by mail is not."""
    if not token or message.kind is Kind.CARER:
        return ""
    return f"reply+{token}@{desk.settings.mail_domain}"


def _values(desk: Desk, message: Waiting, token: str) -> Values:
    return Values(
        clinic=message.short_name,
        first=(message.first_name or "") if message.use_first_name else "",
        link=_address(desk.settings, message, token),
        phone=message.clinic_phone,
        emergency=message.emergency_number or "911",
        crisis=message.crisis_number or "988",
        **_filling(message),
    )


def _address(settings: Settings, message: Waiting, token: str) -> str:
    if message.wording in _WAYS_IN:
        return f"{settings.public_base_url}/join/{_filling(message)['code']}"
    if message.kind in (Kind.STAFF, Kind.TEST):
        return f"{settings.public_base_url}/desk"
    return f"{settings.public_base_url}/x/{token}" if token else ""


def _filling(message: Waiting) -> dict[str, Any]:
    filling: dict[str, Any] = json.loads(message.filling) if message.filling else {}
    filling.pop("candidates", None)  # whom the letters of a question mean is for the reader alone
    return filling


def _links(session: Session, link_ids: Collection[int]) -> Mapping[int, Link]:
    if not link_ids:
        return {}
    found = session.scalars(sa.select(Link).where(Link.id.in_(link_ids)))
    return {link.id: link for link in found}


_WAYS_IN = frozenset({Key.STAFF_INVITE, Key.STAFF_RESET})
_TOLD_OF_STOP = spelt_out(
    sa.select(Message.patient_id).where(
        among(Message.patient_id, "patients"),
        Message.due_at > sa.bindparam("since"),
        Message.kind == Kind.REMINDER,
        is_one_of(Message.state, (State.SENT, State.DELIVERED)),
        Message.says_stop,
    )
)


def _told_of_stop(session: Session, waiting: Iterable[Waiting], now: datetime) -> Collection[int]:
    """Which patients have read the way out in a reminder of this week."""
    patients = {one.patient_id for one in waiting if one.kind is Kind.REMINDER}
    if not patients:
        return ()
    return set(run(session, _TOLD_OF_STOP, patients=patients, since=now - STOP_EVERY).scalars())


_OWN_WORDS = sa.select(Wording.clinic_id, Wording.key, Wording.language, Wording.text).where(
    among(Wording.clinic_id, "clinics")
)


def _own_words(session: Session, clinic_ids: Collection[int]) -> Mapping[tuple[int, str, str], str]:
    """The words that clinics have chosen themselves."""
    chosen = read(session, _OWN_WORDS, clinics=clinic_ids)
    return {(clinic_id, key, language): text for clinic_id, key, language, text in chosen}


def _answered(session: Session, waiting: Iterable[Waiting]) -> Mapping[int, str]:
    """What the mails were called that these mails answer."""
    reply_ids = {one.reply_id for one in waiting if one.medium is Medium.EMAIL and one.reply_id}
    if not reply_ids:
        return {}
    names = sa.select(Reply.id, Reply.provider_id).where(Reply.id.in_(reply_ids))
    return {row.id: row.provider_id for row in session.execute(names)}
