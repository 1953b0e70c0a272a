"""Whose turn is it? What somebody waits for goes first; what is broken holds up nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
from builders import consents
from river import (
    DUE,
    a_crowd,
    a_while_ago,
    an_answer,
    claim_next,
    copies,
    message,
    messages,
    number,
    sittings,
    tries,
    unrest,
)
from sqlalchemy.orm import Session

from reminders import outbox
from reminders.bootstrap import open_post
from reminders.channels import Reason as Fault
from reminders.config import Settings
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.triage import AlertKind
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Behaviour, Create, Line, Sandbox
from reminders.store.conversation import Attempt, Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import (
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Sender,
    Source,
    Suppression,
    Why,
    suppress,
)
from reminders.store.record import Alert


@pytest.fixture
def crowd(sessions: Sessions) -> list[int]:
    with transaction(sessions) as session:
        people = [patient.id for patient in a_crowd(session, 3)]
    outbox.plan(sessions, DUE)
    return people


OPTED_OUT_AT_CARRIER = "+15005550004"


def with_seats(post: Post, seats: int) -> Post:
    settings = post.settings.model_copy(update={"concurrency": seats})
    return Post(post.sessions, settings, post.texts, post.mails)


def test_an_answer_goes_before_reminders_that_have_waited_longer(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        an_answer(session, session.get_one(Patient, crowd[2]))

    outbox.send_due(with_seats(post, 1), DUE)

    first = min(
        (text for place in range(3) for text in sandbox.texts(number(place))),
        key=lambda text: text.serial,
    )
    assert first.body == message(sessions, Kind.ANSWER).text


def test_a_slow_call_holds_up_its_own_seat_only(
    sessions: Sessions, wired: Settings, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 6)
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(latency_ms=4_000, times=1))
    patient = open_post(wired, timeout=20, sessions=sessions)

    outbox.send_on(with_seats(patient, 2), DUE, ended=lambda: False)

    arrived = [text for place in range(6) for text in sandbox.texts(number(place))]
    assert len(arrived) == 6
    slow = min(arrived, key=lambda text: text.serial)
    with sessions() as session:
        ends = dict(
            session.execute(
                sa.select(Attempt.provider_id, Attempt.ended_at).order_by(Attempt.ended_at)
            ).all()
        )
    assert [name for name, end in ends.items() if end >= ends[slow.sid]] == [slow.sid]


def test_a_round_of_sending_ends_with_its_tick(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    settings = post.settings.model_copy(update={"tick_seconds": 0.1, "concurrency": 1})
    short = Post(post.sessions, settings, post.texts, post.mails)
    sandbox.behave(Behaviour(latency_ms=200))

    outbox.send_due(short, DUE)

    assert sum(copies(sandbox, 3)) == 1
    assert {row.state for row in messages(sessions)} == {State.DUE, State.SENT}


def test_a_thread_of_its_own_stays_at_a_crowd_beyond_the_tick(
    crowd: list[int], post: Post, sandbox: Sandbox
) -> None:
    settings = post.settings.model_copy(update={"tick_seconds": 0.1, "concurrency": 1})
    short = Post(post.sessions, settings, post.texts, post.mails)
    sandbox.behave(Behaviour(latency_ms=200))

    turns = outbox.send_on(short, DUE, ended=lambda: False)

    assert turns == len(crowd) == sum(copies(sandbox, 3))


def test_a_round_that_is_ended_finishes_what_is_on_its_way_and_claims_nothing_more(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(latency_ms=100))

    outbox.send_on(with_seats(post, 1), DUE, ended=lambda: sum(copies(sandbox, 3)) > 0)

    assert sum(copies(sandbox, 3)) == 1
    assert {row.state for row in messages(sessions)} == {State.DUE, State.SENT}


POISON = {
    "a zone that is none": lambda session, one: session.execute(
        sa.update(Patient).where(Patient.id == one).values(zone="Nowhere/Atlantis")
    ),
    "a name that no key opens": lambda session, one: session.execute(
        sa.text("UPDATE patient SET first_name = last_name WHERE id = :one"), {"one": one}
    ),
    "a message that no key opens": lambda session, one: session.execute(
        sa.text("UPDATE message SET address = text, text = address WHERE patient_id = :one"),
        {"one": one},
    ),
    "a wording that is none": lambda session, one: session.execute(
        sa.update(Message)
        .where(Message.patient_id == one)
        .values(kind=Kind.LINK, wording="no_such_wording")
    ),
}


@pytest.mark.parametrize("poison", POISON)
def test_a_message_that_cannot_be_written_is_set_aside_and_its_neighbours_leave(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox, poison: str
) -> None:
    with transaction(sessions) as session:
        session.execute(
            sa.update(Message)
            .where(Message.patient_id == crowd[0])
            .values(address=number(0), text="x", ready_at=DUE - timedelta(hours=1))
        )
        POISON[poison](session, crowd[0])

    outbox.send_due(post, DUE)

    assert copies(sandbox, 3) == [0, 1, 1]
    assert unrest(sessions) == 0
    assert _fate(sessions, crowd[0]) == (State.FAILED, Fault.MESSAGE_FAULT)
    excuses = {one.patient_id: one.excuse for one in sittings(sessions)}
    assert excuses[crowd[0]] is Excuse.FAILED
    with sessions() as session:
        assert session.scalars(sa.select(Alert.kind)).all() == [AlertKind.NOT_DELIVERED]


def _fate(sessions: Sessions, patient: int) -> tuple[State, str]:
    with sessions() as session:
        found = sa.select(Message.state, Message.reason).where(Message.patient_id == patient)
        state, reason = session.execute(found).one()
    return state, reason


def test_stop_between_plan_and_claim_holds_the_reminder_back(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        clinic_id = session.get_one(Patient, crowd[0]).clinic_id
        suppress(
            session, clinic_id, Medium.TEXT, number(0), Why.OPT_OUT,
            source=Source.PATIENT, now=DUE,
        )  # fmt: skip

    outbox.send_due(post, DUE)

    assert copies(sandbox, 3) == [0, 1, 1]
    assert sittings(sessions)[0].excuse is Excuse.OPTED_OUT


def test_stop_while_a_refused_text_waits_for_its_second_try_holds_it_back(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=3))
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        session.get_one(Patient, crowd[0]).hold_for_safety(DUE)

    outbox.send_due(post, DUE + timedelta(minutes=1))

    assert copies(sandbox, 3) == [0, 1, 1]
    assert sittings(sessions)[0].excuse is Excuse.SAFETY


def test_a_provider_that_stays_busy_makes_it_missed_by_the_service_and_never_late(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    sandbox.behave(Behaviour(create=Create.BUSY))

    for minutes in range(150):
        outbox.send_due(post, DUE + timedelta(minutes=minutes))

    assert (message(sessions).state, message(sessions).reason) == (State.MISSED, Reason.LATE)
    assert sittings(sessions)[0].excuse is Excuse.MISSED
    assert 6 <= len(tries(sessions)) <= 15


def test_a_second_try_goes_to_the_number_of_this_moment(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        an_answer(session, patient, kind=Kind.LINK, wording=Key.NEW_LINK, address=None)
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        session.merge(patient).phone = "+12075550177"

    outbox.send_due(post, DUE + timedelta(minutes=1))

    assert copies(sandbox, 1) == [0]
    assert message(sessions, Kind.LINK).reason == Reason.NO_CONSENT


def test_the_same_words_do_not_go_to_one_number_twice_in_ten_minutes(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        for key in ("r1", "r2", "r3"):
            an_answer(session, patient, key=key)

    outbox.send_due(with_seats(post, 1), DUE)

    assert copies(sandbox, 1) == [1]
    reasons = sorted(row.reason for row in messages(sessions))
    assert reasons == ["", Reason.REPEATED, Reason.REPEATED]


def test_answers_to_one_number_end_at_the_daily_cap(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        for minute in range(15):
            at = DUE + timedelta(minutes=11 * minute)
            an_answer(session, patient, key=f"r{minute}", due_at=at, ready_at=at)

    for minute in range(15):
        outbox.send_due(post, DUE + timedelta(minutes=11 * minute))

    assert copies(sandbox, 1) == [post.settings.answers_a_day]
    assert [row.reason for row in messages(sessions)][12:] == [Reason.CAP] * 3


def test_reminders_a_day_end_at_the_due_moments_and_two_more(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(post, DUE)
    with transaction(sessions) as session:
        for hour in range(1, 5):
            at = DUE + timedelta(hours=hour)
            _a_later_reminder(session, crowd[0], f"l{hour}", at)

    for hour in range(1, 5):
        outbox.send_due(post, DUE + timedelta(hours=hour))

    assert copies(sandbox, 3) == [3, 1, 1]


def _a_later_reminder(session: Session, patient: int, key: str, at: object) -> None:
    one = session.get_one(Patient, patient)
    an_answer(session, one, kind=Kind.LATER, key=key, wording="", due_at=at, ready_at=at)


def test_the_carriers_no_holds_for_everybody_on_that_phone_and_is_written_down(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        ana, ben, other = a_crowd(session, 3)
        for one in (ana, ben):
            one.phone = OPTED_OUT_AT_CARRIER
            consents(session, one, Medium.TEXT)
    outbox.plan(sessions, DUE)

    outbox.send_due(with_seats(post, 1), DUE)

    fates = {row.patient_id: row.state for row in messages(sessions)}
    assert sorted(fates[one.id] for one in (ana, ben)) == [State.FAILED, State.WITHDRAWN]
    assert fates[other.id] is State.SENT
    excuses = {one.patient_id: one.excuse for one in sittings(sessions)}
    assert (excuses[ana.id], excuses[ben.id]) == (Excuse.OPTED_OUT, Excuse.OPTED_OUT)
    with sessions() as session:
        revoked = session.scalars(
            sa.select(Consent.patient_id).where(Consent.step == ConsentStep.REVOKED)
        )
        assert set(revoked) == {ana.id, ben.id}
        block = session.scalars(sa.select(Suppression)).one()
    assert (block.why, block.source) == (Why.OPT_OUT, Source.CARRIER)


def test_faults_of_our_own_do_not_count_against_a_patients_number(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        for key in ("r1", "r2"):
            an_answer(
                session, patient, key=key, state=State.FAILED, reason=Fault.ACCOUNT_FAULT,
                ended_at=DUE - timedelta(hours=1),
            )  # fmt: skip
    sandbox.line(number(0), Line.SWITCHED_OFF)
    with transaction(sessions) as session:
        claimed_id = an_answer(session, session.merge(patient), key="r3").id

    outbox.send_one(post, claimed_id, DUE)
    sandbox.settle()
    _ask_about_all(sessions, post)

    with sessions() as session:
        assert session.get_one(Message, claimed_id).reason == Fault.UNREACHABLE
        assert session.scalars(sa.select(Suppression)).all() == []


def _ask_about_all(sessions: Sessions, post: Post) -> None:
    a_while_ago(sessions, timedelta(minutes=16))
    outbox.chase_receipts(post, DUE)


def test_a_sender_that_the_provider_refuses_rests_until_a_person_mends_it(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        session.execute(
            sa.update(Sender).where(Sender.medium == Medium.TEXT).values(address="+15005550007")
        )

    outbox.send_due(with_seats(post, 1), DUE)

    states = [row.state for row in messages(sessions)]
    assert sorted(states) == [State.FAILED, State.WITHHELD, State.WITHHELD]
    with sessions() as session:
        assert len(session.scalars(sa.select(Alert)).all()) == 1


def test_a_web_and_a_clock_that_want_one_message_send_it_once(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    claimed = claim_next(sessions, post)

    outbox.send_one(post, claimed.message_id, DUE)
    outbox.send_due(post, DUE)

    assert sum(copies(sandbox, 3)) == 2


def test_an_answer_named_while_another_hangs_leaves_without_waiting_for_it(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        first, second = (an_answer(session, one).id for one in a_crowd(session, 2))
    sandbox.behave(Behaviour(latency_ms=3_000, times=1))
    named, pause = [[second]], Event()

    def more() -> list[int]:
        return named.pop() if named and copies(sandbox, 2) == [1, 0] else []

    with ThreadPoolExecutor(1) as courier:
        road = courier.submit(outbox.send_these, post, [first], DUE, more)
        while copies(sandbox, 2) != [1, 1]:
            assert not road.done()
            pause.wait(0.01)
        left_while_the_first_hung = not road.done()
        road.result()

    assert left_while_the_first_hung
    assert {row.state for row in messages(sessions)} == {State.SENT}
