"""Which waiting messages may leave now, and as what?

One transaction locks a batch, asks the gate, takes the senders' tokens and writes text, address
and link from the state of this moment. Nothing touches the network yet: the attempt comes first.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Leave, Never, Outcome, Reason, Wait
from reminders.outbox.composing import says_stop
from reminders.outbox.excusing import EXCUSES, exclude
from reminders.outbox.facts import Judged
from reminders.outbox.falling_back import fall_back
from reminders.outbox.judging import Judgement, Letter, Place, judge
from reminders.outbox.pacing import Room, placed, seated
from reminders.outbox.settling import not_told
from reminders.outbox.waiting import Queue, Waiting, next_due, these_due
from reminders.store.conversation import Link, Message, State
from reminders.store.db import db_now
from reminders.store.moving import insert_all, move_all, move_each, put_off
from reminders.store.people import Medium

_STATES = {
    Outcome.WITHHELD: State.WITHHELD,
    Outcome.MISSED: State.MISSED,
    Outcome.WITHDRAWN: State.WITHDRAWN,
}


@dataclass(frozen=True)
class Claimed:
    """A message on its way out: everything the network part needs, and no row.

    `leased` is when its lease ends, by this process's own steady clock.
    """

    message_id: int
    clinic_id: int
    medium: Medium
    kind: Kind
    number: int
    outgoing: Outgoing
    leased: float
    attempt_id: int = 0

    @property
    def queue(self) -> Queue:
        return self.clinic_id, self.medium


@dataclass(frozen=True)
class Batch:
    """What came of a batch: how many had their turn, and those of them that leave.

    `whole` if nobody who was due stays behind for want of a seat.
    """

    turns: int = 0
    claimed: tuple[Claimed, ...] = ()
    whole: bool = True


def claim(
    session: Session,
    settings: Settings,
    now: datetime,
    room: Room,
    only: Collection[int] | None = None,
) -> Batch:
    """Claim those that may leave, or only these; the others wait or end, and their rows say why."""
    leased = time.monotonic() + settings.lease_seconds
    if only is None:
        message_ids = next_due(session, now, room.seats, full=room.full)
    else:
        message_ids = these_due(session, now, room.seats, only)
    if not message_ids:
        return Batch()
    judgements = judge(session, settings, message_ids, now)
    may_leave = [one for one in judgements if isinstance(one.verdict, Leave)]
    leaving = list(seated(may_leave, room))
    db_time = db_now(session)
    fates = placed(session, leaving, db_time, now)
    _end(session, [*judgements, *fates], now)
    _put_off(session, [*judgements, *fates])
    letters = [(one.judged, one.letter) for one in fates if one.letter is not None]
    _take(session, letters, db_time + timedelta(seconds=settings.lease_seconds))
    behind = len(may_leave) - len(leaving)
    claimed = tuple(_claimed(one, letter, leased) for (one, _), letter in letters)
    return Batch(len(message_ids) - behind, claimed, whole=not behind)


def _end(session: Session, judgements: Iterable[Judgement], now: datetime) -> None:
    """Close those that will not leave, all of one reason at once."""
    by_fate: defaultdict[Never, list[Waiting]] = defaultdict(list)
    for one in judgements:
        if isinstance(one.verdict, Never):
            by_fate[one.verdict].append(one.judged[0])
    for fate, messages in by_fate.items():
        message_ids = [message.id for message in messages]
        move_all(session, message_ids, _STATES[fate.outcome], reason=fate.reason, ended_at=now)
        if fate.reason is Reason.UNREACHABLE:
            for message_id in message_ids:
                fall_back(session, session.get_one(Message, message_id), fate.reason, now)
        exclude(session, message_ids, EXCUSES.get(fate.reason, Excuse.WITHHELD))
        if fate.reason is not Reason.REPEATED:
            for message in messages:
                if message.kind is Kind.SAFETY:
                    not_told(session, message.id)


def _put_off(session: Session, judgements: Iterable[Judgement]) -> None:
    """Let those come due again whose window is closed or whose turn is later."""
    rows: list[dict[str, Any]] = []
    for one in judgements:
        match one.verdict:
            case Wait(at, reason):
                rows.append(_later(one, at, None, reason))
            case Place(at):
                rows.append(_later(one, at, at, ""))
    put_off(session, rows)


def _later(one: Judgement, at: datetime, turn_at: datetime | None, reason: str) -> dict[str, Any]:
    return {"id": one.judged[0].id, "ready_at": at, "turn_at": turn_at, "reason": reason}


def _take(
    session: Session, letters: Sequence[tuple[Judged, Letter]], lease_until: datetime
) -> None:
    """Write down what these letters say and that they are in hand, until the lease ends."""
    drafts = [one.link.draft for _, one in letters]
    columns = [one.columns for one in drafts if one is not None]
    made = iter(insert_all(session, Link, columns, "token_hash"))
    rows = [
        {
            "id": message.id,
            "lease_until": lease_until,
            "attempts": message.attempts + 1,
            "sender_id": letter.sender.id,
            "link_id": letter.link.link_id if letter.link.draft is None else next(made),
            "address": letter.outgoing.to,
            "address_index": index,
            "text": letter.outgoing.text,
            "says_stop": says_stop(message, letter.outgoing.text),
            "turn_at": None,
        }
        for (message, index), letter in letters
    ]
    assert move_each(session, State.CLAIMED, rows), "a locked message was moved by another"


def _claimed(message: Waiting, letter: Letter, leased: float) -> Claimed:
    return Claimed(
        message_id=message.id,
        clinic_id=message.clinic_id,
        medium=message.medium,
        kind=message.kind,
        number=message.attempts + 1,
        outgoing=letter.outgoing,
        leased=leased,
    )
