"""In which order is a reply understood?

Keyword → red flag → opt-out in plain words → pending question → which patient and sitting →
reading → record → answer. The screen comes before "who": danger does not wait for a name.

One transaction a reply: its row is locked, what is known around it is gathered in a few reads, and
what it comes to is written down at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.core.replies import Asked, Context, Intent, Reading
from reminders.core.replies import read as understand
from reminders.core.safety import Flag, screen
from reminders.core.triage import AlertKind
from reminders.core.wording import Key, choices_words
from reminders.inbox import permission
from reminders.inbox.answering import Filling, Question, lay_out, say
from reminders.inbox.case import (
    Case,
    Heard,
    Made,
    oldest_unread,
    open_case,
    write_down,
    write_down_again,
)
from reminders.inbox.danger import respond
from reminders.inbox.explaining import explain
from reminders.inbox.passing_on import pass_on, pass_on_strange
from reminders.inbox.people import Person
from reminders.inbox.recording import record
from reminders.inbox.sittings import exercise_names, with_open_reminder
from reminders.inbox.spoken import asked_last, asked_of, pending_reply, spoken_to
from reminders.store.conversation import Door, Fate, Message, Reply, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Why

UNREAD_FOR = timedelta(seconds=10)
AT_ONCE = 200
logger = structlog.get_logger(__name__)


def read(sessions: Sessions, settings: Settings, reply_id: int, now: datetime) -> Sequence[int]:
    """Read a stored reply, older ones of the same address first; returns the answers to send.

    A reader that raises leaves the reply to a person, still screened, and raises on. A database
    that is away leaves it unread, for the sweep.
    """
    answers: list[int] = []
    while (done := _read_oldest(sessions, settings, reply_id, now)) is not None:
        answers += done.answers
        if done.reply_id == reply_id:
            return answers
    return answers + _still_due(sessions, reply_id, now)


def read_waiting(sessions: Sessions, settings: Settings, now: datetime) -> int:
    """Read what lies unread for ten seconds: a crash between storing and reading loses nothing."""
    with sessions() as session:
        waiting = session.scalars(
            sa.select(Reply.id)
            .where(Reply.read_at.is_(None), Reply.received_at <= now - UNREAD_FOR)
            .order_by(Reply.id)
            .limit(AT_ONCE)
        ).all()
    for reply_id in waiting:
        try:
            read(sessions, settings, reply_id, now)
        except Exception:
            # It is with a person now; the next one must not wait for it.
            logger.exception("reply_unreadable", reply=reply_id)
    return len(waiting)


@dataclass(frozen=True)
class _Done:
    """A reply that was read, and the answers to it."""

    reply_id: int
    answers: Sequence[int]


def _read_oldest(
    sessions: Sessions, settings: Settings, reply_id: int, now: datetime
) -> _Done | None:
    """Read the oldest unread reply of the address, up to this one; None if all are read."""
    reply = None
    try:
        with transaction(sessions) as session:
            reply = oldest_unread(session, reply_id)
            if reply is None:
                return None
            return _Done(reply.id, _read_one(session, settings, reply, now))
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the reply's
    except Exception:
        if reply is not None:
            with transaction(sessions) as session:
                _leave_to_a_person(session, settings, reply.id, now)
        raise


def _still_due(sessions: Sessions, reply_id: int, now: datetime) -> list[int]:
    """The answers to a reply that was read before: whoever had them in hand may have died."""
    with sessions() as session:
        due = (
            sa.select(Message.id)
            .where(
                Message.reply_id == reply_id, Message.state == State.DUE, Message.ready_at <= now
            )
            .order_by(Message.kind != Kind.SAFETY, Message.id)
        )
        return list(session.scalars(due))


def _read_one(session: Session, settings: Settings, reply: Heard, now: datetime) -> list[int]:
    case = open_case(session, settings, reply, now)
    if reply.automatic:
        case.made.fate = Fate.QUIET
    else:
        _understand(case)
        if case.patient is not None:
            case.made.patient_id = case.patient.id
    answers = lay_out(case)
    write_down(case)
    return answers


def _understand(case: Case) -> None:
    asked = permission.asked_for(case)
    if asked is not None:
        case.made.intent = asked
        permission.act(case, asked)
        return
    context = _context(case, case.patient)
    flag = screen(case.reply.text, context.exercises or _known_exercises(case))
    reading = understand(case.reply.text, context)
    case.made.intent, case.made.why = reading.intent, explain(reading, flag)
    # On the page the words are a note beside what was tapped, and that is entered all the same.
    if not _settled(case, reading, flag) or case.reply.door is Door.PAGE:
        _find_whom_it_is_about(case, reading, flag)


def _settled(case: Case, reading: Reading, flag: Flag | None) -> bool:
    """Answer danger and permission; says whether that was all there is to a text."""
    if reading.intent in (Intent.STOP, Intent.WRONG_NUMBER):
        _stop_in_plain_words(case, reading, flag)
        return True
    if flag is not None:
        case.made.fate = Fate.FOR_A_PERSON
        respond(case, flag)
        return False
    if reading.intent in (Intent.START, Intent.HELP):
        permission.act(case, reading.intent)
        return True
    return False


def _stop_in_plain_words(case: Case, reading: Reading, flag: Flag | None) -> None:
    if flag is not None:
        respond(case, flag, stopping=True)
    why = Why.WRONG_NUMBER if reading.intent is Intent.WRONG_NUMBER else Why.OPT_OUT
    plain = Key.WRONG_NUMBER if reading.intent is Intent.WRONG_NUMBER else Key.STOPPED
    permission.stop(case, why, None if flag is not None else plain)


def _find_whom_it_is_about(case: Case, reading: Reading, flag: Flag | None) -> None:
    if not case.patients:
        _answer_stranger(case, flag)
        return
    if case.patient is not None:
        record(case, case.patient, reading, flag)
        return
    if reading.choice is not None and (kept := pending_reply(case)) is not None:
        _take_choice(case, kept, reading.choice)
        return
    waiting = with_open_reminder(case)
    if len(waiting) == 1:
        about = replace(case, patients=waiting)
        again = understand(case.reply.text, _context(about, waiting[0]))
        case.made.patient_id = waiting[0].id
        record(about, waiting[0], again, flag)
    elif flag is None:
        _ask_who(case, waiting or case.patients)


def _answer_stranger(case: Case, flag: Flag | None) -> None:
    """A number we do not know is answered neutrally, once ever; its text waits for a person."""
    pass_on_strange(case)
    if flag is None:
        say(case, Key.UNKNOWN_NUMBER, once="unknown")


def _ask_who(case: Case, candidates: Sequence[Person]) -> None:
    case.made.fate = Fate.ANSWERED
    initials = [case.row(patient).initials for patient in candidates]
    choices = Filling(
        choices=choices_words(initials, case.language),
        candidates=tuple(patient.id for patient in candidates),
    )
    say(case, Key.WHO, choices, Question(asks=Asked.WHO))


def _take_choice(case: Case, kept: Heard, choice: str) -> None:
    """Read the kept reply again, now that we know of whom it spoke."""
    patient = _chosen(case, asked_of(case, kept), choice)
    if patient is None:
        case.made.fate = Fate.FOR_A_PERSON
        return
    about = replace(case, reply=kept, patients=(patient,), made=Made.of(kept))
    about.made.patient_id = case.made.patient_id = patient.id
    reading = understand(kept.text, _context(about, patient))
    record(about, patient, reading, None, answering=case)
    write_down_again(about)
    case.made.fate = Fate.ANSWERED


def _chosen(case: Case, candidates: Sequence[int], choice: str) -> Person | None:
    """Whom the letter stood for when we asked; who has answered since does not shift it."""
    place = ord(choice.upper()) - ord("A")
    if not 0 <= place < len(candidates):
        return None
    return next((one for one in case.patients if one.id == candidates[place]), None)


def _context(case: Case, patient: Person | None) -> Context:
    """What the reader must know: what we asked, what they see, what we said lately."""
    if patient is None:
        pending = pending_reply(case) is not None
        return Context(asked=Asked.WHO if pending else None, lang=case.language)
    return Context(
        asked=asked_last(case, patient),
        exercises=exercise_names(case, patient),
        lang=patient.language,
        ours=tuple(one.text for one in spoken_to(case, patient) if one.text),
    )


def _known_exercises(case: Case) -> tuple[str, ...]:
    return tuple(name for patient in case.patients for name in exercise_names(case, patient))


def _leave_to_a_person(session: Session, settings: Settings, reply_id: int, now: datetime) -> None:
    """Whatever broke the reader, danger is still seen and answered, and somebody reads the text."""
    reply = oldest_unread(session, reply_id)
    if reply is None or reply.id != reply_id:
        return  # another has it in hand
    case = open_case(session, settings, reply, now)
    case.made.fate = Fate.FOR_A_PERSON
    flag = screen(case.reply.text)
    if flag is not None:
        respond(case, flag)
    for patient in case.patients:
        pass_on(case, patient, AlertKind.UNCLEAR)
    if not case.patients:
        pass_on_strange(case)
    lay_out(case)
    write_down(case)
