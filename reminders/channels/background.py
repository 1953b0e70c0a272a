"""How are many letters carried at once, without a thread that waits for each?"""

import asyncio
import os
from collections import deque
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


class Background:
    """An event loop in a thread of its own, to which work is handed from any other."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._handed: deque[tuple[Coroutine[Any, Any, Any], Future[Any]]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        Thread(target=self._loop.run_forever, name="network", daemon=True).start()

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin a piece of work; the future ends as the work does."""
        told: Future[T] = Future()
        alone = not self._handed
        self._handed.append((work, told))
        # One call wakes the loop for all that is handed over before it wakes.
        if alone:
            self._loop.call_soon_threadsafe(self._take)
        return told

    def _take(self) -> None:
        while self._handed:
            task = self._loop.create_task(_tell(*self._handed.popleft()))
            # The loop itself holds its tasks but loosely.
            self._running.add(task)
            task.add_done_callback(self._running.discard)


async def _tell(work: Coroutine[Any, Any, T], told: "Future[T]") -> None:
    try:
        told.set_result(await work)
    except BaseException as fault:
        told.set_exception(fault)
        if not isinstance(fault, Exception):
            raise


def in_background(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Begin a piece of network work in this process's own event loop."""
    # By process: a loop does not survive a fork.
    return _background(os.getpid()).begin(work)


@cache
def _background(_process: int) -> Background:
    return Background()
