"""How does an answer leave at once, without making the provider's webhook wait?"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

WAITING = 128
log = structlog.get_logger(__name__)


class Courier:
    """A thread that sends the messages it is named, also those named while others travel.

    One and no more: answers that come close together then share each step at the database, and
    nobody of this process waits for a sender that a neighbour holds. What finds no room waits for
    a tick of the clock: the rows are due already.
    """

    def __init__(self, send: Callable[[Sequence[int], Callable[[], Sequence[int]]], None]) -> None:
        """Send by a call that is given the first of them, and whom to ask for more."""
        self._send = send
        self._pool = ThreadPoolExecutor(1, "courier")
        self._lock = Lock()
        self._waiting: deque[int] = deque()
        self._on_the_road = False
        self._closed = False

    def take(self, message_ids: Iterable[int]) -> None:
        """Send these soon; nothing is lost if this never happens."""
        with self._lock:
            if self._closed:
                return
            room = WAITING - len(self._waiting)
            self._waiting.extend(list(message_ids)[:room])
            if self._waiting and not self._on_the_road:
                self._on_the_road = True
                self._pool.submit(self._carry)

    def close(self) -> None:
        """Take nothing more, and finish what was taken."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True)

    def _carry(self) -> None:
        while first := self._set_out():
            try:
                self._send(first, self._named)
            except Exception:
                # The clock finds them; those that come after them must not wait for it.
                log.exception("courier_failed", messages=first)

    def _set_out(self) -> Sequence[int]:
        """All that wait; with nothing to carry the thread ends."""
        with self._lock:
            self._on_the_road = bool(self._waiting)
            return self._all()

    def _named(self) -> Sequence[int]:
        with self._lock:
            return self._all()

    def _all(self) -> Sequence[int]:
        named = list(self._waiting)
        self._waiting.clear()
        return named
