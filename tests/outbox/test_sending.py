"""From a due moment to a delivered text, through the real provider's HTTP."""

from datetime import timedelta

import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan

from reminders import outbox
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.record import Occurrence

DUE = NOW + timedelta(minutes=31)


def _a_patient_with_a_plan(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        return patient.id


def test_a_due_sitting_becomes_one_text_with_a_link(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    _a_patient_with_a_plan(sessions)

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    [text] = sandbox.texts(PATIENT_NUMBER)
    assert text.body.startswith("Maple PT: ")
    assert "http://localhost/x/" in text.body
    with sessions() as session:
        [message] = session.scalars(sa.select(Message))
        [attempt] = session.scalars(sa.select(Attempt))
        [sitting] = session.scalars(sa.select(Occurrence))
    assert (message.state, attempt.state) == (State.SENT, Try.ACCEPTED)
    assert sitting.message_id == message.id
