"""How do many letters travel at once, from their claim to what came of them?

One thread claims, begins and settles in short transactions; between them no session is open, and
the letters on their way wait in no thread. One path serves a clock's crowd and a web's answer.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from queue import Empty, SimpleQueue

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from reminders.channels import Accepted, Refused, Unknown
from reminders.outbox.claiming import Claimed, claim
from reminders.outbox.landing import Landed, settle_all
from reminders.outbox.lanes import Lanes, Travelling
from reminders.outbox.pacing import Room
from reminders.outbox.post import Post, Round
from reminders.outbox.settling import Result
from reminders.outbox.starting import release, start
from reminders.outbox.waiting import Queue
from reminders.store.db import transaction

FEW = 8  # seats: so few need nobody who stands ready behind them
FIRST = 16  # how many a round claims first, so that the first of a crowd leave at once
LOOK_AGAIN = 0.05  # seconds without news after which somebody new may be due
GATHER = 0.01  # seconds for which results are gathered, to be settled together
DATABASE_TRIES = 5
DATABASE_PAUSE = 0.2
log = structlog.get_logger(__name__)


class Named:
    """The very messages that a round is for: those that have not had their turn yet."""

    def __init__(self, first: Collection[int], more: Callable[[], Collection[int]]) -> None:
        self.waiting, self._more = set(first), more

    def look(self) -> bool:
        """Whether there is anybody; few enough wait to hear of more."""
        if len(self.waiting) < FIRST:
            self.waiting.update(self._more())
        return bool(self.waiting)


class Tray:
    """The letters that a process has in hand in one round: ready, on their way, and landed."""

    def __init__(self, post: Post, this_round: Round, only: Named | None = None) -> None:
        self._post, self._round, self._only = post, this_round, only
        self._ready: list[Claimed] = []
        self._on_their_way: Counter[Queue] = Counter()
        self._arrivals: SimpleQueue[tuple[Claimed, Travelling | None]] = SimpleQueue()
        self._lanes = Lanes(post, self._arrive)
        self._landed: list[Landed] = []
        self._tries_left = DATABASE_TRIES
        self._begun = False
        self.turns = 0

    def carry(self) -> int:
        """Work until nothing is due or the round is over; returns how many had their turn.

        1. In one transaction settle what has landed and start what has a seat.
        2. Claim as many as there is room for, from the state that this has left.
        3. Wait for news of what is on its way; what was not started comes due again at the end.
        """
        while True:
            moved = self._with_patience(self._settle_and_start)
            claimed = self._look_on() and self._with_patience(self._claim)
            if self._next_up():
                continue
            if self._on_their_way.total():
                self._gather()
            elif not moved and not claimed:
                break
        self._give_back()
        return self.turns

    def _look_on(self) -> bool:
        """Whether to claim more, those included that were named meanwhile.

        A round that is over begins nothing new, unless it has not begun anything yet. Nor is there
        more to claim where all that were asked for have had their turn.
        """
        if self._only is not None and not self._only.look():
            return False
        return not self._round.over or not self.turns

    def _claim(self) -> bool:
        """Take the next ones in hand; False if none is due."""
        settings = self._post.settings
        in_hand = self._on_their_way + Counter(one.queue for one in self._ready)
        seats = _in_hand(settings.seats) - in_hand.total()
        if seats < max(1, settings.seats - FEW):
            return True
        if not self.turns:
            seats = min(seats, FIRST)
        room = Room(seats, _in_hand(settings.concurrency), in_hand)
        only = None if self._only is None else list(self._only.waiting)[:seats]
        with transaction(self._post.sessions) as session:
            batch = claim(session, settings, self._round.now, room, only)
        if self._only is not None and only is not None and batch.whole:
            self._only.waiting.difference_update(only)
        self._ready += batch.claimed
        self.turns += batch.turns
        return batch.turns > 0

    def _settle_and_start(self) -> bool:
        starting = self._next_up()
        if not starting and not self._landed:
            return False
        # Should the commit fail, nobody knows whether their attempts are written: they end with
        # their lease. What has landed is settled again; twice changes nothing.
        begun = {one.message_id for one in starting}
        self._ready = [one for one in self._ready if one.message_id not in begun]
        with transaction(self._post.sessions) as session:
            settle_all(session, self._landed, self._round.now)
            started = start(session, starting)
        _report(self._landed)
        self._landed = []
        self._begun = self._begun or bool(started)
        for one in started:
            self._on_their_way[one.queue] += 1
            self._lanes.send(one)
        return True

    def _next_up(self) -> list[Claimed]:
        """Those ready for whom there is a seat, or a place behind the seats, in their order."""
        if self._round.over and self._begun:
            return []
        settings = self._post.settings
        seats, of_queue = _begun(settings.seats), _begun(settings.concurrency)
        taken, starting = Counter(self._on_their_way), list[Claimed]()
        for one in self._ready:
            if taken.total() < seats and taken[one.queue] < of_queue:
                taken[one.queue] += 1
                starting.append(one)
        return starting

    def _arrive(self, one: Claimed, travelling: Travelling | None) -> None:
        self._arrivals.put((one, travelling))

    def _gather(self) -> None:
        """Wait for news, and a moment longer for more of it."""
        try:
            self._land(*self._arrivals.get(timeout=LOOK_AGAIN))
        except Empty:
            return
        if self._on_their_way.total() > FEW:
            time.sleep(GATHER)
        while not self._arrivals.empty():
            self._land(*self._arrivals.get())

    def _land(self, one: Claimed, travelling: Travelling | None) -> None:
        self._on_their_way[one.queue] -= 1
        if travelling is None:
            return
        result = _result_of(one, travelling)
        self._landed.append(Landed(one, result))
        if self._only is not None and not isinstance(result, Accepted):
            # What has not arrived may be due again at once.
            self._only.waiting.add(one.message_id)

    def _give_back(self) -> None:
        if self._ready:
            with transaction(self._post.sessions) as session:
                release(session, self._ready)

    def _with_patience(self, step: Callable[[], bool]) -> bool:
        """Take one step; a database that is away for a moment costs no result."""
        try:
            done = step()
        except (OperationalError, InterfaceError):
            self._tries_left -= 1
            if self._tries_left <= 0:
                raise
            log.warning("database_away", tries_left=self._tries_left)
            time.sleep(DATABASE_PAUSE)
            return True
        return done


def _begun(seats: int) -> int:
    """So many letters are begun, that no seat stands empty while this thread is at the database.

    After a kill the provider is asked about all that were begun, so they are not many more.
    """
    return seats + max(0, seats - FEW) // 2


def _in_hand(seats: int) -> int:
    """So many letters are claimed, that there is always one to be begun."""
    return _begun(seats) + max(0, seats - FEW)


def _result_of(one: Claimed, travelling: Travelling) -> Result:
    try:
        return travelling.result()
    except (Refused, Unknown) as outcome:
        return outcome
    except Exception:
        # Whatever broke in the channel: the letter may be on its way.
        log.exception("carrying_broke", message=one.message_id)
        return Unknown("channel")


def _report(landed: Sequence[Landed]) -> None:
    sent = [one.claimed.message_id for one in landed if isinstance(one.result, Accepted)]
    if sent:
        log.info("sent", messages=sent)
    for one in landed:
        if not isinstance(one.result, Accepted):
            log.info(
                "not_sent",
                message=one.claimed.message_id,
                attempt=one.claimed.attempt_id,
                kind=one.claimed.kind.value,
                outcome=type(one.result).__name__.lower(),
                code=one.result.code,
            )
