"""How are weeks of ordinary days written down in a moment?

To send a reminder, read its answer and thank for it takes the verbs some ninety statements: a
minute for the demo's eight weeks. So ordinary days are planned by outbox.plan as ever, worded and
read by the same pure functions, and entered row for row as the verbs would have done, a whole
stretch at a time. A test compares the two; what is not plain is left to the verbs.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.replies import Context, Intent, Reading, read
from reminders.core.safety import Flag, screen
from reminders.core.wording import HIGH_PAIN, Key
from reminders.inbox import PageForm
from reminders.inbox.answering import Filling
from reminders.inbox.entries import OUTCOMES
from reminders.inbox.explaining import explain
from reminders.sandbox.demo.mailing import Bureau, Letter, ids_by, insert_many, new_sid
from reminders.sandbox.demo.story import Told
from reminders.store.conversation import Door, Fate, Message, Reply, State
from reminders.store.people import Medium, Patient
from reminders.store.record import EntrySource, LogEntry, Moment, Occurrence

_SOURCES = {
    Door.TEXT: EntrySource.TEXT,
    Door.EMAIL: EntrySource.EMAIL,
    Door.PAGE: EntrySource.PAGE,
}
_THANKS = {
    # without pain, with pain, with high pain
    Outcome.DONE: (Key.DONE_ONLY, Key.DONE_PAIN, Key.DONE_HIGH_PAIN),
    Outcome.PART: (Key.PARTIAL_ONLY, Key.PARTIAL_PAIN, Key.PARTIAL_HIGH_PAIN),
    Outcome.SKIPPED: (Key.SKIPPED, Key.SKIPPED_PAIN, Key.SKIPPED_HIGH_PAIN),
}


@dataclass(frozen=True)
class Exercise:
    """One line of the plan that a reminder was about: its row, and its name to the patient."""

    prescription_id: int
    name: str


@dataclass(frozen=True)
class Exchange:
    """One reminder that is due, the sittings it speaks of, and what came back."""

    message: Message
    patient: Patient
    occurrences: tuple[Occurrence, ...]
    exercises: tuple[Exercise, ...]
    told: Told | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(exercise.name for exercise in self.exercises)


def write_down(session: Session, bureau: Bureau, exchanges: Sequence[Exchange]) -> list[int]:
    """Enter reminders, answers and thanks; returns the replies left for the verb to read."""
    links = bureau.send(session, [_reminder(exchange) for exchange in exchanges])
    heard = sorted(
        (_Heard.of(one, one.told, links.get(one.message.id)) for one in exchanges if one.told),
        key=lambda heard: heard.told.at,
    )
    replies = [_reply(bureau, one) for one in heard]
    insert_many(session, Reply, replies)
    ids = ids_by(session, Reply.provider_id, [reply["provider_id"] for reply in replies])
    read_back = [(reply, one) for reply, one in zip(ids, heard, strict=True) if one.plain]
    insert_many(session, LogEntry, [row for pair in read_back for row in _entries(*pair)])
    _thank(session, bureau, [pair for pair in read_back if pair[1].door is not Door.PAGE])
    return [reply for reply, one in zip(ids, heard, strict=True) if not one.plain]


@dataclass(frozen=True)
class _Heard:
    """An answer as it came in by its door, and how it is read."""

    exchange: Exchange
    told: Told
    door: Door
    link_id: int | None
    form: PageForm | None
    reading: Reading
    flag: Flag | None

    @classmethod
    def of(cls, exchange: Exchange, told: Told, link_id: int | None) -> "_Heard":
        by_mail = exchange.patient.medium is Medium.EMAIL
        door = Door.PAGE if not told.text else Door.EMAIL if by_mail else Door.TEXT
        reading, flag = _understood(told.text, exchange.names, exchange.patient.language)
        form = _form(told, len(exchange.exercises)) if door is Door.PAGE else None
        way_in = link_id if door is not Door.TEXT else None
        return cls(exchange, told, door, way_in, form, reading, flag)

    @property
    def plain(self) -> bool:
        """Whether this is a report and nothing else, which needs no question and no person."""
        if self.flag is not None or self.reading.question or self.reading.day is not None:
            return False
        complete = self.pain is not None or self.reading.intent is Intent.SKIP
        return self.form is not None or (self.reading.intent in OUTCOMES and complete)

    @property
    def outcome(self) -> Outcome:
        return self.told.outcome if self.form is not None else OUTCOMES[self.reading.intent]

    @property
    def pain(self) -> int | None:
        return self.form.pain if self.form is not None else self.reading.pain

    @property
    def done(self) -> list[int] | None:
        """The prescriptions done, where only some were and it was said which."""
        places = self.form.done if self.form is not None else self.reading.done
        if self.outcome is not Outcome.PART or places is None:
            return None
        rows = self.exchange.exercises
        return [rows[place - 1].prescription_id for place in places if 0 < place <= len(rows)]


@lru_cache(maxsize=2_048)
def _understood(text: str, names: tuple[str, ...], lang: str) -> tuple[Reading, Flag | None]:
    return read(text, Context(exercises=names, lang=lang)), screen(text, names)


def _form(told: Told, count: int) -> PageForm:
    """The marks as tapped: of a part, the first half."""
    match told.outcome:
        case Outcome.DONE:
            return PageForm(everything=True, pain=told.pain)
        case Outcome.SKIPPED:
            return PageForm(skipped=True)
        case Outcome.PART:
            places = range(1, count + 1)
            half = (count + 1) // 2
            return PageForm(tuple(places[:half]), tuple(places[half:]), pain=told.pain)


def _reminder(exchange: Exchange) -> Letter:
    return Letter(
        exchange.message.id,
        exchange.patient,
        exchange.message.medium,
        exchange.message.due_at,
        tuple(occurrence.id for occurrence in exchange.occurrences),
    )


def _reply(bureau: Bureau, one: _Heard) -> dict[str, Any]:
    patient, told = one.exchange.patient, one.told
    address = patient.address(patient.medium)
    by_page = one.door is Door.PAGE
    row = {
        "clinic_id": patient.clinic_id,
        "door": one.door,
        "provider_id": _provider_id(one),
        "sender": address,
        "sender_index": address,
        "to_sender_id": None if by_page else bureau.senders[patient.medium].id,
        "link_id": one.link_id,
        "text": told.text,
        "form": one.form.to_json() if one.form is not None else None,
        "received_at": told.at,
        "patient_id": patient.id if by_page or one.plain else None,
    }
    return row | (_read(one) if one.plain else _UNREAD)


_UNREAD = dict.fromkeys(("read_at", "occurrence_id", "why", "fate")) | {"intent": ""}


def _read(one: _Heard) -> dict[str, Any]:
    return {
        "read_at": one.told.at,
        "occurrence_id": one.exchange.occurrences[-1].id,
        "intent": one.reading.intent,
        "why": explain(one.reading, one.flag),
        "fate": Fate.LOGGED,
    }


def _provider_id(one: _Heard) -> str:
    match one.door:
        case Door.TEXT:
            return new_sid()
        case Door.EMAIL:
            return f"<{secrets.token_hex(12)}@mail.example>"
        case Door.PAGE:
            return f"page:{one.link_id}:{secrets.token_hex(8)}"


def _entries(reply_id: int, one: _Heard) -> list[dict[str, Any]]:
    return [
        {
            "clinic_id": sitting.clinic_id,
            "patient_id": sitting.patient_id,
            "occurrence_id": sitting.id,
            "day": sitting.day,
            "moment": Moment.AFTER,
            "outcome": one.outcome,
            "done": one.done,
            "pain": one.pain,
            "reason": one.reading.reason,
            "source": _SOURCES[one.door],
            "reply_id": reply_id,
            "at": one.told.at,
        }
        for sitting in one.exchange.occurrences
    ]


def _thank(session: Session, bureau: Bureau, read_back: Sequence[tuple[int, _Heard]]) -> None:
    answers = [_answer(bureau, reply, one) for reply, one in read_back]
    insert_many(session, Message, answers)
    ids = ids_by(session, Message.reply_id, [reply for reply, _ in read_back])
    letters = [
        Letter(
            message_id=message,
            patient=one.exchange.patient,
            medium=one.exchange.patient.medium,
            at=one.told.at,
            occurrence_ids=(one.exchange.occurrences[-1].id,),
            key=_key(one),
            pain=one.pain,
            language=one.reading.lang,
        )
        for message, (_, one) in zip(ids, read_back, strict=True)
    ]
    bureau.send(session, letters)


def _answer(bureau: Bureau, reply_id: int, one: _Heard) -> dict[str, Any]:
    patient, at = one.exchange.patient, one.told.at
    address = patient.address(patient.medium)
    return {
        "clinic_id": patient.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.ANSWER,
        "key": f"r{reply_id}",
        "patient_id": patient.id,
        "reply_id": reply_id,
        "occurrence_id": one.exchange.occurrences[-1].id,
        "sender_id": bureau.senders[patient.medium].id,
        "medium": patient.medium,
        "address": address,
        "address_index": address,
        "wording": _key(one),
        "language": one.reading.lang,
        "filling": Filling(one.pain).to_json(),
        "state": State.DUE,
        "due_at": at,
        "ready_at": at,
        "created_at": at,
    }


def _key(one: _Heard) -> Key:
    alone, with_pain, with_high = _THANKS[one.outcome]
    if one.pain is None:
        return alone
    return with_high if one.pain >= HIGH_PAIN else with_pain
