"""Who has letters sent: a clock all that is due, a web the one answer that somebody waits for."""

import math
from collections.abc import Callable, Collection
from datetime import datetime

from reminders.outbox.carrying import Named, Tray
from reminders.outbox.post import Post, Round

# How long a thread that does nothing else stays at a crowd before its clock is read anew.
AT_A_STRETCH = 10.0


def send_due(post: Post, now: datetime) -> int:
    """Send what is due, what somebody waits for first; returns how many had their turn."""
    return Tray(post, Round.of(post, now)).carry()


def send_on(post: Post, now: datetime, ended: Callable[[], bool]) -> int:
    """Send what is due and what comes due meanwhile, until nothing is or somebody ends it.

    For a thread of its own. A round inside each tick would wait for the last of its letters to
    come back and claim anew what it had ready: a quarter of a busy morning, as measured.
    """
    return Tray(post, Round(now, AT_A_STRETCH, ended)).carry()


def send_one(post: Post, message_id: int, now: datetime) -> None:
    """Send this very message while it is due: the answer that somebody waits for."""
    send_these(post, (message_id,), now)


def send_these(
    post: Post,
    message_ids: Collection[int],
    now: datetime,
    more: Callable[[], Collection[int]] = tuple,
) -> None:
    """Send these very messages, those of them that are due, and more that are named meanwhile."""
    Tray(post, Round(now, math.inf), Named(message_ids, more)).carry()
