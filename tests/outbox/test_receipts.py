"""What the provider says afterwards: stored by the door, applied by the tick, in any order."""

from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from river import DUE, a_crowd, claim_next, message

from reminders import outbox
from reminders.channels import Status, StatusEvent
from reminders.core.adherence import Excuse
from reminders.outbox import Post
from reminders.store.conversation import Attempt, Receipt, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Suppression, Why
from reminders.store.record import Occurrence

LATER = DUE + timedelta(minutes=1)


@pytest.fixture
def sent(sessions: Sessions, post: Post) -> str:
    """One reminder that the provider has taken; returns its attempt's public name."""
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    return only_attempt(sessions).public_id


def only_attempt(sessions: Sessions) -> Attempt:
    with sessions() as session:
        return session.scalars(sa.select(Attempt)).one()


def brings(sessions: Sessions, name: str, status: Status, code: str = "") -> bool:
    provider_id = str(only_attempt(sessions).provider_id)
    with transaction(sessions) as session:
        event = StatusEvent(provider_id, status, code)
        return outbox.keep_receipt(session, name, event, LATER)


def test_the_door_stores_a_receipt_and_the_next_tick_applies_it(
    sent: str, sessions: Sessions
) -> None:
    assert brings(sessions, sent, Status.DELIVERED)
    assert message(sessions).state is State.SENT

    assert outbox.apply_receipts(sessions, LATER) == 1

    assert message(sessions).state is State.DELIVERED
    assert only_attempt(sessions).state is Try.DELIVERED
    assert outbox.apply_receipts(sessions, LATER) == 0


@pytest.mark.parametrize(
    "order",
    list(permutations((Status.ACCEPTED, Status.SENT, Status.DELIVERED))),
    ids=" ".join,
)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one tick", "a tick each"])
def test_receipts_in_any_order_end_as_delivered(
    sent: str, sessions: Sessions, order: tuple[Status, ...], at_once: bool
) -> None:
    for status in (*order, *order):
        brings(sessions, sent, status)
        if not at_once:
            outbox.apply_receipts(sessions, LATER)
    outbox.apply_receipts(sessions, LATER)

    assert message(sessions).state is State.DELIVERED
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Receipt.id))) == 3


@pytest.mark.parametrize("at_once", [True, False], ids=["in one tick", "a tick each"])
@pytest.mark.parametrize(
    "order",
    list(permutations((Status.SENT, Status.UNDELIVERED, Status.DELIVERED))),
    ids=" ".join,
)
def test_delivered_outranks_a_failure_whichever_came_first(
    sent: str, sessions: Sessions, order: tuple[Status, ...], at_once: bool
) -> None:
    for status in order:
        brings(sessions, sent, status, "30003" if status is Status.UNDELIVERED else "")
        if not at_once:
            outbox.apply_receipts(sessions, LATER)
    outbox.apply_receipts(sessions, LATER)

    assert message(sessions).state is State.DELIVERED
    with sessions() as session:
        assert session.scalars(sa.select(Occurrence.excuse)).one() is None


def test_a_number_that_opted_out_at_the_carrier_is_written_to_no_more(
    sent: str, sessions: Sessions
) -> None:
    brings(sessions, sent, Status.UNDELIVERED, "21610")

    outbox.apply_receipts(sessions, LATER)

    assert message(sessions).state is State.FAILED
    with sessions() as session:
        assert session.scalars(sa.select(Suppression)).one().why is Why.OPT_OUT
        assert session.scalars(sa.select(Occurrence.excuse)).one() is Excuse.OPTED_OUT


def test_a_receipt_for_a_stranger_is_not_ours_and_leaves_no_row(
    sent: str, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        event = StatusEvent("SM" + "7" * 32, Status.DELIVERED)
        assert not outbox.keep_receipt(session, "nobody", event, LATER)

    assert outbox.apply_receipts(sessions, LATER) == 0


def test_a_repeat_is_known_and_stored_once(sent: str, sessions: Sessions) -> None:
    assert brings(sessions, sent, Status.DELIVERED)
    assert brings(sessions, sent, Status.DELIVERED)

    assert outbox.apply_receipts(sessions, LATER) == 1


def test_a_receipt_that_comes_before_the_answer_settles_the_attempt(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    mine = claim_next(sessions, post)
    with transaction(sessions) as session:
        early = StatusEvent("SM" + "e" * 32, Status.SENT)
        outbox.keep_receipt(session, mine.outgoing.attempt_id, early, DUE)

    outbox.apply_receipts(sessions, LATER)

    assert message(sessions).state is State.SENT
    assert only_attempt(sessions).provider_id == "SM" + "e" * 32


def test_a_receipt_that_cannot_be_applied_does_not_hold_up_the_others(
    sessions: Sessions, post: Post
) -> None:
    """Its message can no longer be read: the key it was written with is gone."""
    with transaction(sessions) as session:
        a_crowd(session, 2)
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        broken, sound = session.scalars(sa.select(Attempt).order_by(Attempt.id)).all()
        session.execute(
            sa.text("UPDATE message SET address = :garbage WHERE id = :id"),
            {"garbage": b"unreadable" * 5, "id": broken.message_id},
        )
        for attempt, status, code in (
            (broken, Status.UNDELIVERED, "30003"),
            (sound, Status.UNDELIVERED, "30003"),
        ):
            event = StatusEvent(str(attempt.provider_id), status, code)
            outbox.keep_receipt(session, attempt.public_id, event, LATER)

    assert outbox.apply_receipts(sessions, LATER) == 2

    with sessions() as session:
        assert session.get_one(Attempt, sound.id).state is Try.UNDELIVERED
    assert outbox.apply_receipts(sessions, LATER) == 0
