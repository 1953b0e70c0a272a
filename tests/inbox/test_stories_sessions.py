"""Which session does a reply speak of? Two at once, out of order, doubled, late, corrected."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, START, a_clinic, a_patient, a_plan
from story import DUE, SOON, Story

from reminders import inbox
from reminders.channels import Incoming
from reminders.core.adherence import Outcome
from reminders.core.dose import Dose
from reminders.core.gate import Kind
from reminders.inbox import PageForm
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Fate, Link, Message, Reply, State
from reminders.store.db import transaction
from reminders.store.exercises import Exercise
from reminders.store.plans import (
    Plan,
    PlanDraft,
    PrescriptionDraft,
    RoutineDraft,
    write_version,
)
from reminders.store.record import EntrySource, LogEntry, Occurrence

DONE, PART, SKIPPED = Outcome.DONE, Outcome.PART, Outcome.SKIPPED
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def both(post: Post) -> Story:
    """Two routines at nine: bridge and bird-dog, and beside them clamshell and dead bug."""
    with transaction(post.sessions) as session:
        plan = a_plan(
            session,
            a_patient(session, a_clinic(session)),
            exercises=("bridge", "bird-dog", "clamshell", "dead-bug"),
        )
        rows = plan.versions[-1].prescriptions
        draft = PlanDraft(
            tuple(PrescriptionDraft(row.exercise_id, Dose(sets=3, reps=10)) for row in rows),
            (
                RoutineDraft(times=(time(9),), starts=START, positions=(1, 2)),
                RoutineDraft(times=(time(9),), starts=START, positions=(3, 4)),
            ),
        )
        write_version(plan, draft, by=None, now=DUE - timedelta(minutes=30))
    story = Story.begin(post)
    story.tick(DUE)
    return story


def by_routine(story: Story) -> list[tuple[Outcome | None, int | None, int | None]]:
    """Outcome, pain and number of exercises done, in the order of the routines."""
    with story.post.sessions() as session:
        rows = session.execute(
            sa.select(LogEntry.outcome, LogEntry.pain, LogEntry.done)
            .select_from(Occurrence)
            .outerjoin(
                LogEntry,
                sa.and_(LogEntry.occurrence_id == Occurrence.id, LogEntry.superseded_at.is_(None)),
            )
            .order_by(Occurrence.routine_id, Occurrence.due_at)
        ).all()
    return [(outcome, pain, len(done) if done else None) for outcome, pain, done in rows]


# Two routines at the same minute


def test_two_routines_at_the_same_minute_are_one_text(both: Story, sandbox: Sandbox) -> None:
    assert len(both.sittings()) == 2
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("done 3", [(DONE, 3, None), (DONE, 3, None)]),
        ("skip", [(SKIPPED, None, None), (SKIPPED, None, None)]),
        ("pain 5", [(None, 5, None), (None, 5, None)]),
        ("did about half, pain 2", [(PART, 2, None), (PART, 2, None)]),
        ("only did 1 and 2, pain 4", [(DONE, 4, None), (None, None, None)]),
        ("only did 3 and 4", [(None, None, None), (DONE, None, None)]),
        ("did 1, 2 and 3", [(DONE, None, None), (PART, None, 1)]),
        ("only did 2 and 3", [(PART, None, 1), (PART, None, 1)]),
    ],
    ids=["done", "skip", "pain", "half", "the first", "the second", "one and a bit", "a bit each"],
)
def test_one_answer_is_shared_out_over_both(
    both: Story, words: str, stands: list[tuple[Outcome | None, int | None, int | None]]
) -> None:
    both.text(words)

    assert by_routine(both) == stands


def test_a_second_answer_fills_in_the_routine_that_was_not_spoken_of(both: Story) -> None:
    both.text("only did 1 and 2, pain 4")
    both.text("did 3 and 4 too", SOON + MINUTE)

    assert [outcome for outcome, _, _ in by_routine(both)] == [DONE, DONE]


def test_what_was_done_of_both_is_said_back_as_part(both: Story) -> None:
    answer = both.text("only did 1 and 2, pain 4")

    assert answer == "Maple PT: Part of it counts too. Logged: part, pain 4."


# Order, repeats, days


def test_replies_that_arrive_out_of_order_are_read_in_the_order_they_came(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        first, second = (
            inbox.receive_text(session, Incoming(sid, PATIENT_NUMBER, "+12075550100", words), SOON)
            for sid, words in (("SM1", "done 8"), ("SM2", "sorry, meant 4"))
        )
    assert first is not None
    assert second is not None

    story.read(second, SOON)
    story.read(first, SOON)

    assert story.record() == [(16, DONE, 4)]
    assert story.history() == 2


def test_the_same_text_delivered_twice_by_the_carrier_is_one_reply(story: Story) -> None:
    for _ in range(2):
        with transaction(story.post.sessions) as session:
            twice = Incoming("SMsame", PATIENT_NUMBER, "+12075550100", "done 4")
            reply_id = inbox.receive_text(session, twice, SOON)
        assert reply_id is not None
        story.read(reply_id, SOON)

    with story.post.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Reply.id))) == 1
        answers = sa.select(sa.func.count(Message.id)).where(Message.reply_id == reply_id)
        assert session.scalar(answers) == 1
    assert story.history() == 1


def test_a_patient_who_sends_the_same_words_again_changes_nothing(story: Story) -> None:
    story.text("done 4")
    story.text("done 4", SOON + MINUTE)

    assert story.record() == [(16, DONE, 4)]
    assert story.history() == 1


def test_two_messages_in_a_row_make_one_report(story: Story) -> None:
    story.text("did them all")
    story.text("pain was a 3", SOON + MINUTE)

    assert story.record() == [(16, DONE, 3)]


def test_a_named_day_with_two_sessions_means_its_last(post: Post) -> None:
    with transaction(post.sessions) as session:
        times = (time(9), time(18))
        a_plan(session, a_patient(session, a_clinic(session)), times=times)
    story = Story.begin(post)
    story.tick(DUE)
    story.tick(DUE + timedelta(hours=9))
    story.tick(DUE + DAY)

    story.text("did it yesterday, pain 2", SOON + DAY)

    assert [outcome for outcome, _, _ in by_routine(story)] == [None, DONE, None]


def test_a_late_answer_keeps_to_its_own_session_once_a_new_one_has_come(story: Story) -> None:
    story.text("done 5")
    story.tick(DUE + DAY)

    story.text("done 2", SOON + DAY)

    assert story.record() == [(16, DONE, 5), (17, DONE, 2)]


# Whom, and until when


def test_the_letter_means_whom_it_stood_for_when_we_asked(post: Post) -> None:
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        ana, carl = (
            a_patient(session, clinic, first_name=first, last_name=last)
            for first, last in (("Ana", "Morales"), ("Carl", "Dunn"))
        )
        for patient in (ana, carl):
            a_plan(session, patient)
        anas = ana.id
    story = Story.begin(post)
    story.tick(DUE)
    story.text("done 3")
    with transaction(post.sessions) as session:
        sitting = session.scalars(sa.select(Occurrence).filter_by(patient_id=anas)).one()
        session.add(
            LogEntry(
                clinic_id=sitting.clinic_id,
                patient_id=anas,
                occurrence_id=sitting.id,
                day=sitting.day,
                outcome=DONE,
                pain=1,
                source=EntrySource.PAGE,
                at=SOON + MINUTE,
            )
        )

    story.text("A", SOON + 2 * MINUTE)

    with post.sessions() as session:
        assert set(session.scalars(sa.select(LogEntry.patient_id))) == {anas}


def test_later_is_kept_though_the_plan_has_changed_since_the_reminder(story: Story) -> None:
    with transaction(story.post.sessions) as session:
        plan = session.scalars(sa.select(Plan)).one()
        rows = plan.versions[-1].prescriptions
        draft = PlanDraft(
            tuple(PrescriptionDraft(row.exercise_id, Dose(sets=2, reps=8)) for row in rows),
            (RoutineDraft(times=(time(9),), starts=START),),
        )
        write_version(plan, draft, by=None, now=SOON)

    answer = story.text("later at 6pm", SOON + MINUTE)
    story.tick(DUE + timedelta(hours=9))

    assert "again at 6:00 pm" in answer
    with story.post.sessions() as session:
        later = session.scalars(sa.select(Message).filter_by(kind=Kind.LATER)).one()
        assert (later.state, later.reason) == (State.SENT, "")


@pytest.mark.parametrize(
    ("pain", "stands"),
    [(4, [(None, 4, None), (None, 4, None)]), (None, [(None, None, None), (None, None, None)])],
    ids=["with pain", "without"],
)
def test_on_the_page_only_what_is_new_in_the_plan_says_nothing_of_either_routine(
    both: Story, pain: int | None, stands: list[tuple[Outcome | None, int | None, int | None]]
) -> None:
    with transaction(both.post.sessions) as session:
        plan = session.scalars(sa.select(Plan)).one()
        rows = [row.exercise_id for row in plan.versions[-1].prescriptions]
        new = Exercise(clinic_id=plan.clinic_id, key="heel-raise")
        session.add(new)
        session.flush()
        draft = PlanDraft(
            tuple(PrescriptionDraft(one, Dose(sets=3, reps=10)) for one in (*rows, new.id)),
            (RoutineDraft(times=(time(9),), starts=START),),
        )
        write_version(plan, draft, by=None, now=SOON)
        link = session.scalars(sa.select(Link)).first()
        assert link is not None
        form = PageForm(done=(5,), not_done=(1, 2, 3, 4), pain=pain)
        reply_id = inbox.receive_page(session, link, form, "form", SOON)

    both.read(reply_id, SOON)

    assert by_routine(both) == stands
    assert both.last_reply().fate is Fate.LOGGED
