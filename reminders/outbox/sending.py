"""Who has letters sent: a clock all that is due, a web the one answer that somebody waits for."""

import math
from collections.abc import Collection
from datetime import datetime

from reminders.outbox.carrying import Tray
from reminders.outbox.post import Post, Round


def send_due(post: Post, now: datetime) -> int:
    """Send what is due, what somebody waits for first; returns how many had their turn."""
    return Tray(post, Round.of(post, now)).carry()


def send_one(post: Post, message_id: int, now: datetime) -> None:
    """Send this very message while it is due: the answer that somebody waits for."""
    send_these(post, (message_id,), now)


def send_these(post: Post, message_ids: Collection[int], now: datetime) -> None:
    """Send these very messages, those of them that are due, all at once."""
    Tray(post, Round(now, math.inf), message_ids).carry()
