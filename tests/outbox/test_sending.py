"""From a due moment to a delivered text, through the real provider's HTTP."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import claim_next

from reminders import channels, outbox
from reminders.channels import Status, StatusEvent, Verdict
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.outbox import Post
from reminders.sandbox import Behaviour, Create, Line, Sandbox, Text
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, Source, Suppression, Why, suppress
from reminders.store.queries.history import history_of
from reminders.store.record import Occurrence

DUE = NOW + timedelta(minutes=31)
REFUSED_NUMBER = "+15005550004"


@pytest.fixture
def patient(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        return patient.id


def only_message(sessions: Sessions) -> Message:
    with sessions() as session:
        return session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()


def texts(sandbox: Sandbox) -> list[Text]:
    return list(sandbox.texts(PATIENT_NUMBER))


def test_a_due_sitting_becomes_one_text_with_a_link(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    [text] = texts(sandbox)
    assert text.body.startswith("Maple PT: ")
    assert "http://localhost/x/" in text.body
    with sessions() as session:
        [attempt] = session.scalars(sa.select(Attempt))
        [sitting] = session.scalars(sa.select(Occurrence))
    assert (only_message(sessions).state, attempt.state) == (State.SENT, Try.ACCEPTED)
    assert sitting.message_id == only_message(sessions).id


def test_planning_and_sending_again_changes_nothing(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    for _ in range(3):
        outbox.plan(sessions, DUE)
        outbox.send_due(post, DUE)

    assert len(texts(sandbox)) == 1


def test_a_claim_in_hand_is_nobody_elses(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    claim_next(sessions, post)

    outbox.send_due(post, DUE)

    assert texts(sandbox) == []


@pytest.mark.parametrize("fault", [Create.ACCEPTED_THEN_500, Create.ACCEPTED_THEN_DROP])
def test_a_text_whose_fate_is_unknown_is_looked_up_and_never_sent_again(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox, fault: Create
) -> None:
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=fault, times=1))

    outbox.send_due(post, DUE)
    unsure = only_message(sessions).state
    outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert unsure is State.CLAIMED
    assert only_message(sessions).state is State.SENT
    assert len(texts(sandbox)) == 1


def test_a_text_that_was_lost_is_sent_once_more_after_two_looks(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))

    outbox.send_due(post, DUE)
    outbox.settle_unknown(post, DUE)
    after_one_look = texts(sandbox)
    outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert after_one_look == []
    assert len(texts(sandbox)) == 1
    with sessions() as session:
        states = session.scalars(sa.select(Attempt.state).order_by(Attempt.number)).all()
    assert states == [Try.LOST, Try.ACCEPTED]


def test_a_text_that_stays_unsure_beyond_its_time_is_missed_and_says_so(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))
    outbox.send_due(post, DUE)

    late = DUE + timedelta(hours=3)
    outbox.settle_unknown(post, late)
    outbox.settle_unknown(post, late)

    message = only_message(sessions)
    assert (message.state, message.reason) == (State.MISSED, Reason.UNCONFIRMED_SEND)
    with sessions() as session:
        assert session.scalars(sa.select(Occurrence.excuse)).one() is Excuse.MISSED


def test_a_busy_provider_is_asked_again_later_in_the_window(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))

    outbox.send_due(post, DUE)
    after_refusal = only_message(sessions).state
    outbox.send_due(post, DUE + timedelta(minutes=1))

    assert after_refusal is State.DUE
    assert only_message(sessions).state is State.SENT
    assert len(texts(sandbox)) == 1


def test_a_process_killed_after_its_claim_leaves_an_attempt_that_is_looked_up(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.plan(sessions, DUE)
    claim_next(sessions, post)
    with transaction(sessions) as session:
        session.execute(sa.update(Message).values(lease_until=NOW))

    for _ in range(2):
        outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert len(texts(sandbox)) == 1
    assert only_message(sessions).state is State.SENT


def test_a_number_that_opted_out_at_the_carrier_is_never_written_to_again(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), phone=REFUSED_NUMBER)
        a_plan(session, patient)
    outbox.plan(sessions, DUE)

    outbox.send_due(post, DUE)

    assert only_message(sessions).state is State.FAILED
    with sessions() as session:
        block = session.scalars(sa.select(Suppression)).one()
    assert (block.why, block.source) == (Why.OPT_OUT, Source.CARRIER)


def test_receipts_in_any_order_and_number_end_the_same(
    patient: int, sessions: Sessions, post: Post
) -> None:
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    with sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    assert attempt.provider_id is not None

    for status in (Status.DELIVERED, Status.SENT, Status.DELIVERED, Status.ACCEPTED):
        with transaction(sessions) as session:
            event = StatusEvent(attempt.provider_id, status)
            outbox.receive_receipt(session, attempt.public_id, event, DUE)

    with sessions() as session:
        assert session.get_one(Attempt, attempt.id).state is Try.DELIVERED
    assert only_message(sessions).state is State.DELIVERED


def test_a_receipt_that_beats_the_answer_of_its_own_request_is_kept(
    patient: int, sessions: Sessions, post: Post
) -> None:
    outbox.plan(sessions, DUE)
    mine = claim_next(sessions, post)

    with transaction(sessions) as session:
        early = StatusEvent("SM" + "e" * 32, Status.DELIVERED)
        outbox.receive_receipt(session, mine.outgoing.attempt_id, early, DUE)

    assert only_message(sessions).state is State.DELIVERED


def test_26_hours_of_downtime_send_one_reminder_and_leave_rows_for_the_rest(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    back = DUE + timedelta(hours=25)

    outbox.plan(sessions, back)
    outbox.send_due(post, back)

    with sessions() as session:
        found = session.execute(
            sa.select(Message.state, Occurrence.excuse)
            .join(Occurrence, Occurrence.message_id == Message.id)
            .order_by(Occurrence.day)
        ).all()
    assert [tuple(row) for row in found] == [(State.MISSED, Excuse.MISSED), (State.SENT, None)]
    assert len(texts(sandbox)) == 1


def test_a_poison_routine_is_set_aside_and_its_neighbours_go_out(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic = session.get_one(Patient, patient).clinic
        bad = a_patient(session, clinic, phone="+12075550119")
        a_plan(session, bad)
        bad.zone = "Nowhere/Atlantis"

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert len(texts(sandbox)) == 1
    assert sandbox.texts("+12075550119") == ()


def test_a_paused_day_makes_an_excused_sitting_and_no_text(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, patient).pause(DUE.date(), DUE.date(), by="staff:1")

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert texts(sandbox) == []
    with sessions() as session:
        assert session.scalars(sa.select(Occurrence.excuse)).one() is Excuse.PAUSED


def test_after_stop_no_reminder_leaves(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic_id = session.get_one(Patient, patient).clinic_id
        suppress(
            session,
            clinic_id,
            Medium.TEXT,
            PATIENT_NUMBER,
            Why.OPT_OUT,
            source=Source.PATIENT,
            now=NOW,
        )

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert texts(sandbox) == []
    assert only_message(sessions).state is State.WITHHELD


def test_a_changed_number_needs_a_new_yes(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, patient).phone = "+12075550120"

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert sandbox.texts("+12075550120") == ()
    assert only_message(sessions).reason == Reason.NO_CONSENT


def test_no_text_leaves_a_clinic_that_cannot_say_whom_to_call(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, patient).clinic.crisis_number = ""

    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)

    assert texts(sandbox) == []
    assert only_message(sessions).reason == Reason.NOT_READY


def test_a_landline_is_found_out_once_and_its_sittings_are_not_called_opted_out(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.line(PATIENT_NUMBER, Line.LANDLINE)
    with transaction(sessions) as session:
        session.get_one(Patient, patient).email = None
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        attempt = session.scalars(sa.select(Attempt)).one()
        landline = Verdict(channels.Reason.NOT_A_MOBILE, channels.Action.SUPPRESS)
        told = StatusEvent(str(attempt.provider_id), Status.UNDELIVERED, "30006", verdict=landline)
        outbox.receive_receipt(session, attempt.public_id, told, DUE)

    tomorrow = DUE + timedelta(days=1)
    outbox.plan(sessions, tomorrow)
    outbox.send_due(post, tomorrow)

    with sessions() as session:
        excuses = session.scalars(sa.select(Occurrence.excuse).order_by(Occurrence.day)).all()
        reasons = session.scalars(sa.select(Message.reason).order_by(Message.id)).all()
        history = history_of(session, session.get_one(Patient, patient), tomorrow)
    assert excuses == [Excuse.FAILED, Excuse.FAILED]
    assert reasons[-1] == Reason.UNREACHABLE
    assert len(history.failures) == 2
