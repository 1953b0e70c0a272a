"""How does an answer leave at once, without making the provider's webhook wait?"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

# Few, so that answers that come close together share the work of one round.
SEATS = 3
TOGETHER = 16
WAITING = 128
log = structlog.get_logger(__name__)


class Courier:
    """A few threads that send the messages they are named, all that wait at once.

    What finds no room waits for a tick of the clock: the rows are due already.
    """

    def __init__(self, send: Callable[[Sequence[int]], None]) -> None:
        self._send = send
        self._pool = ThreadPoolExecutor(SEATS, "courier")
        self._lock = Lock()
        self._waiting: deque[int] = deque()
        self._on_the_road = 0
        self._closed = False

    def take(self, message_ids: Iterable[int]) -> None:
        """Send these soon; nothing is lost if this never happens."""
        with self._lock:
            if self._closed:
                return
            room = WAITING - len(self._waiting)
            self._waiting.extend(list(message_ids)[:room])
            if self._waiting and self._on_the_road < SEATS:
                self._on_the_road += 1
                self._pool.submit(self._carry)

    def close(self) -> None:
        """Take nothing more, and finish what was taken."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True)

    def _carry(self) -> None:
        while batch := self._next():
            try:
                self._send(batch)
            except Exception:
                # The clock finds them; those that come after them must not wait for it.
                log.exception("courier_failed", messages=batch)

    def _next(self) -> list[int]:
        """All that wait, as far as they go together; a thread with nothing to carry ends."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            if not batch:
                self._on_the_road -= 1
            return batch
