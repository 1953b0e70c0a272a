"""How does a claimed message reach its provider?

Claim and settle are short transactions; between them no session is open. One path serves the
clock's seats and a web's single answer.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from reminders.channels import (
    Accepted,
    Action,
    Askable,
    Channel,
    Outgoing,
    Reason,
    Refused,
    Unknown,
    Verdict,
)
from reminders.config import Settings
from reminders.outbox.claiming import AWAITED, Claimed, admit, count_due, next_due
from reminders.outbox.settling import Result, settle
from reminders.store.conversation import Message
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium

# The rest of a tick is for everything else.
SHARE_OF_TICK = 0.8
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Post:
    """What sending needs, chosen once in app.py or clock.main()."""

    sessions: Sessions
    settings: Settings
    texts: Askable
    mails: Channel | None = None

    def carry(self, medium: Medium, outgoing: Outgoing) -> Result:
        """Hand one letter to its provider and say what is known of it afterwards."""
        channel = self.texts if medium is Medium.TEXT else self.mails
        if channel is None:
            return _NO_MAIL
        try:
            return channel.send(outgoing)
        except (Refused, Unknown) as outcome:
            return outcome


_NO_MAIL = Refused("no_mail_server", Verdict(Reason.SENDER_FAULT, Action.ALERT_SENDER))


@dataclass(frozen=True)
class Round:
    """A stretch of work inside one tick: its moment moves on, and it ends before the next tick.

    However much is due, planning, reading and SIGTERM get their turn; however slow the machine,
    one thing at least gets done.
    """

    began_at: datetime
    seconds: float
    _started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, post: Post, now: datetime) -> "Round":
        return cls(now, post.settings.tick_seconds * SHARE_OF_TICK)

    @property
    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=time.monotonic() - self._started)

    @property
    def over(self) -> bool:
        return time.monotonic() - self._started >= self.seconds


def send_due(post: Post, now: datetime) -> int:
    """Send what is due, what somebody waits for first; returns how many had their turn."""
    this_round = Round.of(post, now)
    if not _waiting(post, this_round):
        return 0
    awaited = _send_all(post, this_round, Message.kind.in_(AWAITED))
    return awaited + _send_all(post, this_round)


def _send_all(post: Post, this_round: Round, *only: sa.ColumnElement[bool]) -> int:
    seats = _waiting(post, this_round, *only)
    if not seats:
        return 0
    with ThreadPoolExecutor(seats, "send") as pool:
        turns = [pool.submit(_keep_sending, post, this_round, *only) for _ in range(seats)]
    return sum(turn.result() for turn in turns)


def _waiting(post: Post, this_round: Round, *only: sa.ColumnElement[bool]) -> int:
    """How many seats there is work for."""
    with transaction(post.sessions) as session:
        return count_due(session, this_round.now, post.settings.concurrency, *only)


def _keep_sending(post: Post, this_round: Round, *only: sa.ColumnElement[bool]) -> int:
    """Fill one seat: a slow call holds up this seat and no other."""
    turns = 0
    while _send_next(post, this_round.now, *only):
        turns += 1
        if this_round.over:
            break
    return turns


def send_one(post: Post, message_id: int, now: datetime) -> None:
    """Send this very message while it is due: the answer that somebody waits for."""
    while _send_next(post, now, Message.id == message_id):
        pass


def _send_next(post: Post, now: datetime, *only: sa.ColumnElement[bool]) -> bool:
    """Give the next due message its turn; False if none is due."""
    leased = time.monotonic() + post.settings.lease_seconds
    with transaction(post.sessions) as session:
        message_id = next_due(session, now, *only)
        if message_id is None:
            return False
        claimed = admit(session, post.settings, message_id, now)
    if claimed is not None and time.monotonic() < leased:
        _settle(post, claimed, post.carry(claimed.medium, claimed.outgoing), now)
    # With its lease over (a machine that slept), others may have it in hand: the look-up decides.
    return True


def _settle(post: Post, claimed: Claimed, result: Result, now: datetime) -> None:
    with transaction(post.sessions) as session:
        settle(session, claimed.message_id, claimed.attempt_id, result, now)
    log.info(
        "sent" if isinstance(result, Accepted) else "not_sent",
        message=claimed.message_id,
        attempt=claimed.attempt_id,
        kind=claimed.kind.value,
        outcome=type(result).__name__.lower(),
        code=getattr(result, "code", ""),
    )
