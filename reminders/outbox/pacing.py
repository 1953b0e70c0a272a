"""Which of the letters that may leave go now, and when is it the others' turn?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Never, Outcome, Reason
from reminders.core.pace import Asking, Bucket, queue
from reminders.outbox.facts import Origin
from reminders.outbox.judging import Judgement, Letter, Place
from reminders.outbox.waiting import Queue
from reminders.store.people import Sender
from reminders.store.statements import run

_SLOWEST = 1e-4  # letters a second; less would be a broken row, not a pace
_TOO_LATE = Never(Outcome.MISSED, Reason.LATE)


@dataclass(frozen=True)
class Room:
    """How many letters may be taken in hand: in all, and of one queue beside those it has."""

    seats: int
    of_queue: int
    taken: Mapping[Queue, int]

    @property
    def full(self) -> Sequence[Queue]:
        return [one for one, count in self.taken.items() if count >= self.of_queue]


def seated(leaving: Iterable[Judgement], room: Room) -> Iterator[Judgement]:
    """Those for whom there is a seat, one for each patient and address; the rest stay due.

    Two letters to one person are judged one after the other: what the first one did, the next
    batch finds written. Nobody who is waited for waits for a seat of the queue.
    """
    taken, seen = Counter(room.taken), set[object]()
    for one in leaving:
        message, index = one.judged
        persons = {("patient", message.patient_id or -message.id), ("address", index)}
        if persons & seen or (taken[message.queue] >= room.of_queue and not message.awaited):
            continue
        seen |= persons
        taken[message.queue] += 1
        yield one


def placed(
    session: Session, leaving: Iterable[Judgement], db_time: datetime, now: datetime
) -> list[Judgement]:
    """Take the senders' tokens for these letters; who gets none is given its turn.

    Senders refill by the database's clock, which all clocks share; a turn is told by ours.
    """
    by_sender: defaultdict[Origin, list[tuple[Judgement, Letter]]] = defaultdict(list)
    for one in leaving:
        if one.letter is not None:
            by_sender[one.letter.sender].append((one, one.letter))
    return [
        _placed(judgement, letter, None if turn is None else now + (turn - db_time))
        for sender, group in by_sender.items()
        for (judgement, letter), turn in zip(
            group, _turns(session, sender, group, db_time), strict=True
        )
    ]


def _turns(
    session: Session,
    sender: Origin,
    group: Iterable[tuple[Judgement, Letter]],
    db_time: datetime,
) -> Sequence[datetime | None]:
    """When each of one sender's letters may go; the sender locked, its bucket moves on."""
    messages = (judgement.judged[0] for judgement, _ in group)
    asking = [Asking(one.awaited, placed=one.turn_at is not None) for one in messages]
    bucket, turns = queue(_bucket(sender, db_time), asking, db_time)
    run(
        session,
        _MOVED_ON,
        sender=sender.id,
        tokens=bucket.tokens,
        refilled_at=bucket.refilled_at,
        booked_until=bucket.booked_until,
    )
    return turns


_MOVED_ON = (
    sa.update(Sender)
    .where(Sender.id == sa.bindparam("sender"))
    .values({name: sa.bindparam(name) for name in ("tokens", "refilled_at", "booked_until")})
)


def _bucket(sender: Origin, db_time: datetime) -> Bucket:
    return Bucket(
        max(sender.per_second, _SLOWEST),
        sender.tokens,
        sender.refilled_at or db_time,
        sender.booked_until or db_time,
    )


def _placed(judgement: Judgement, letter: Letter, turn: datetime | None) -> Judgement:
    if turn is None:
        return judgement
    return replace(
        judgement, verdict=Place(turn) if turn <= letter.until else _TOO_LATE, letter=None
    )
