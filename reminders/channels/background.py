"""How are many letters carried at once, without a thread that waits for each?"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import Thread
from typing import Any, Protocol, TypeVar

from reminders.channels import Accepted, Outgoing

T = TypeVar("T")


class Blocking(Protocol):
    """A channel that carries a letter while its caller waits."""

    def send(self, outgoing: Outgoing) -> Accepted: ...


class InThreads:
    """Carries letters over a channel that blocks, so many at once."""

    def __init__(self, channel: Blocking, seats: int) -> None:
        self.send: Callable[[Outgoing], Accepted] = channel.send
        self._threads = ThreadPoolExecutor(seats, "carry")

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        return self._threads.submit(self.send, outgoing)


def in_background(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Begin a piece of network work in this process's own event loop."""
    # By process: a loop does not survive a fork.
    return asyncio.run_coroutine_threadsafe(work, _running_loop(os.getpid()))


@cache
def _running_loop(_process: int) -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="network", daemon=True).start()
    return loop
