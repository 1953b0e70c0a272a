"""Which moves between states are possible? The order is data, and the UPDATE itself enforces it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from river import DUE, a_crowd, an_answer, claim_next, lease_over, message, sittings, tries

from reminders import outbox
from reminders.channels import Action, Reason, Refused, Status, StatusEvent, Verdict
from reminders.core.adherence import Excuse
from reminders.outbox import Post
from reminders.outbox.settling import settle
from reminders.sandbox import Behaviour, Create, Sandbox
from reminders.store.conversation import Attempt, Message, State, Try, move, move_attempt
from reminders.store.db import Sessions, transaction

ALLOWED = {
    (State.DUE, State.CLAIMED),
    (State.CLAIMED, State.DUE),
    (State.CLAIMED, State.SENT),
    (State.CLAIMED, State.FAILED),
    (State.CLAIMED, State.MISSED),
    (State.DUE, State.WITHHELD),
    (State.DUE, State.MISSED),
    (State.DUE, State.WITHDRAWN),
    (State.DUE, State.FAILED),
    (State.SENT, State.DELIVERED),
    (State.SENT, State.FAILED),
    (State.FAILED, State.DELIVERED),
    # A provider that says late that it has taken the text is believed.
    (State.DUE, State.SENT),
    (State.MISSED, State.SENT),
    (State.WITHHELD, State.SENT),
    (State.WITHDRAWN, State.SENT),
}
ALLOWED_TRIES = {
    (Try.STARTED, Try.ACCEPTED),
    (Try.STARTED, Try.REFUSED),
    (Try.STARTED, Try.UNKNOWN),
    (Try.UNKNOWN, Try.ACCEPTED),
    (Try.UNKNOWN, Try.REFUSED),
    (Try.UNKNOWN, Try.LOST),
    (Try.LOST, Try.ACCEPTED),
    (Try.ACCEPTED, Try.SENT),
    (Try.ACCEPTED, Try.DELIVERED),
    (Try.ACCEPTED, Try.UNDELIVERED),
    (Try.SENT, Try.DELIVERED),
    (Try.SENT, Try.UNDELIVERED),
    (Try.UNDELIVERED, Try.DELIVERED),
    # Receipts that come before the answer to their own request.
    *((early, late) for early in (Try.STARTED, Try.UNKNOWN, Try.LOST)
      for late in (Try.SENT, Try.DELIVERED, Try.UNDELIVERED)),
}  # fmt: skip
BUSY = Refused("20429", Verdict(Reason.TOO_BUSY, Action.RETRY))
NO_SUCH_NUMBER = Refused("21211", Verdict(Reason.UNKNOWN_NUMBER, Action.SUPPRESS))


@pytest.mark.parametrize("to", list(State))
def test_a_message_moves_as_its_table_allows_and_no_other_way(
    sessions: Sessions, to: State
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        rows = {at: an_answer(session, patient, key=f"r-{at}", state=at).id for at in State}

        moved = {at for at, row in rows.items() if move(session, row, to)}

    assert moved == {at for at in State if (at, to) in ALLOWED}
    with sessions() as session:
        kept = {at: session.get_one(Message, row).state for at, row in rows.items()}
    assert kept == {at: to if at in moved else at for at in State}


@pytest.mark.parametrize("to", list(Try))
def test_an_attempt_moves_as_its_table_allows_and_no_other_way(sessions: Sessions, to: Try) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        answer = an_answer(session, patient)
        rows = {at: an_attempt(answer, number, at) for number, at in enumerate(Try)}
        session.add_all(rows.values())
        session.flush()

        moved = {at for at, row in rows.items() if move_attempt(session, row.id, to)}

    assert moved == {at for at in Try if (at, to) in ALLOWED_TRIES}


def an_attempt(message: Message, number: int, state: Try) -> Attempt:
    return Attempt(
        clinic_id=message.clinic_id,
        message_id=message.id,
        public_id=f"a{number}",
        number=number,
        state=state,
        started_at=DUE,
    )


@pytest.fixture
def crowd_of_one(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)


@pytest.mark.parametrize("first", [Status.SENT, Status.DELIVERED, Status.UNDELIVERED])
def test_a_receipt_that_beats_a_refusal_or_a_doubt_wins(
    crowd_of_one: None, sessions: Sessions, post: Post, first: Status
) -> None:
    claimed = claim_next(sessions, post)
    verdict = NO_SUCH_NUMBER.verdict if first is Status.UNDELIVERED else None
    with transaction(sessions) as session:
        event = StatusEvent("SM1", first, verdict=verdict)
        outbox.receive_receipt(session, claimed.outgoing.attempt_id, event, DUE)
    known = message(sessions).state

    with transaction(sessions) as session:
        settle(session, claimed.message_id, claimed.attempt_id, BUSY, DUE)

    assert message(sessions).state is known
    assert known in {State.SENT, State.DELIVERED, State.FAILED}


@pytest.mark.parametrize("late", [BUSY, NO_SUCH_NUMBER], ids=["busy", "refused"])
def test_the_late_answer_to_an_attempt_given_up_does_not_touch_the_one_that_followed(
    crowd_of_one: None, sessions: Sessions, post: Post, late: Refused
) -> None:
    first = claim_next(sessions, post)
    with transaction(sessions) as session:
        move_attempt(session, first.attempt_id, Try.UNKNOWN)
        move_attempt(session, first.attempt_id, Try.LOST)
        move(session, first.message_id, State.DUE)
    claim_next(sessions, post)

    with transaction(sessions) as session:
        settle(session, first.message_id, first.attempt_id, late, DUE)

    assert message(sessions).state is State.CLAIMED
    assert tries(sessions) == [Try.LOST, Try.STARTED]


def test_a_refusal_that_comes_after_the_lease_is_still_a_sure_no(
    crowd_of_one: None, sessions: Sessions, post: Post
) -> None:
    claimed = claim_next(sessions, post)
    with transaction(sessions) as session:
        move_attempt(session, claimed.attempt_id, Try.UNKNOWN)

    with transaction(sessions) as session:
        settle(session, claimed.message_id, claimed.attempt_id, BUSY, DUE)

    assert (message(sessions).state, tries(sessions)) == (State.DUE, [Try.REFUSED])


def test_the_receipt_of_a_refused_attempt_does_not_end_the_waiting_for_the_next(
    crowd_of_one: None, sessions: Sessions, post: Post
) -> None:
    claimed = claim_next(sessions, post)
    with transaction(sessions) as session:
        settle(session, claimed.message_id, claimed.attempt_id, BUSY, DUE)

    with transaction(sessions) as session:
        event = StatusEvent("SM1", Status.UNDELIVERED, "30001", verdict=BUSY.verdict)
        outbox.receive_receipt(session, claimed.outgoing.attempt_id, event, DUE)

    assert (message(sessions).state, tries(sessions)) == (State.DUE, [Try.REFUSED])


def test_a_text_given_up_that_was_delivered_after_all_says_so(
    crowd_of_one: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))
    outbox.send_due(post, DUE)
    late = DUE + timedelta(hours=3)
    outbox.settle_unknown(post, late)
    outbox.settle_unknown(post, late)
    given_up = (message(sessions).state, sittings(sessions)[0].excuse)

    with transaction(sessions) as session:
        public_id = session.scalars(sa.select(Attempt.public_id)).one()
        outbox.receive_receipt(session, public_id, StatusEvent("SM1", Status.DELIVERED), late)

    assert given_up == (State.MISSED, Excuse.MISSED)
    assert (message(sessions).state, sittings(sessions)[0].excuse) == (State.DELIVERED, None)


@pytest.mark.parametrize("excuse", [Excuse.PAUSED, Excuse.SAFETY, Excuse.OPTED_OUT])
def test_a_sitting_excused_for_another_cause_stays_excused_when_its_text_arrives(
    crowd_of_one: None, sessions: Sessions, post: Post, excuse: Excuse
) -> None:
    claimed = claim_next(sessions, post)
    with transaction(sessions) as session:
        session.merge(sittings(sessions)[0]).exclude(excuse)
    lease_over(sessions)
    for _ in range(2):
        outbox.settle_unknown(post, DUE + timedelta(hours=3))
    assert message(sessions).state is State.MISSED

    with transaction(sessions) as session:
        event = StatusEvent("SM1", Status.DELIVERED)
        outbox.receive_receipt(session, claimed.outgoing.attempt_id, event, DUE)

    assert message(sessions).state is State.DELIVERED
    assert sittings(sessions)[0].excuse is excuse


def test_an_error_once_stored_stays_stored(
    crowd_of_one: None, sessions: Sessions, post: Post
) -> None:
    claimed = claim_next(sessions, post)
    for status, code in ((Status.UNDELIVERED, "30003"), (Status.DELIVERED, "")):
        with transaction(sessions) as session:
            event = StatusEvent("SM1", status, code, verdict=NO_SUCH_NUMBER.verdict)
            outbox.receive_receipt(session, claimed.outgoing.attempt_id, event, DUE)

    with sessions() as session:
        attempt = session.scalars(sa.select(Attempt)).one()
    assert (attempt.state, attempt.code) == (Try.DELIVERED, "30003")
    assert message(sessions).state is State.DELIVERED
