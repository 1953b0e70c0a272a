"""How does time pass in the demo, and what is the network like?"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders import outbox, watch
from reminders.config import DemoClock
from reminders.core import gate
from reminders.core.schedule import due_between
from reminders.sandbox.behaviour import Behaviour, Create, MailFault
from reminders.sandbox.server import Sandbox
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions
from reminders.store.people import Care, Patient, consent_of, suppressed
from reminders.store.plans import Routine

FAR: Final = timedelta(days=14)
# An answer needs a moment: the page that comes back should hold it, but never wait for long.
PATIENCE_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.05


class Network(StrEnum):
    """What the provider and the mail server are like just now."""

    WORKS = "works"
    SLOW = "slow"
    LOST = "lost"
    BUSY = "busy"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def behaviour(self) -> Behaviour:
        return _BEHAVIOURS[self]


_WORDS = {
    Network.WORKS: "works",
    Network.SLOW: "slow",
    Network.LOST: "loses answers",
    Network.BUSY: "takes nothing",
}
_BEHAVIOURS = {
    Network.WORKS: Behaviour(),
    Network.SLOW: Behaviour(latency_ms=3_000),
    Network.LOST: Behaviour(create=Create.ACCEPTED_THEN_DROP, mail=MailFault.ACCEPTED_THEN_DROP),
    Network.BUSY: Behaviour(create=Create.BUSY, mail=MailFault.BUSY),
}


@dataclass
class Weather:
    """The network as it was last told to be: the sandbox itself does not say."""

    network: Network = Network.WORKS


@dataclass(frozen=True)
class Stage:
    """What the demo's pages play on: the sandbox, a clock that can be moved, and the heartbeat."""

    sandbox: Sandbox
    clock: DemoClock
    sessions: Sessions
    tick: Callable[[datetime], None]
    weather: Weather = field(default_factory=Weather)

    def turn(self, network: Network) -> None:
        """Let the network be like this from now on."""
        self.sandbox.behave(network.behaviour)
        self.weather.network = network

    def travel(self, until: datetime) -> None:
        """Move on to a moment, with a heartbeat wherever something falls due on the way."""
        while (due := self._next_event()) is not None and due < until:
            self._arrive(due)
        self._arrive(until)
        watch.review_all(self.sessions, self.clock.now())
        self._hear_receipts()

    def await_answer(self, address: str) -> None:
        """Wait until the answers to an address have left, for a little while at most."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while self._is_answering(address) and time.monotonic() < patience:
            Event().wait(LOOK_SECONDS)
        self._hear_receipts()

    def next_reminder(self, patient_ids: Collection[int] = ()) -> tuple[datetime, int] | None:
        """When the next reminder can arrive, and whose it is: of these patients, or of anyone."""
        now = self.clock.now()
        with self.sessions() as session:
            found = [*_due(session, patient_ids, now), *_waiting(session, patient_ids, now)]
        return min(found, default=None)

    def _hear_receipts(self) -> None:
        """Whoever looks now wants to see what arrived, not wait for the next heartbeat."""
        self.sandbox.settle()
        outbox.apply_receipts(self.sessions, self.clock.now())

    def _arrive(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self.tick(self.clock.now())

    def _next_event(self) -> datetime | None:
        """The next moment at which a heartbeat has something to do."""
        now = self.clock.now()
        routine = sa.select(sa.func.min(Routine.next_due_at)).where(Routine.next_due_at > now)
        message = sa.select(sa.func.min(Message.ready_at)).where(
            Message.state == State.DUE, Message.ready_at > now
        )
        with self.sessions() as session:
            moments: tuple[datetime | None, ...] = (
                session.scalar(routine),
                session.scalar(message),
            )
        return min((_minute(at) for at in moments if at is not None), default=None)

    def _is_answering(self, address: str) -> bool:
        waiting = sa.select(Message.id).where(
            Message.address_index == address,
            Message.reply_id.is_not(None),
            Message.state.in_((State.DUE, State.CLAIMED)),
            Message.ready_at <= self.clock.now(),
        )
        with self.sessions() as session:
            return session.scalar(waiting.limit(1)) is not None


def _minute(at: datetime) -> datetime:
    """The full minute at or after a moment: tries a few seconds apart need one heartbeat."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)


def _due(
    session: Session, patient_ids: Collection[int], now: datetime
) -> list[tuple[datetime, int]]:
    """The next due moment of each routine whose reminder would leave."""
    routines = sa.select(Routine).where(Routine.next_due_at.is_not(None))
    if patient_ids:
        routines = routines.where(Routine.patient_id.in_(patient_ids))
    found = []
    for routine in session.scalars(routines):
        rhythm = routine.rhythm(routine.patient)
        moments = (due.at for due in due_between(rhythm, now, now + FAR) if not due.paused)
        at = next(moments, None)
        if at is not None and _would_leave(session, routine.patient):
            found.append((at, routine.patient_id))
    return found


def _waiting(
    session: Session, patient_ids: Collection[int], now: datetime
) -> list[tuple[datetime, int]]:
    """Reminders that wait already, such as one asked for later."""
    messages = sa.select(Message.ready_at, Message.patient_id).where(
        Message.state == State.DUE, Message.ready_at > now, Message.patient_id.is_not(None)
    )
    if patient_ids:
        messages = messages.where(Message.patient_id.in_(patient_ids))
    return [(at, row) for at, row in session.execute(messages) if row is not None]


def _would_leave(session: Session, patient: Patient) -> bool:
    """Whether nothing that can be known now keeps this patient's reminders back."""
    address = patient.address(patient.medium)
    consent = consent_of(session, patient, patient.medium)
    return (
        patient.state is Care.ACTIVE
        and patient.safety_hold_at is None
        and address is not None
        and consent is not gate.Consent.NONE
        and (consent is gate.Consent.CONFIRMED or not patient.clinic.double_opt_in)
        and not suppressed(session, patient.clinic_id, patient.medium, address)
    )
