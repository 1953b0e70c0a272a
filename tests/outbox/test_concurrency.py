"""Several clocks and webs on one PostgreSQL: every message once, and nobody blocks another."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import (
    DUE,
    a_crowd,
    claim_next,
    copies,
    message,
    messages,
    number,
    sittings,
    tries,
    unrest,
)

from reminders import outbox
from reminders.bootstrap import open_post
from reminders.channels import Accepted, Status, StatusEvent
from reminders.config import Settings
from reminders.core.gate import Reason
from reminders.outbox import Post
from reminders.outbox.claiming import claim
from reminders.outbox.pacing import Room
from reminders.outbox.settling import settle
from reminders.outbox.waiting import next_due
from reminders.sandbox import Sandbox
from reminders.store.conversation import Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.plans import Routine

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
CLOCKS = 4
SIZE = 200


@pytest.fixture
def clocks(wired: Settings, sessions: Sessions) -> list[Post]:
    return [open_post(wired, timeout=5, sessions=sessions) for _ in range(CLOCKS)]


def test_four_clocks_over_200_due_messages_send_200_texts(
    sessions: Sessions, clocks: list[Post], sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, SIZE)

    def work(post: Post) -> None:
        while outbox.plan(post.sessions, DUE) + outbox.send_due(post, DUE):
            outbox.settle_unknown(post, DUE)

    with ThreadPoolExecutor(CLOCKS) as together:
        list(together.map(work, clocks))

    assert copies(sandbox, SIZE) == [1] * SIZE
    assert unrest(sessions) == 0
    assert len(messages(sessions)) == len(sittings(sessions)) == SIZE
    assert tries(sessions) == [Try.ACCEPTED] * SIZE


def test_a_patient_in_one_clocks_hands_is_left_whole_to_it(
    sessions: Sessions, clocks: list[Post]
) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        plan = a_plan(session, patient)
        twin = plan.versions[0].routines[0]
        session.add(
            Routine(
                clinic_id=twin.clinic_id, patient_id=patient.id, times=twin.times,
                plan_version_id=twin.plan_version_id, starts=twin.starts,
                next_due_at=twin.next_due_at,
            )
        )  # fmt: skip

    with transaction(sessions) as held:
        first = sa.select(Routine).order_by(Routine.id).limit(1)
        mine = held.scalars(first.join(Routine.patient).with_for_update()).one()
        meanwhile = outbox.plan(sessions, DUE)

    assert (mine.patient_id, meanwhile) == (patient.id, 0)
    assert outbox.plan(sessions, DUE) == 2


def test_webs_and_clocks_that_want_one_answer_send_it_once(
    sessions: Sessions, clocks: list[Post], sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    wanted = message(sessions).id

    with ThreadPoolExecutor(2 * CLOCKS) as together:
        for post in clocks:
            together.submit(outbox.send_one, post, wanted, DUE)
            together.submit(outbox.send_due, post, DUE)

    assert copies(sandbox, 1) == [1]
    assert tries(sessions) == [Try.ACCEPTED]


def test_taking_back_a_message_waits_for_its_claim_and_then_leaves_it(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
    outbox.plan(sessions, DUE)

    with ThreadPoolExecutor(1) as desk:
        with transaction(sessions) as clock:
            assert claim(clock, post.settings, DUE, Room(1, 1, {})).claimed
            taking_back = desk.submit(_take_back, sessions, patient.id)
            _until_somebody_waits(sessions, taking_back)

        assert taking_back.result() == 0
    assert message(sessions).state is State.CLAIMED


def _take_back(sessions: Sessions, patient_id: int) -> int:
    with transaction(sessions) as session:
        return outbox.withdraw_unsent(session, patient_id, Reason.PLAN_CHANGED)


def test_a_receipt_that_comes_while_its_send_is_settled_blocks_nobody(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    claimed = claim_next(sessions, post)

    with ThreadPoolExecutor(1) as web:
        with transaction(sessions) as clock:
            clock.get_one(Message, claimed.message_id, with_for_update=True)
            receiving = web.submit(_receive, sessions, claimed.outgoing.attempt_id)
            _until_somebody_waits(sessions, receiving)
            settle(clock, claimed.message_id, claimed.attempt_id, Accepted("SM1", 1), DUE)

        assert receiving.result() is True
    assert (message(sessions).state, tries(sessions)) == (State.DELIVERED, [Try.DELIVERED])


def _receive(sessions: Sessions, public_id: str) -> bool:
    with transaction(sessions) as session:
        event = StatusEvent("SM1", Status.DELIVERED)
        return outbox.receive_receipt(session, public_id, event, DUE)


def _until_somebody_waits(sessions: Sessions, task: "Future[object]") -> None:
    """Return once another transaction stands before a lock of ours."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = Event()
    while not task.done():
        with sessions() as session:
            if session.scalar(waiting):
                return
        pause.wait(0.01)


def test_a_message_another_clock_has_locked_is_passed_over_not_waited_for(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 2)
    outbox.plan(sessions, DUE)

    with transaction(sessions) as other:
        assert next_due(other, DUE, 1)
        outbox.send_due(post, DUE)
        meanwhile = sum(copies(sandbox, 2))
    outbox.send_due(post, DUE)

    assert (meanwhile, copies(sandbox, 2)) == (1, [1, 1])
    assert sandbox.texts(PATIENT_NUMBER) == ()
    assert len(sandbox.texts(number(0))) == 1
