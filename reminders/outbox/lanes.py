"""Who of a queue is at its provider, and who goes next the moment one is back?

A place at the provider must not stand empty while the sender's thread is at the database: the
letters behind are begun already, and the one whose turn it is leaves from the very thread that
brings the answer of the one before.
"""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock

from reminders.channels import Accepted
from reminders.outbox.claiming import Claimed
from reminders.outbox.post import Post
from reminders.outbox.waiting import Queue

Travelling = Future[Accepted]


class Lanes:
    """So many letters of a queue travel at once; those behind leave in their order.

    `told` hears of each when it is back, with its future, or with None if it never left; it is
    called from whatever thread brings the news.
    """

    def __init__(self, post: Post, told: Callable[[Claimed, Travelling | None], None]) -> None:
        self._post, self._told = post, told
        self._lock = Lock()
        self._travelling: Counter[Queue] = Counter()
        self._behind: defaultdict[Queue, deque[Claimed]] = defaultdict(deque)

    def send(self, one: Claimed) -> None:
        """Let a letter leave now, or when those before it are back."""
        with self._lock:
            if self._travelling[one.queue] >= self._post.settings.concurrency:
                self._behind[one.queue].append(one)
                return
            self._travelling[one.queue] += 1
        self._leave(one)

    def _leave(self, one: Claimed) -> None:
        # With its lease over (a machine that slept), others may have it in hand: the look-up
        # decides.
        if time.monotonic() >= one.leased:
            self._back(one, None)
            return
        self._start(one).add_done_callback(partial(self._back, one))

    def _start(self, one: Claimed) -> Travelling:
        try:
            return self._post.start(one.medium, one.outgoing)
        except Exception as fault:  # noqa: BLE001 - told with the letter, as what its channel met
            broken = Travelling()
            broken.set_exception(fault)
            return broken

    def _back(self, one: Claimed, travelling: Travelling | None) -> None:
        with self._lock:
            behind = self._behind[one.queue]
            next_one = behind.popleft() if behind else None
            if next_one is None:
                self._travelling[one.queue] -= 1
        if next_one is not None:
            self._leave(next_one)
        self._told(one, travelling)
