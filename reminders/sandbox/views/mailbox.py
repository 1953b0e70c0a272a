"""What lies in this mailbox?

As with the phone: what the sandbox's mail server took, and before that what the records say.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.channels.mail import read
from reminders.core.wording import MARKERS, Values, letter
from reminders.outbox.composing import key_of
from reminders.sandbox.values import Direction, Mail
from reminders.sandbox.views import wall
from reminders.sandbox.views.owners import Owner
from reminders.store.conversation import Attempt, Door, Link, Message, Reply, State
from reminders.store.people import Medium

KEPT = 5
_BUTTON = re.compile(r"(?P<words>[^\n]+):\n(?P<url>https?://\S+)")
_MARKER = re.compile(r"--- .+ ---")


class Kind(StrEnum):
    """How a paragraph of a letter is set."""

    PLAIN = "plain"
    BUTTON = "button"
    LINK = "link"
    SMALL = "small"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph as a mail program shows it; buttons and links have an address."""

    kind: Kind
    words: str
    url: str = ""


@dataclass(frozen=True)
class Letter:
    """One letter of a mailbox; without `reply_to` it cannot be answered."""

    id: str
    mine: bool
    subject: str
    text: str
    at: datetime
    when: str
    reply_to: str = ""

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(_paragraphs(self.text))


@dataclass(frozen=True)
class Mailbox:
    """The latest letters, newest first, and the one that is open."""

    letters: tuple[Letter, ...]
    open: Letter | None


@dataclass(frozen=True)
class Reading:
    """Who reads when: the letter wanted, if any, and the secret that answers are addressed with."""

    now: datetime
    wanted: str
    secret: str


def mailbox(session: Session, owner: Owner, mails: Iterable[Mail], reading: Reading) -> Mailbox:
    """A mailbox with one letter open: the one wanted, else the newest that came."""
    today = wall.today_of(reading.now, owner.zone)

    def when(at: datetime) -> str:
        said = wall.day(at, owner.zone, today)
        return wall.clock(at, owner.zone) if said == "Today" else said

    found = {one.id: one for one in _before(session, owner, reading.secret, when)}
    found |= {one.id: one for one in (_of_wire(mail, when) for mail in mails)}
    letters = sorted(found.values(), key=lambda one: one.at, reverse=True)[:KEPT]
    return Mailbox(tuple(letters), _open(letters, reading.wanted))


def _open(letters: Sequence[Letter], wanted: str) -> Letter | None:
    came = (one for one in letters if not one.mine)
    return next((one for one in letters if one.id == wanted), None) or next(came, None)


def _of_wire(mail: Mail, when: Callable[[datetime], str]) -> Letter:
    mine = mail.direction is Direction.INBOUND
    # What a person wrote, without the letter quoted below it.
    text = read(mail.raw, MARKERS).text if mine else mail.text
    return Letter(
        mail.message_id.strip("<>"),
        mine,
        mail.subject,
        text,
        mail.at,
        when(mail.at),
        "" if mine else mail.header("Reply-To"),
    )


def _before(
    session: Session, owner: Owner, secret: str, when: Callable[[datetime], str]
) -> Iterator[Letter]:
    sent = session.execute(
        sa.select(Message, Attempt.provider_id, Link)
        .join(Attempt)
        .outerjoin(Link, Link.id == Message.link_id)
        .where(
            Message.address_index == owner.address,
            Message.clinic_id == owner.clinic_id,
            Message.medium == Medium.EMAIL,
            Message.state.in_((State.SENT, State.DELIVERED)),
            Attempt.provider_id.is_not(None),
            Message.ended_at.is_not(None),
        )
        .order_by(Message.ended_at.desc())
        .limit(KEPT)
    )
    for message, name, link in sent:
        assert name is not None
        yield _sent(message, name, link.token(secret) if link is not None else "", owner, when)
    yield from _heard(session, owner, when)


def _heard(session: Session, owner: Owner, when: Callable[[datetime], str]) -> Iterator[Letter]:
    answers = sa.select(Reply).where(
        Reply.sender_index == owner.address,
        Reply.clinic_id == owner.clinic_id,
        Reply.door == Door.EMAIL,
    )
    for reply in session.scalars(answers.order_by(Reply.received_at.desc()).limit(KEPT)):
        at, name = reply.received_at, reply.provider_id.strip("<>")
        yield Letter(name, True, "Re:", reply.text, at, when(at))


def _sent(
    message: Message, name: str, token: str, owner: Owner, when: Callable[[datetime], str]
) -> Letter:
    assert message.ended_at is not None
    domain = name.strip("<>").partition("@")[2]
    return Letter(
        name.strip("<>"),
        False,
        _subject(message, owner),
        message.text or "",
        message.ended_at,
        when(message.ended_at),
        f"reply+{token}@{domain}" if token else "",
    )


def _subject(message: Message, owner: Owner) -> str:
    """A subject is not kept: it follows from what the letter was."""
    filled = Values(
        owner.clinic_name,
        owner.first,
        link="-",
        pain=0,
        time="-",
        choices="-",
        note="-",
        count=1,
        code="-",
    )
    return letter(key_of(message.kind, message.wording), _language(message), filled).subject


def _language(message: Message) -> str:
    if message.language or message.patient is None:
        return message.language or "en"
    return message.patient.language


def _paragraphs(text: str) -> Iterator[Paragraph]:
    """Cut a plain letter as it is made: lines, a button, then what stands at its foot."""
    at_foot = False
    for part in "\n".join(text.split("\r\n")).strip().split("\n\n"):
        found = _BUTTON.fullmatch(part)
        if _MARKER.fullmatch(part):
            continue
        if found is None:
            yield Paragraph(Kind.SMALL if at_foot else Kind.PLAIN, part)
        else:
            yield Paragraph(Kind.LINK if at_foot else Kind.BUTTON, found["words"], found["url"])
            at_foot = True
