"""Had the pain settled by the next morning?

Asked once, after a session with pain above green, where the clinic wants to know. The answer is an
entry of its own and never corrects the session.
"""

from datetime import timedelta

import sqlalchemy as sa

from reminders.core import schedule
from reminders.core.bands import Band
from reminders.core.gate import Kind, Reason
from reminders.core.replies import Asked, Reading
from reminders.core.wording import HIGH_PAIN, Key
from reminders.inbox.answering import Filling, Question, say
from reminders.inbox.case import Case
from reminders.inbox.entries import OUTCOMES, source_of
from reminders.inbox.people import REMINDING, Person, Spoken
from reminders.inbox.sittings import Sitting, sitting
from reminders.inbox.spoken import morning_asked, spoken_to
from reminders.store.asking import asking_of, bands_of
from reminders.store.conversation import MOVES, Message, State
from reminders.store.db import insert_once
from reminders.store.record import LogEntry, Moment, current_entry


def ask_next_morning(case: Case, patient: Person, sitting: Sitting, pain: int | None) -> None:
    """Plan the question when the window opens tomorrow, or take it back: the number was mended."""
    today = schedule.local_day(case.reply.received_at, patient.tz)
    if pain is None or sitting.day != today or not case.reply.advises:
        return
    bands = bands_of(case.session, case.row(patient))
    if bands is None or not asking_of(case.session, case.clinic_id).next_morning:
        return
    if bands.of(pain) is Band.GREEN:
        _take_back(case, sitting)
        return
    tomorrow = today + timedelta(days=1)
    key = _free_key(case, patient, tomorrow.isoformat())
    if key is None:
        return
    opens = schedule.window_on(tomorrow, patient.tz, patient.window)[0]
    question = {
        "clinic_id": case.clinic_id,
        "recipient": f"p{patient.id}",
        "kind": Kind.QUESTION,
        "key": key,
        "patient_id": patient.id,
        "occurrence_id": sitting.id,
        "medium": patient.medium,
        "wording": Key.NEXT_MORNING,
        "asks": Asked.NEXT_MORNING,
        "due_at": opens,
        "ready_at": opens,
        "created_at": case.now,
    }
    insert_once(case.session, Message, [question])


def _free_key(case: Case, patient: Person, morning: str) -> str | None:
    """What names the question of a morning; None if there is one. Taken back, there is none."""
    asked = case.session.execute(
        sa.select(Message.state, Message.reason).where(
            Message.recipient == f"p{patient.id}",
            Message.kind == Kind.QUESTION,
            Message.key.startswith(morning),
        )
    ).all()
    if any((state, reason) != (State.WITHDRAWN, Reason.LOGGED) for state, reason in asked):
        return None
    return f"{morning}:{len(asked)}" if asked else morning


def _take_back(case: Case, sitting: Sitting) -> None:
    case.session.execute(
        sa.update(Message)
        .where(
            Message.occurrence_id == sitting.id,
            Message.kind == Kind.QUESTION,
            Message.state.in_(MOVES[State.WITHDRAWN]),
        )
        .values(state=State.WITHDRAWN, reason=Reason.LOGGED)
        .execution_options(synchronize_session="fetch")
    )


def question_answered(case: Case, patient: Person, reading: Reading) -> Spoken | None:
    """This morning's question, if the number in this reply is its answer.

    A number with a report ("done 3") belongs to the session of today's reminder, once it has come.
    """
    asked = morning_asked(case, patient)
    if asked is None or reading.day is not None:
        return None
    today = schedule.local_day(case.reply.received_at, patient.tz)
    reminded = any(
        one.kind in REMINDING and schedule.local_day(one.due_at, patient.tz) == today
        for one in spoken_to(case, patient)
    )
    return None if reminded and reading.intent in OUTCOMES else asked


def note_morning(case: Case, patient: Person, question: Spoken, pain: int) -> None:
    """Keep the morning's pain beside the session it followed; a repeat changes nothing."""
    assert question.occurrence_id is not None
    before = current_entry(case.session, question.occurrence_id, Moment.NEXT_MORNING)
    if before is not None and before.pain == pain:
        return
    if before is not None:
        before.supersede(case.now)
        case.session.flush()
    case.session.add(
        LogEntry(
            clinic_id=case.clinic_id,
            patient_id=patient.id,
            occurrence_id=question.occurrence_id,
            day=schedule.local_day(case.reply.received_at, patient.tz),
            moment=Moment.NEXT_MORNING,
            pain=pain,
            source=source_of(case),
            reply_id=case.reply.id,
            staff_id=case.staff_id,
            at=case.reply.received_at,
        )
    )
    case.session.flush()


def thank_for_morning(case: Case, question: Spoken, pain: int, reading: Reading) -> None:
    """Say it back; the next number may still mend this one."""
    assert question.occurrence_id is not None
    about = sitting(case, question.occurrence_id)
    key = Key.MORNING_NOTED_HIGH if pain >= HIGH_PAIN else Key.MORNING_NOTED
    say(case, key, Filling(pain), Question(about, Asked.NEXT_MORNING), language=reading.lang)
