"""How does a claimed message reach its provider?

Claim and settle are short transactions; between them no session is open. One path serves the
clock's batches and a web's single answer.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

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
from reminders.outbox.claiming import Claimed, claim
from reminders.outbox.settling import Result, settle
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium

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


def send_due(post: Post, now: datetime, *, limit: int = 100_000) -> int:
    """Send what is due, a seat at a time, until nothing is left; returns how many were claimed."""
    total = 0
    with ThreadPoolExecutor(post.settings.concurrency, "send") as seats:
        while total < limit:
            with transaction(post.sessions) as session:
                leaving, seen = claim(session, post.settings, now, limit=post.settings.concurrency)
            if not seen:
                break
            total += seen
            _deliver(post, leaving, now, seats)
    return total


def send_one(post: Post, message_id: int, now: datetime) -> None:
    """Send this very message if it is due: the answer that somebody waits for."""
    with transaction(post.sessions) as session:
        leaving, _ = claim(session, post.settings, now, limit=1, only=(message_id,))
    for claimed in leaving:
        _settle(post, claimed, post.carry(claimed.medium, claimed.outgoing), now)


def _deliver(
    post: Post, leaving: Sequence[Claimed], now: datetime, seats: ThreadPoolExecutor
) -> None:
    results = seats.map(lambda claimed: post.carry(claimed.medium, claimed.outgoing), leaving)
    for claimed, result in zip(leaving, results, strict=True):
        _settle(post, claimed, result, now)


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
