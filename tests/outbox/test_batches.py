"""Many messages at once, each as carefully as one alone."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from river import (
    DUE,
    a_crowd,
    an_answer,
    claim_next,
    copies,
    lease_over,
    messages,
    number,
    sittings,
    tries,
    unrest,
)
from sqlalchemy.exc import OperationalError

from reminders import outbox
from reminders.channels import Accepted, Askable, Outgoing
from reminders.channels import Reason as Fault
from reminders.core.adherence import Excuse
from reminders.core.gate import Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.outbox.carrying import DATABASE_TRIES
from reminders.outbox.claiming import claim
from reminders.outbox.pacing import Room
from reminders.outbox.starting import start
from reminders.sandbox import Behaviour, Create, Sandbox
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient, Sender

SIZE = 12
WIDE = Room(seats=50, of_queue=50, taken={})


def roomy(post: Post, seats: int = SIZE, **changes: object) -> Post:
    settings = post.settings.model_copy(update={"concurrency": seats, "seats": seats, **changes})
    return Post(post.sessions, settings, post.texts, post.mails)


@pytest.fixture
def crowd(sessions: Sessions) -> list[int]:
    with transaction(sessions) as session:
        people = [patient.id for patient in a_crowd(session, SIZE)]
    outbox.plan(sessions, DUE)
    return people


def test_a_batch_is_claimed_in_one_transaction_with_a_fixed_number_of_statements(
    crowd: list[int], sessions: Sessions, post: Post
) -> None:
    engine, said = sessions.kw["bind"], list[str]()

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    with transaction(sessions) as session:
        batch = claim(session, post.settings, DUE, WIDE)
        started = start(session, batch.claimed)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert len(batch.claimed) == len(started) == SIZE
    assert len(said) < 30
    assert {row.state for row in messages(sessions)} == {State.CLAIMED}


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1], ids=["first", "middle", "last"])
def test_one_poison_row_in_a_batch_is_set_aside_alone(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox, place: int
) -> None:
    with transaction(sessions) as session:
        session.execute(
            sa.update(Patient).where(Patient.id == crowd[place]).values(zone="Nowhere/Atlantis")
        )

    outbox.send_due(roomy(post), DUE)

    assert copies(sandbox, SIZE) == [int(one != place) for one in range(SIZE)]
    assert unrest(sessions) == 0
    [aside] = [row for row in messages(sessions) if row.state is State.FAILED]
    assert (aside.patient_id, aside.reason) == (crowd[place], Fault.MESSAGE_FAULT)


def test_laters_of_one_patient_in_one_batch_obey_the_daily_cap(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [patient] = a_crowd(session, 1)
        for minute in range(6):
            an_answer(
                session, patient, kind=Kind.LATER, key=f"l{minute}", wording="",
                ready_at=DUE - timedelta(minutes=minute),
            )  # fmt: skip

    outbox.send_due(roomy(post), DUE)

    extra = post.settings.extra_reminders_a_day
    assert copies(sandbox, 1) == [extra]
    assert [row.reason for row in messages(sessions)].count(Reason.CAP) == 6 - extra


def test_the_same_words_to_two_patients_of_one_phone_go_out_once_in_a_batch(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        ana, ben = a_crowd(session, 2)
        ben.phone = ana.phone
        for patient in (ana, ben):
            an_answer(session, patient, wording=Key.STARTED)

    outbox.send_due(roomy(post), DUE)

    assert copies(sandbox, 1) == [1]
    assert sorted(row.reason for row in messages(sessions)) == ["", Reason.REPEATED]


def test_of_two_late_reminders_in_one_batch_the_newer_leaves(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), phone=number(0))
        a_plan(session, patient)
        for minutes in (60, 30):
            at = DUE - timedelta(minutes=minutes)
            an_answer(
                session, patient, kind=Kind.REMINDER, key=f"m{minutes}", due_at=at, ready_at=at
            )

    outbox.send_due(roomy(post), DUE)

    fates = [(row.state, row.reason) for row in messages(sessions)]
    assert fates == [(State.MISSED, Reason.LATE), (State.SENT, "")]
    assert copies(sandbox, 1) == [1]


def test_what_waits_in_a_senders_queue_can_still_be_taken_back(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        people = [patient.id for patient in a_crowd(session, 3)]
        _pace(session, per_second=1)
    outbox.plan(sessions, DUE)
    outbox.send_due(roomy(post, tick_seconds=0.1), DUE)
    waiting = [row for row in messages(sessions) if row.state is State.DUE]

    with transaction(sessions) as session:
        for patient in people:
            outbox.withdraw_unsent(session, patient, Reason.PLAN_CHANGED)

    assert len(waiting) == 2
    assert all(row.turn_at == row.ready_at > DUE for row in waiting)
    assert sum(copies(sandbox, 3)) == 1
    assert {row.state for row in messages(sessions)} == {State.SENT, State.WITHDRAWN}


def _pace(session: object, per_second: float) -> None:
    session.execute(  # type: ignore[attr-defined]
        sa.update(Sender).values(per_second=per_second, tokens=1.0, refilled_at=None)
    )


def test_a_letter_whose_turn_would_be_too_late_is_missed_at_once(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 3)
        _pace(session, per_second=1 / 3_600)
    outbox.plan(sessions, DUE)

    outbox.send_due(roomy(post), DUE)

    fates = sorted((row.state, row.reason) for row in messages(sessions))
    assert fates == [(State.DUE, ""), (State.MISSED, Reason.LATE), (State.SENT, "")]
    assert [one.excuse for one in sittings(sessions)].count(Excuse.MISSED) == 1


def test_what_somebody_waits_for_leaves_although_the_bucket_is_empty(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        crowd = a_crowd(session, 3)
        for patient in crowd:
            an_answer(session, patient, kind=Kind.SAFETY, wording=Key.URGENT)
        _pace(session, per_second=1)

    outbox.send_due(roomy(post), DUE)

    assert copies(sandbox, 3) == [1, 1, 1]
    with sessions() as session:
        tokens = session.scalars(sa.select(Sender.tokens).where(Sender.medium == Medium.TEXT)).one()
    assert tokens < 0


def test_a_busy_answer_slows_its_own_sender_and_no_other(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        [ana] = a_crowd(session, 1)
        other = a_clinic(session, "+12075550101", "care@oak.example")
        ben = a_patient(session, other, phone=number(1))
        an_answer(session, ana)
        later = an_answer(session, ben, ready_at=DUE + timedelta(seconds=1)).id
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))

    outbox.send_due(roomy(post, seats=1), DUE)
    outbox.send_one(post, later, DUE + timedelta(seconds=1))

    with sessions() as session:
        texts = sa.select(Sender.tokens).where(Sender.medium == Medium.TEXT).order_by(Sender.id)
        slowed, untouched = session.scalars(texts)
    assert (slowed <= 0, untouched > 100) == (True, True)
    assert (copies(sandbox, 2), tries(sessions)) == ([0, 1], [Try.REFUSED, Try.ACCEPTED])


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_clocks_together_keep_one_senders_pace(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, SIZE)
        _pace(session, per_second=2)
    outbox.plan(sessions, DUE)

    with ThreadPoolExecutor(2) as clocks:
        short = roomy(post, tick_seconds=1)
        list(clocks.map(lambda _: outbox.send_due(short, DUE), range(2)))

    sent = sum(copies(sandbox, SIZE))
    assert 1 <= sent <= 4
    turns = sorted(row.ready_at for row in messages(sessions) if row.state is State.DUE)
    assert len(turns) == SIZE - sent
    assert all(later - sooner >= timedelta(seconds=0.4) for sooner, later in pairwise(turns))


def test_a_claim_without_an_attempt_comes_due_again_without_a_question(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        claim(session, post.settings, DUE, WIDE)
    lease_over(sessions)

    asked = outbox.settle_unknown(post, DUE)
    outbox.send_due(roomy(post), DUE)

    assert asked == 0
    assert copies(sandbox, SIZE) == [1] * SIZE
    assert tries(sessions) == [Try.ACCEPTED] * SIZE


def test_a_claim_that_another_has_freed_and_taken_is_not_started(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 1)
    outbox.plan(sessions, DUE)
    with transaction(sessions) as session:
        slow = claim(session, post.settings, DUE, Room(1, 1, {})).claimed
    lease_over(sessions)
    outbox.settle_unknown(post, DUE)
    quick = claim_next(sessions, post)

    with transaction(sessions) as session:
        started = start(session, slow)

    assert [one.message_id for one in slow] == [quick.message_id]
    assert started == []
    assert tries(sessions) == [Try.STARTED]


def test_a_round_that_ends_gives_back_what_it_has_not_started(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(latency_ms=200))
    short = roomy(post, seats=8, tick_seconds=0.01)

    outbox.send_due(short, DUE)

    states = [row.state for row in messages(sessions)]
    assert states.count(State.SENT) == sum(copies(sandbox, SIZE)) == 8
    assert states.count(State.DUE) == 4
    assert len(tries(sessions)) == 8


@dataclass
class Watched:
    """The real channel; looks at something each time a letter is on its way."""

    real: Askable
    look: Callable[[], None]
    after: bool = False

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        if not self.after:
            self.look()
        travelling = self.real.start(outgoing)
        if self.after:
            travelling.add_done_callback(lambda _: self.look())
        return travelling


def test_no_session_is_open_while_letters_are_on_their_way(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    seen = list[int]()
    pool = sessions.kw["bind"].pool
    watched = Watched(post.texts, lambda: seen.append(pool.checkedout()))
    calm = roomy(post)

    outbox.send_due(Post(sessions, calm.settings, watched), DUE)  # type: ignore[arg-type]

    assert (len(seen), set(seen)) == (SIZE, {0})


def test_a_database_away_for_a_moment_costs_no_result(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    trouble = _Trouble(sessions.kw["bind"], times=2)
    watched = Watched(post.texts, trouble.begin, after=True)
    calm = roomy(post)

    outbox.send_due(Post(sessions, calm.settings, watched), DUE)  # type: ignore[arg-type]

    assert trouble.caused == 2
    assert copies(sandbox, SIZE) == [1] * SIZE
    assert tries(sessions) == [Try.ACCEPTED] * SIZE
    assert unrest(sessions) == 0


def test_a_database_that_stays_away_leaves_it_to_the_look_up(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    trouble = _Trouble(sessions.kw["bind"], times=DATABASE_TRIES)
    watched = Watched(post.texts, trouble.begin, after=True)
    calm = roomy(post)

    with pytest.raises(OperationalError):
        outbox.send_due(Post(sessions, calm.settings, watched), DUE)  # type: ignore[arg-type]
    left = tries(sessions)
    lease_over(sessions)
    outbox.settle_unknown(roomy(post, tick_seconds=60), DUE)
    outbox.send_due(post, DUE)

    assert left == [Try.STARTED] * SIZE
    assert copies(sandbox, SIZE) == [1] * SIZE
    assert tries(sessions) == [Try.ACCEPTED] * SIZE


@dataclass
class _Trouble:
    """From its beginning on a database fails so many commits."""

    engine: sa.Engine
    times: int
    caused: int = 0
    begun: bool = field(default=False)

    def begin(self) -> None:
        if not self.begun:
            self.begun = True
            sa.event.listen(self.engine, "commit", self._fail)

    def _fail(self, _connection: sa.Connection) -> None:
        if self.caused < self.times:
            self.caused += 1
            raise OperationalError("COMMIT", {}, Exception("gone away"))


def test_each_attempt_has_the_name_that_the_provider_gave_it(
    crowd: list[int], sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    outbox.send_due(roomy(post), DUE)

    with sessions() as session:
        rows = session.execute(
            sa.select(Patient.phone, Attempt.provider_id)
            .join(Message, Message.patient_id == Patient.id)
            .join(Attempt, Attempt.message_id == Message.id)
        ).all()
    assert dict(map(tuple, rows)) == {
        number(place): sandbox.texts(number(place))[0].sid for place in range(SIZE)
    }
