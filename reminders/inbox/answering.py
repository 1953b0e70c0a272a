"""What do we answer? Every answer is a row; outbox sends rows."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from reminders.core import schedule
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.core.replies import Asked, Reading, SkipReason
from reminders.core.wording import HIGH_PAIN, Key, clock_words, day_words
from reminders.inbox.case import Case
from reminders.inbox.entries import Logged
from reminders.inbox.later import later_moment, remind_later
from reminders.inbox.people import Person
from reminders.inbox.sittings import Sitting
from reminders.inbox.spoken import asked_before
from reminders.inbox.why_skipped import asks_reason
from reminders.store.asking import advice_for
from reminders.store.conversation import Door, Message
from reminders.store.db import insert_returning
from reminders.store.record import Occurrence


@dataclass(frozen=True)
class Filling:
    """What an answer repeats: the number just written, the day, a time, the choices.

    `advice` is what the clinic says to that number; `candidates` are the patients that the choices
    stand for, in their order: the letter that comes back means one of these.
    """

    pain: int | None = None
    day: str = ""
    time: str = ""
    choices: str = ""
    advice: str = ""
    candidates: tuple[int, ...] = ()

    def to_json(self) -> str:
        return json.dumps(
            {name: value for name, value in asdict(self).items() if value not in ("", None, ())}
        )


NOTHING = Filling()


@dataclass(frozen=True)
class Question:
    """What an answer asks, and for which sitting, so that it is asked once."""

    about: Sitting | None = None
    asks: Asked | None = None


NO_QUESTION = Question()


def say(
    case: Case,
    key: Key,
    filling: Filling = NOTHING,
    question: Question = NO_QUESTION,
    *,
    kind: Kind = Kind.ANSWER,
    language: str = "",
    once: str = "",
) -> None:
    """Write the answer to this reply: one per reply and kind, however often it is read.

    The page shows its own thanks, so nothing is sent to who answers there.
    """
    if case.reply.door is Door.PAGE:
        return
    patient, about = case.patient, question.about
    case.letters.append(
        {
            "clinic_id": case.clinic_id,
            "recipient": _recipient(case, patient),
            "kind": kind,
            "key": once or f"r{case.reply.id}",
            "patient_id": patient.id if patient is not None else None,
            "reply_id": case.reply.id,
            "occurrence_id": about.id if about is not None else None,
            "sender_id": case.reply.to_sender_id,
            "medium": case.medium,
            "address": case.address,
            "address_index": case.address,
            "wording": key,
            "language": language or (patient.language if patient else case.language),
            "filling": filling.to_json(),
            "asks": question.asks,
            "due_at": case.now,
            "ready_at": case.now,
            "created_at": case.now,
        }
    )


def lay_out(case: Case) -> list[int]:
    """Write the answers of a reading as rows; the ids of those that are new, danger first."""
    rows = insert_returning(case.session, Message, case.letters, (Message.id, Message.kind))
    return [row.id for row in sorted(rows, key=lambda row: (row.kind is not Kind.SAFETY, row.id))]


def _recipient(case: Case, patient: Person | None) -> str:
    if patient is not None:
        return f"p{patient.id}"
    return f"n{case.reply.sender_index.hex()[:40]}"


def thank(case: Case, patient: Person, reading: Reading, about: Sitting, logged: Logged) -> None:
    """Say back what was logged, and ask for what is missing, at most once a sitting."""
    day = _day(case, patient, about)
    if logged.outcome is None:
        _ask_whether_done(case, patient, about, logged, reading)
        return
    if asks_reason(case, patient, logged):
        why = Question(about, Asked.REASON)
        say(case, Key.SKIPPED_REASON, Filling(day=day), why, language=reading.lang)
        return
    missing = logged.pain is None and logged.outcome is not Outcome.SKIPPED
    asks = missing and not asked_before(case, about.id, Asked.PAIN)
    say(
        case,
        _key(logged, asks=asks),
        Filling(logged.pain, day, advice=_advice(case, patient, logged.pain, reading)),
        Question(about, Asked.PAIN if asks else None),
        language=reading.lang,
    )


def thank_for_pain(case: Case, patient: Person, pain: int, reading: Reading, day: str = "") -> None:
    """Say that a pain level is kept, and ask nothing."""
    key = Key.PAIN_KEPT_HIGH if pain >= HIGH_PAIN else Key.PAIN_KEPT
    advice = _advice(case, patient, pain, reading)
    say(case, key, Filling(pain, day, advice=advice), language=reading.lang)


def _ask_whether_done(
    case: Case, patient: Person, about: Sitting, logged: Logged, reading: Reading
) -> None:
    if logged.pain is None:
        ask_for_pain(case, about, reading)
    elif asked_before(case, about.id, Asked.CONFIRM_DONE):
        thank_for_pain(case, patient, logged.pain, reading, _day(case, patient, about))
    else:
        key = Key.PAIN_HIGH if logged.pain >= HIGH_PAIN else Key.PAIN
        confirm = Question(about, Asked.CONFIRM_DONE)
        filling = Filling(logged.pain, _day(case, patient, about))
        say(case, key, filling, confirm, language=reading.lang)


def _advice(case: Case, patient: Person, pain: int | None, reading: Reading) -> str:
    if pain is None or not case.reply.advises:
        return ""
    return advice_for(case.session, case.row(patient), pain, reading.lang or patient.language)


def ask_for_pain(case: Case, about: Sitting, reading: Reading) -> None:
    """Ask for the number, once a sitting."""
    if not asked_before(case, about.id, Asked.PAIN):
        say(case, Key.PAIN_UNSAID, question=Question(about, Asked.PAIN), language=reading.lang)


_PLAIN: Mapping[Outcome, tuple[Key, Key, Key, Key]] = {
    # asks for pain, leaves it, with pain, with high pain
    Outcome.DONE: (Key.DONE, Key.DONE_ONLY, Key.DONE_PAIN, Key.DONE_HIGH_PAIN),
    Outcome.PART: (Key.PARTIAL, Key.PARTIAL_ONLY, Key.PARTIAL_PAIN, Key.PARTIAL_HIGH_PAIN),
    Outcome.SKIPPED: (Key.SKIPPED, Key.SKIPPED, Key.SKIPPED_PAIN, Key.SKIPPED_HIGH_PAIN),
}
_CHANGED: Mapping[Outcome, tuple[Key, Key]] = {
    Outcome.DONE: (Key.CHANGED_DONE, Key.CHANGED_DONE_HIGH_PAIN),
    Outcome.PART: (Key.CHANGED_PARTIAL, Key.CHANGED_PARTIAL_HIGH_PAIN),
    Outcome.SKIPPED: (Key.CHANGED_SKIPPED, Key.CHANGED_SKIPPED_HIGH_PAIN),
}
_CHANGED_PAIN = (Key.CHANGED_PAIN, Key.CHANGED_HIGH_PAIN)


def _key(logged: Logged, *, asks: bool) -> Key:
    assert logged.outcome is not None
    high = logged.pain is not None and logged.pain >= HIGH_PAIN
    if logged.corrected:
        changed = _CHANGED[logged.outcome] if logged.other_outcome else _CHANGED_PAIN
        return changed[high]
    asking, leaving, with_pain, with_high = _PLAIN[logged.outcome]
    if logged.pain is None:
        return asking if asks else leaving
    return with_high if high else with_pain


_MATCHED: Mapping[SkipReason, Key] = {
    SkipReason.TIME: Key.REASON_TIME,
    SkipReason.FORGOT: Key.REASON_FORGOT,
    SkipReason.SORE: Key.REASON_SORE,
    SkipReason.UNWELL: Key.REASON_UNWELL,
    SkipReason.UNSURE: Key.REASON_UNSURE,
    SkipReason.UNMOTIVATED: Key.REASON_UNMOTIVATED,
}


def thank_for_reason(case: Case, reading: Reading) -> None:
    """Answer why a session was left out, in the clinic's words for that reason."""
    if reading.reason is not None:
        say(case, _MATCHED[reading.reason], language=reading.lang)


def promise_later(case: Case, patient: Person, reading: Reading, about: Sitting | None) -> None:
    """One more reminder at the time they named, if that lies inside their window."""
    row = case.row(patient)
    at = later_moment(
        row,
        case.reply.received_at,
        delay_minutes=reading.delay_minutes,
        clock=reading.clock,
    )
    if at is None or about is None:
        say(case, Key.LATER, question=Question(about), language=reading.lang)
        return
    sitting = case.session.get_one(Occurrence, about.id)
    remind_later(case.session, row, sitting, at, case.now, reply_id=case.reply.id)
    wall = at.astimezone(patient.tz).time()
    said = Filling(time=clock_words(wall, reading.lang))
    say(case, Key.LATER_AT, said, Question(about), language=reading.lang)


def _day(case: Case, patient: Person, about: Sitting) -> str:
    """The day in words if it is not today: an answer names the day it logged for."""
    today = schedule.local_day(case.reply.received_at, patient.tz)
    return "" if about.day == today else day_words(about.day, today, patient.language)
