"""Which network do the exchanges of the past go over? One that touches no wire."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from reminders.channels import (
    Accepted,
    Incoming,
    Outgoing,
    Sought,
    Status,
    StatusEvent,
)
from reminders.channels.smtp.letter import message_id
from reminders.channels.twilio_errors import on_receipt
from reminders.core.wording import measure
from reminders.sandbox.demo.mailing import new_sid

NOT_A_MOBILE = 30006


@dataclass
class QuietTexts:
    """Takes every text, and keeps the receipts to be told: delivered, or not to a landline."""

    landlines: frozenset[str]
    receipts: list[tuple[str, StatusEvent]] = field(default_factory=list)

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        sid = new_sid()
        ends = self._undelivered(sid) if outgoing.to in self.landlines else _delivered(sid)
        self.receipts += [
            (outgoing.attempt_id, event) for event in (StatusEvent(sid, Status.SENT), ends)
        ]
        return _at_once(Accepted(sid, measure(outgoing.text).segments))

    def _undelivered(self, sid: str) -> StatusEvent:
        verdict = on_receipt(NOT_A_MOBILE)
        return StatusEvent(sid, Status.UNDELIVERED, str(NOT_A_MOBILE), "undelivered", verdict)

    # Nothing is ever in doubt on this network, and what patients write is told by hand.

    def look_up(self, sought: Sought) -> StatusEvent | None:
        del sought
        return None

    def look_through(self, sender: str, sought: Sequence[Sought]) -> Sequence[StatusEvent | None]:
        del sender
        return [None] * len(sought)

    def status(self, provider_id: str) -> StatusEvent:
        return _delivered(provider_id)

    def incoming(self, since: datetime, limit: int, recipient: str = "") -> Iterator[Incoming]:
        del since, limit, recipient
        return iter(())


def _delivered(sid: str) -> StatusEvent:
    return StatusEvent(sid, Status.DELIVERED, said="delivered")


@dataclass(frozen=True)
class QuietMails:
    """Takes every letter."""

    domain: str

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        return _at_once(Accepted(message_id(outgoing.attempt_id, self.domain), 0))


def _at_once(accepted: Accepted) -> "Future[Accepted]":
    done: Future[Accepted] = Future()
    done.set_result(accepted)
    return done
