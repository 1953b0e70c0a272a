"""A reply in, the record and the answer out."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan

from reminders import inbox, outbox
from reminders.channels import Incoming
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message, Reply
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, suppressed
from reminders.store.record import Alert, LogEntry

DUE = NOW + timedelta(minutes=31)
LATER = DUE + timedelta(minutes=20)


@pytest.fixture
def patient(sessions: Sessions, post: Post) -> int:
    """A patient who has just had a reminder."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        patient_id = patient.id
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    return patient_id


def writes(post: Post, text: str, at: datetime = LATER, sid: str = "") -> list[str]:
    """The patient texts; returns the answers that reached the phone."""
    with transaction(post.sessions) as session:
        incoming = Incoming(sid or f"SM{at.timestamp()}{text}", PATIENT_NUMBER, CLINIC_NUMBER, text)
        reply_id = inbox.receive_text(session, incoming, at)
    assert reply_id is not None
    for message_id in inbox.read(post.sessions, post.settings, reply_id, at):
        outbox.send_one(post, message_id, at)
    with post.sessions() as session:
        return [
            message.text or ""
            for message in session.scalars(
                sa.select(Message).where(Message.reply_id == reply_id).order_by(Message.id)
            )
        ]


def entries(sessions: Sessions) -> list[tuple[Outcome | None, int | None]]:
    with sessions() as session:
        rows = session.scalars(
            sa.select(LogEntry).where(LogEntry.superseded_at.is_(None)).order_by(LogEntry.id)
        )
        return [(row.outcome, row.pain) for row in rows]


def test_done_and_a_number_is_logged_and_said_back(
    patient: int, post: Post, sandbox: Sandbox, sessions: Sessions
) -> None:
    answers = writes(post, "done 4")

    assert answers == ["Maple PT: Thanks, Ana. Logged: done, pain 4."]
    assert entries(sessions) == [(Outcome.DONE, 4)]
    assert sandbox.texts(PATIENT_NUMBER)[-1].body == answers[0]


def test_the_same_reply_twice_is_one_entry_and_one_answer(
    patient: int, post: Post, sessions: Sessions
) -> None:
    writes(post, "done 4", sid="SMsame")
    writes(post, "done 4", sid="SMsame")

    assert entries(sessions) == [(Outcome.DONE, 4)]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Message.kind == Kind.ANSWER)) == 1


def test_stop_silences_the_number_and_is_confirmed_once(
    patient: int, post: Post, sessions: Sessions
) -> None:
    first = writes(post, "STOP")
    second = writes(post, "stop", LATER + timedelta(minutes=1))

    assert first == ["Maple PT: No more texts from us. Reply START to resume."]
    assert second == []
    with sessions() as session:
        clinic_id = session.get_one(Patient, patient).clinic_id
        assert suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)


def test_a_red_flag_gets_the_safety_answer_alone_and_pauses(
    patient: int, post: Post, sessions: Sessions
) -> None:
    answers = writes(post, "done 3 but chest pain now")

    assert len(answers) == 1
    assert "Call 911" in answers[0]
    assert entries(sessions)[0][0] in (Outcome.DONE, None)
    with sessions() as session:
        assert session.get_one(Patient, patient).safety_hold_at is not None
        [alert] = session.scalars(sa.select(Alert))
        told = session.scalars(sa.select(Message).where(Message.kind == Kind.STAFF)).all()
    assert alert.kind == "safety"
    assert {message.medium for message in told} == {Medium.TEXT, Medium.EMAIL}


def test_an_unknown_number_is_kept_and_answered_once(
    patient: int, post: Post, sessions: Sessions, settings: Settings
) -> None:
    for sid in ("SM1", "SM2"):
        with transaction(sessions) as session:
            stranger = Incoming(sid, "+12075550199", CLINIC_NUMBER, "hello?")
            reply_id = inbox.receive_text(session, stranger, LATER)
        assert reply_id is not None
        inbox.read(sessions, settings, reply_id, LATER)

    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Reply)) == 2
        assert session.scalar(sa.select(sa.func.count()).where(Message.kind == Kind.ANSWER)) == 1
