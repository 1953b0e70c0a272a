"""Which reminders left, which did not, and why?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from reminders.core.adherence import Mark
from reminders.core.gate import Kind, Reason
from reminders.sandbox.views import wall
from reminders.sandbox.views.news import KEPT, Desk, Item
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.people import Medium
from reminders.store.queries.history import FAILURES

_REMINDING = (Kind.REMINDER, Kind.NUDGE, Kind.LATER)
_LEFT = (State.SENT, State.DELIVERED)
_ENDED = (State.FAILED, State.WITHHELD, State.MISSED)
# Many due moments: as many messages as fill the feed even when they leave ten at a time.
_ROWS = KEPT * 10
_WORDS = {
    (Medium.TEXT, State.DELIVERED): ("text delivered", "texts delivered"),
    (Medium.TEXT, State.SENT): ("text on its way", "texts on their way"),
    (Medium.EMAIL, State.DELIVERED): ("email delivered", "emails delivered"),
    (Medium.EMAIL, State.SENT): ("email accepted", "emails accepted"),
}
_NEVER = {
    Reason.UNCONFIRMED_SEND: "Nobody knows whether it left, so it is not sent again.",
    Reason.LATE: "It was too late to send it.",
}


def reminders(desk: Desk) -> Iterator[Item]:
    """What left, the reminders of one minute together."""
    by_moment: dict[datetime, list[Message]] = defaultdict(list)
    for message in _messages(desk, _LEFT):
        by_moment[message.due_at].append(message)
    for at, together in by_moment.items():
        yield Item(at, _left(desk, together), _how(together))


def troubles(desk: Desk) -> Iterator[Item]:
    """What did not leave or arrive, and what nobody can be sure of yet."""
    for message in _messages(desk, _ENDED):
        yield _trouble(desk, message)
    for message in _messages(desk, (State.DUE, State.CLAIMED)):
        doubt = _doubt(desk, message)
        if doubt:
            title = f"{desk.name(message.patient_id)}: {doubt[0]}"
            yield Item(message.due_at, title, doubt[1])


def _messages(desk: Desk, states: Sequence[State]) -> Iterable[Message]:
    return desk.session.scalars(
        sa.select(Message)
        .where(
            Message.clinic_id == desk.clinic_id,
            Message.kind.in_(_REMINDING),
            Message.state.in_(states),
            Message.due_at > desk.since,
            Message.due_at <= desk.now,
        )
        .order_by(Message.due_at.desc())
        .limit(_ROWS)
    )


def _left(desk: Desk, together: Sequence[Message]) -> str:
    if len(together) > 1:
        return f"{len(together)} reminders sent"
    return f"Reminder to {desk.name(together[0].patient_id)}"


def _how(together: Sequence[Message]) -> str:
    if len(together) == 1:
        return _sentence(_WORDS[together[0].medium, together[0].state][0])
    counts = Counter((message.medium, message.state) for message in together)
    said = (f"{counts[what]} {_WORDS[what][counts[what] > 1]}" for what in _WORDS if counts[what])
    return _sentence(", ".join(said))


def _trouble(desk: Desk, message: Message) -> Item:
    name, at = desk.name(message.patient_id), message.due_at
    match message.state:
        case State.FAILED:
            why = FAILURES.get(message.reason, FAILURES["unexplained"])
            return Item(at, f"{name}: not delivered", _sentence(why), Mark.NOT_DELIVERED)
        case State.MISSED:
            why = _NEVER.get(Reason(message.reason), message.reason)
            return Item(at, f"{name}: reminder missed", _sentence(why), Mark.NOT_DELIVERED)
        case _:
            return Item(at, f"{name}: reminder held back", _sentence(message.reason))


def _doubt(desk: Desk, message: Message) -> tuple[str, str] | None:
    last = desk.session.scalar(
        sa.select(Attempt.state)
        .where(Attempt.message_id == message.id)
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    if last is Try.UNKNOWN:
        lost = "The provider’s answer was lost. It is asked before anything is sent again."
        return "nobody knows whether it left", lost
    if message.state is State.DUE and last is Try.REFUSED:
        again = wall.clock(message.ready_at, desk.zone)
        return "not taken yet", f"The provider refused for now. Next try at {again}."
    return None


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."
