"""What is to become of these messages: does each leave, wait or end, and what does it say?

Reads and decides, and writes nothing but the fate of a message that cannot be judged at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from reminders.channels import Outgoing
from reminders.config import Settings
from reminders.core.gate import Leave, Never, Outcome, Reason, Verdict, decide
from reminders.outbox.composing import Desk, Envelope, WayIn, compose, lay_out, way_in
from reminders.outbox.facts import Judged, Known, Origin, facts_of, said_lately
from reminders.outbox.gathering import gather
from reminders.outbox.settling import set_aside
from reminders.outbox.waiting import read_waiting
from reminders.store.keyring import digest

_REPEATED = Never(Outcome.WITHHELD, Reason.REPEATED)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """It may leave, but its sender has others before it: its turn is at this moment (UTC)."""

    at: datetime


@dataclass(frozen=True)
class Letter:
    """A letter ready to leave: from whom, by which way in, and until when it is worth it."""

    sender: Origin
    link: WayIn
    outgoing: Outgoing
    until: datetime


@dataclass(frozen=True)
class Judgement:
    """The verdict on one message, with the digest of its address, and its letter if it leaves."""

    judged: Judged
    verdict: Verdict | Place
    letter: Letter | None = None


def judge(
    session: Session, settings: Settings, message_ids: Sequence[int], now: datetime
) -> list[Judgement]:
    """Judge a batch; one that cannot be judged is set aside, for its neighbours must not wait."""
    try:
        return list(_judge(session, settings, message_ids, now))
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not a message's
    except Exception:
        if len(message_ids) > 1:  # whose fault it is shows when each is judged alone
            alone = (judge(session, settings, (one,), now) for one in message_ids)
            return [judgement for judgements in alone for judgement in judgements]
        log.exception("message_set_aside", message=message_ids[0])
        set_aside(session, message_ids[0], now)
        return []


def _judge(
    session: Session, settings: Settings, message_ids: Sequence[int], now: datetime
) -> Iterator[Judgement]:
    waiting = read_waiting(session, message_ids)
    dialect = session.get_bind().dialect
    batch = [(one, digest(dialect, one.address) if one.address else None) for one in waiting]
    known, desk = gather(session, batch, now), lay_out(session, settings, waiting, now)
    for judged in batch:
        verdict = decide(facts_of(known, settings, judged, now), now)
        if isinstance(verdict, Leave):
            letter = _write(known, desk, judged, now, verdict.until)
            said = said_lately(known, judged, letter.outgoing.text)
            yield Judgement(judged, _REPEATED) if said else Judgement(judged, verdict, letter)
        else:
            yield Judgement(judged, verdict)


def _write(known: Known, desk: Desk, judged: Judged, now: datetime, until: datetime) -> Letter:
    message, _ = judged
    sender = known.sender_of(message)
    assert sender is not None
    assert message.address is not None
    link = way_in(desk, message, known.sittings.get(message.id, ()), now)
    envelope = Envelope(message.address, sender.address, now, until)
    return Letter(sender, link, compose(desk, message, link, envelope), until)
