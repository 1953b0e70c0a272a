"""A text of unknown fate: asked for, never sent blindly, and at rest in the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW
from river import (
    DUE,
    a_crowd,
    a_while_ago,
    an_answer,
    claim_next,
    copies,
    lease_over,
    message,
    messages,
    number,
    tries,
    unrest,
)
from setting import make_settings

from reminders import outbox
from reminders.bootstrap import open_post
from reminders.core.gate import Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Asking, Behaviour, Create, Receipts, Sandbox
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def planned(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)


def hurried(post: Post, **changes: object) -> Post:
    return Post(post.sessions, post.settings.model_copy(update=changes), post.texts, post.mails)


def test_a_send_does_not_start_once_its_lease_is_over(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(hurried(post, lease_seconds=0), DUE)
    asleep = copies(sandbox, 1)

    for _ in range(2):
        outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert (asleep, copies(sandbox, 1)) == ([0], [1])
    assert tries(sessions) == [Try.ACCEPTED]


def test_a_call_that_outlives_its_lease_is_settled_by_its_own_answer(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(latency_ms=1_500, list_lag_seconds=60, times=1))
    patient = hurried(post, settle_seconds=180)

    with ThreadPoolExecutor(1) as other:
        sending = other.submit(outbox.send_due, post, DUE)
        while not tries(sessions):
            pass
        lease_over(sessions)
        asked = outbox.settle_unknown(patient, DUE)
        meanwhile = tries(sessions)
        sending.result()

    assert (asked, meanwhile) == (0, [Try.UNKNOWN])
    assert (message(sessions).state, tries(sessions)) == (State.SENT, [Try.ACCEPTED])
    assert copies(sandbox, 1) == [1]


def test_the_settle_time_counts_from_the_end_of_the_claim_not_from_its_beginning(
    planned: None, sessions: Sessions, post: Post
) -> None:
    claim_next(sessions, post)
    lease_over(sessions)
    with transaction(sessions) as session:
        session.execute(sa.update(Attempt).values(started_at=NOW - timedelta(days=1)))

    asked = outbox.settle_unknown(hurried(post, settle_seconds=180), DUE)

    assert (asked, tries(sessions)) == (0, [Try.UNKNOWN])


def test_two_clocks_that_look_at_once_make_one_look(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    claim_next(sessions, post)
    lease_over(sessions)
    sandbox.behave(Behaviour(list_ms=200))
    slow = hurried(post, settle_again_seconds=120)

    with ThreadPoolExecutor(2) as clocks:
        asked = list(clocks.map(lambda _: outbox.settle_unknown(slow, DUE), range(2)))

    assert sorted(asked) == [0, 1]
    with sessions() as session:
        assert session.scalars(sa.select(Attempt.looks)).one() == 1


def test_a_provider_that_cannot_be_asked_is_asked_again_later_and_not_for_ever(
    planned: None, sessions: Sessions, post: Post
) -> None:
    claim_next(sessions, post)
    lease_over(sessions)
    deaf = open_post(make_settings(twilio_base_url=NOBODY), timeout=2, sessions=sessions)

    for _ in range(3):
        outbox.settle_unknown(deaf, DUE)
    waiting = (message(sessions).state, tries(sessions))
    outbox.settle_unknown(deaf, DUE + timedelta(hours=2, minutes=1))

    assert waiting == (State.CLAIMED, [Try.UNKNOWN])
    assert (message(sessions).state, message(sessions).reason) == (
        State.MISSED,
        Reason.UNCONFIRMED_SEND,
    )
    assert unrest(sessions) == 0


def test_one_look_that_fails_does_not_come_back_before_the_others_had_their_turn(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 3)
    outbox.plan(sessions, DUE)
    for _ in range(3):
        claim_next(sessions, post)
    lease_over(sessions)
    settings = make_settings(twilio_base_url=NOBODY, settle_again_seconds=120)
    deaf = open_post(settings, timeout=2, sessions=sessions)

    asked = [outbox.settle_unknown(deaf, DUE) for _ in range(2)]

    assert asked == [3, 0]


def test_a_lost_text_is_sent_again_as_long_as_the_settings_allow_and_no_longer(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    strict = hurried(post, reminder_lateness_minutes=30)
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))
    outbox.send_due(strict, DUE)

    late = DUE + timedelta(minutes=31)
    for _ in range(2):
        outbox.settle_unknown(strict, late)

    assert message(sessions).reason == Reason.UNCONFIRMED_SEND


def test_a_plain_answer_is_found_by_its_words_and_never_sent_again(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        crowd = a_crowd(session, 2)
        for patient in crowd:
            an_answer(session, patient)
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_500, times=1))
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))

    one_seat = hurried(post, concurrency=1)
    for _ in range(3):
        outbox.send_due(one_seat, DUE)
        outbox.settle_unknown(post, DUE)

    assert sorted(copies(sandbox, 2)) == [0, 1]
    assert {row.state for row in messages(sessions)} == {State.SENT, State.MISSED}
    assert unrest(sessions) == 0


def test_the_words_of_an_earlier_text_are_no_sign_of_this_one(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        notice: dict[str, object] = {"kind": Kind.STAFF, "wording": Key.STAFF_ALERT}
        an_answer(session, patient, key="alert1", **notice)
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        an_answer(session, session.merge(patient), key="alert2", **notice)
    sandbox.behave(Behaviour(create=Create.BROKEN, times=1))

    outbox.send_due(post, DUE)
    for _ in range(2):
        outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert copies(sandbox, 1) == [2]
    assert {row.state for row in messages(sessions)} == {State.SENT}


def test_a_text_whose_receipts_never_came_is_asked_about_and_closed(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(post, DUE)
    sandbox.settle()
    too_soon = outbox.chase_receipts(post, DUE)
    a_while_ago(sessions, timedelta(minutes=16))

    asked = [outbox.chase_receipts(post, DUE) for _ in range(2)]

    assert (too_soon, asked) == (0, [1, 0])
    assert (message(sessions).state, tries(sessions)) == (State.DELIVERED, [Try.DELIVERED])


def test_who_missed_its_turns_is_asked_about_once_and_not_for_each_of_them(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.MISSING))
    outbox.send_due(post, DUE)
    a_while_ago(sessions, timedelta(hours=25))

    asked = [outbox.chase_receipts(post, DUE) for _ in range(2)]

    assert asked == [1, 0]


def three_texts_without_a_receipt(sessions: Sessions, post: Post, sandbox: Sandbox) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 3)
    outbox.plan(sessions, DUE)
    outbox.send_due(post, DUE)
    sandbox.settle()
    a_while_ago(sessions, timedelta(minutes=16))


def test_a_busy_provider_is_left_alone_and_no_question_is_lost(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    three_texts_without_a_receipt(sessions, post, sandbox)
    sandbox.behave(Behaviour(asking=Asking.BUSY))
    busy = outbox.chase_receipts(post, DUE)

    sandbox.behave(Behaviour())
    asked = outbox.chase_receipts(post, DUE)

    assert (busy, asked) == (1, 3)
    assert {row.state for row in messages(sessions)} == {State.DELIVERED}


def test_one_text_that_the_provider_does_not_know_holds_up_no_other(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    three_texts_without_a_receipt(sessions, post, sandbox)
    with transaction(sessions) as session:
        oldest = sa.select(Attempt).order_by(Attempt.started_at, Attempt.id).limit(1)
        session.scalars(oldest).one().provider_id = "SM" + "0" * 32

    asked = [outbox.chase_receipts(post, DUE) for _ in range(2)]

    assert asked == [3, 0]
    assert sorted(row.state for row in messages(sessions)) == [
        State.DELIVERED, State.DELIVERED, State.SENT,
    ]  # fmt: skip


def test_a_letter_or_a_text_of_last_week_is_not_asked_about(
    planned: None, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(post, DUE)
    a_while_ago(sessions, timedelta(days=4))

    assert outbox.chase_receipts(post, DUE) == 0
    assert len(sandbox.texts(number(0))) == 1


def test_a_crowd_of_expired_claims_is_freed_whole(sessions: Sessions, post: Post) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 12)
    outbox.plan(sessions, DUE)
    for _ in range(12):
        claim_next(sessions, post)
    lease_over(sessions)

    asked = outbox.settle_unknown(post, DUE)

    # One list for all of them, which holds none, then one for each number.
    assert asked == 1 + 12
    with sessions() as session:
        leases = session.scalars(sa.select(Message.lease_until)).all()
    assert set(leases) == {None}


@pytest.fixture
def in_doubt(sessions: Sessions, post: Post, sandbox: Sandbox) -> int:
    """Many texts of one sender on their way when their process died; two were never taken."""
    with transaction(sessions) as session:
        a_crowd(session, 8)
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BROKEN, times=2))
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_500, times=6))
    outbox.send_due(post, DUE)
    assert tries(sessions) == [Try.UNKNOWN] * 8
    return sandbox.lists


def test_one_list_settles_a_crowd_and_only_what_it_does_not_hold_is_asked_for_by_number(
    in_doubt: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    patient = hurried(post, settle_again_seconds=120)

    asked = outbox.settle_unknown(patient, DUE)

    assert asked == sandbox.lists - in_doubt == 1 + 2
    assert sorted(tries(sessions)) == [Try.ACCEPTED] * 6 + [Try.UNKNOWN] * 2
    assert sorted(copies(sandbox, 8)) == [0, 0, 1, 1, 1, 1, 1, 1]


def test_what_one_list_does_not_hold_is_looked_for_twice_more_before_it_is_sent_again(
    in_doubt: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    first = hurried(post, settle_again_seconds=120)
    outbox.settle_unknown(first, DUE)
    with sessions() as session:
        looks = session.scalars(sa.select(Attempt.looks).where(Attempt.state == Try.UNKNOWN))
        assert [*looks] == [1, 1]

    outbox.settle_unknown(post, DUE)
    outbox.send_due(post, DUE)

    assert copies(sandbox, 8) == [1] * 8
    assert unrest(sessions) == 0


def test_a_list_that_cannot_be_had_leaves_every_text_to_its_own_question(
    in_doubt: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(asking=Asking.BROKEN))

    deaf = outbox.settle_unknown(hurried(post, settle_again_seconds=120), DUE)
    sandbox.behave(Behaviour())
    outbox.settle_unknown(post, DUE)

    assert deaf == 1 + 8
    assert sorted(tries(sessions)) == [Try.ACCEPTED] * 6 + [Try.UNKNOWN] * 2


def test_a_provider_that_is_too_busy_to_list_is_left_alone_until_the_next_tick(
    in_doubt: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(asking=Asking.BUSY))
    busy = [outbox.settle_unknown(post, DUE) for _ in range(2)]

    sandbox.behave(Behaviour())
    outbox.settle_unknown(hurried(post, settle_again_seconds=120), DUE)

    assert busy == [1, 1]
    assert sorted(tries(sessions)) == [Try.ACCEPTED] * 6 + [Try.UNKNOWN] * 2


def test_a_provider_that_is_too_busy_all_day_keeps_no_text_in_doubt_for_ever(
    in_doubt: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(asking=Asking.BUSY))

    outbox.settle_unknown(post, DUE + timedelta(hours=2, minutes=1))

    assert {row.state for row in messages(sessions)} == {State.MISSED}
    assert unrest(sessions) == 0
