"""The answer to a red flag: doubled is harmless, lost is not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient
from river import DUE, a_while_ago, an_answer, claim_next, lease_over, message, tries, unrest

from reminders import outbox
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind, Urgency
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Behaviour, Create, Line, Sandbox
from reminders.store.conversation import Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, Sender, Source, Why, suppress
from reminders.store.record import Alert


@pytest.fixture
def flagged(sessions: Sessions) -> int:
    """A patient who wrote of an emergency: the answer waits, the alert stands."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        an_answer(session, patient, kind=Kind.SAFETY, wording=Key.URGENT)
        session.add(
            Alert(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                kind=AlertKind.SAFETY,
                urgency=Urgency.NOW.rank,
                sentence="Wrote of a possible emergency.",
                opened_at=DUE,
            )
        )
        return patient.id


def answer(sessions: Sessions) -> Message:
    return message(sessions, Kind.SAFETY)


def sentence(sessions: Sessions) -> str:
    with sessions() as session:
        return session.scalars(
            sa.select(Alert.sentence).where(Alert.kind == AlertKind.SAFETY)
        ).one()


def test_an_answer_of_unknown_fate_goes_again_at_once(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))

    outbox.send_one(post, answer(sessions).id, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    assert (answer(sessions).state, tries(sessions)) == (State.SENT, [Try.UNKNOWN, Try.ACCEPTED])


def test_it_goes_twice_at_most_then_the_alert_says_ring(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BROKEN))

    outbox.send_one(post, answer(sessions).id, DUE)
    for _ in range(2):
        outbox.settle_unknown(post, DUE)
        outbox.send_due(post, DUE)

    assert tries(sessions) == [Try.LOST, Try.LOST]
    assert answer(sessions).reason == Reason.UNCONFIRMED_SEND
    assert sentence(sessions).endswith("Not told: ring now.")


def test_a_doubled_answer_is_settled_without_a_stumble(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_500, times=1))

    outbox.send_one(post, answer(sessions).id, DUE)
    for _ in range(3):
        outbox.settle_unknown(post, DUE)
        outbox.send_due(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 2
    assert answer(sessions).state is State.SENT
    assert unrest(sessions) == 0
    assert "Not told" not in sentence(sessions)


def test_a_process_killed_while_it_answered_has_the_answer_sent_again(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    claim_next(sessions, post)
    lease_over(sessions)

    outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


def test_a_busy_provider_does_not_use_up_the_second_try(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))

    outbox.send_one(post, answer(sessions).id, DUE)
    outbox.send_one(post, answer(sessions).id, DUE + timedelta(minutes=1))

    assert tries(sessions) == [Try.REFUSED, Try.UNKNOWN, Try.ACCEPTED]


@pytest.mark.parametrize("line", [Line.LANDLINE, Line.BLOCKED, Line.OPTED_OUT])
def test_if_the_carrier_does_not_deliver_it_the_alert_says_ring(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox, line: Line
) -> None:
    sandbox.line(PATIENT_NUMBER, line)
    outbox.send_one(post, answer(sessions).id, DUE)
    sandbox.settle()
    a_while_ago(sessions, timedelta(minutes=16))

    outbox.chase_receipts(post, DUE)

    assert answer(sessions).state is State.FAILED
    assert sentence(sessions).endswith("Not told: ring now.")


def test_an_answer_with_no_way_to_leave_makes_the_alert_say_ring(
    flagged: int, sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        session.execute(sa.delete(Sender).where(Sender.medium == Medium.TEXT))

    outbox.send_due(post, DUE)

    assert answer(sessions).reason == Reason.NO_ADDRESS
    assert sentence(sessions).endswith("Not told: ring now.")


def test_one_that_failed_does_not_silence_the_next(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        patient = session.get_one(Patient, flagged)
        an_answer(
            session, patient, kind=Kind.SAFETY, key="r0", wording=Key.URGENT,
            state=State.FAILED, text="", ready_at=DUE - timedelta(minutes=1),
        )  # fmt: skip

    outbox.send_due(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


def test_it_leaves_although_the_number_has_opted_out(
    flagged: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic_id = session.get_one(Patient, flagged).clinic_id
        suppress(
            session, clinic_id, Medium.TEXT, PATIENT_NUMBER, Why.OPT_OUT,
            source=Source.PATIENT, now=DUE,
        )  # fmt: skip

    outbox.send_due(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
