"""What stands on this phone?

What the sandbox's network brought to it, and before that what the clinic's own records say was sent
and answered: the sandbox forgets when it is started anew, and has never seen the weeks before.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.sandbox.values import Direction, Text
from reminders.sandbox.views import wall
from reminders.sandbox.views.owners import Owner
from reminders.store.conversation import Attempt, Door, Message, Reply, State
from reminders.store.people import Medium

KEPT = 30
_LINK = re.compile(r"(https?://[^\s<>]+)")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; with an address it is a link."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Bubble:
    """One text as the phone shows it."""

    id: str
    mine: bool
    pieces: tuple[Piece, ...]
    at: datetime
    clock: str


@dataclass(frozen=True)
class Day:
    """The texts of one day."""

    heading: str
    bubbles: tuple[Bubble, ...]


def talk(session: Session, owner: Owner, texts: Iterable[Text], now: datetime) -> tuple[Day, ...]:
    """The latest texts of a phone, by day, oldest first."""
    seen = list(texts)
    known = {text.sid for text in seen}
    bubbles = [_bubble(owner, text) for text in seen if text.arrived]
    bubbles += [bubble for bubble in _before(session, owner) if bubble.id not in known]
    bubbles.sort(key=lambda bubble: bubble.at)
    today = wall.today_of(now, owner.zone)
    days = groupby(bubbles[-KEPT:], lambda bubble: wall.day(bubble.at, owner.zone, today))
    return tuple(Day(heading, tuple(told)) for heading, told in days)


def pieces(text: str) -> tuple[Piece, ...]:
    """A text cut at its links."""
    cut = (part for part in _LINK.split(text) if part)
    return tuple(Piece(part, part if _LINK.fullmatch(part) else "") for part in cut)


def _bubble(owner: Owner, text: Text) -> Bubble:
    mine = text.direction is Direction.INBOUND
    return _said(owner, text.sid, text.body, text.at, mine=mine)


def _said(owner: Owner, sid: str, words: str, at: datetime, *, mine: bool) -> Bubble:
    return Bubble(sid, mine, pieces(words), at, wall.clock(at, owner.zone))


def _before(session: Session, owner: Owner) -> Iterator[Bubble]:
    sent = session.execute(
        sa.select(Attempt.provider_id, Message.text, Message.ended_at)
        .join(Message)
        .where(
            Message.address_index == owner.address,
            Message.clinic_id == owner.clinic_id,
            Message.medium == Medium.TEXT,
            Message.state.in_((State.SENT, State.DELIVERED)),
            Attempt.provider_id.is_not(None),
            Message.ended_at.is_not(None),
        )
        .order_by(Message.ended_at.desc())
        .limit(KEPT)
    )
    for sid, words, at in sent:
        assert sid is not None and at is not None
        yield _said(owner, sid, words or "", at, mine=False)
    yield from _heard(session, owner)


def _heard(session: Session, owner: Owner) -> Iterator[Bubble]:
    answers = sa.select(Reply.provider_id, Reply.text, Reply.received_at).where(
        Reply.sender_index == owner.address,
        Reply.clinic_id == owner.clinic_id,
        Reply.door == Door.TEXT,
    )
    for sid, words, at in session.execute(answers.order_by(Reply.received_at.desc()).limit(KEPT)):
        yield _said(owner, sid, words, at, mine=True)
