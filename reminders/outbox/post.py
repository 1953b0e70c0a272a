"""What does sending need, and how long may it go on at a time?"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reminders.channels import (
    Accepted,
    Action,
    Askable,
    Channel,
    Outgoing,
    Reason,
    Refused,
    Verdict,
)
from reminders.config import Settings
from reminders.store.db import Sessions
from reminders.store.people import Medium

# The rest of a tick is for everything else.
SHARE_OF_TICK = 0.8
_NO_MAIL = Refused("no_mail_server", Verdict(Reason.SENDER_FAULT, Action.ALERT_SENDER))


@dataclass(frozen=True)
class Post:
    """What sending needs, chosen once in app.py or clock.main()."""

    sessions: Sessions
    settings: Settings
    texts: Askable
    mails: Channel | None = None

    def start(self, medium: Medium, outgoing: Outgoing) -> "Future[Accepted]":
        """Hand one letter to its provider; the future says what is known of it afterwards."""
        channel = self.texts if medium is Medium.TEXT else self.mails
        if channel is not None:
            return channel.start(outgoing)
        nobody: Future[Accepted] = Future()
        nobody.set_exception(_NO_MAIL)
        return nobody


@dataclass(frozen=True)
class Round:
    """A stretch of work: its moment moves on, and it ends in time or when somebody ends it.

    However much is due, planning, reading and SIGTERM get their turn; however slow the machine,
    one thing at least gets done.
    """

    began_at: datetime
    seconds: float
    ended: Callable[[], bool] = lambda: False
    _started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, post: Post, now: datetime) -> "Round":
        """One inside a tick, which ends before the next."""
        return cls(now, post.settings.tick_seconds * SHARE_OF_TICK)

    @property
    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=time.monotonic() - self._started)

    @property
    def over(self) -> bool:
        return time.monotonic() - self._started >= self.seconds or self.ended()
