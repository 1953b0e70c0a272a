"""How does an answer leave at once, without making the provider's webhook wait?"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event

import structlog

SEATS = 4
WAITING = 64
log = structlog.get_logger(__name__)


class Courier:
    """A few threads that send the messages they are named; what finds no seat waits for a tick."""

    def __init__(self, send: Callable[[int], None]) -> None:
        self._send = send
        self._pool = ThreadPoolExecutor(SEATS, "courier")
        self._room = BoundedSemaphore(WAITING)
        self._closed = Event()

    def take(self, message_ids: Iterable[int]) -> None:
        """Send these soon; the rows are due already, so nothing is lost if this never happens."""
        for message_id in message_ids:
            if not self._closed.is_set() and self._room.acquire(blocking=False):
                self._pool.submit(self._carry, message_id)

    def close(self) -> None:
        """Finish what is in flight; what still waits goes with the clock's next tick."""
        self._closed.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _carry(self, message_id: int) -> None:
        try:
            self._send(message_id)
        except Exception:
            log.exception("courier_failed", message=message_id)
            raise
        finally:
            self._room.release()
