"""Fewer reminders as the habit forms, a crowd spread out, one more when asked for, poison rows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, a_crowd, change, messages, run, sittings, with_routines
from story import Story

from reminders import outbox
from reminders.core.dose import Dose
from reminders.core.fading import Fading, Pace
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import State
from reminders.store.db import Sessions, transaction
from reminders.store.plans import PlanDraft, PrescriptionDraft, RoutineDraft, plan_of, write_version

TODAY = date(2026, 3, 16)
NINE = datetime(2026, 3, 16, 13, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(sessions: Sessions) -> int:
    """Ana, who is asked once more after three hours."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), nudge_hours=3)
        a_plan(session, patient)
        return patient.id


# Fewer


def test_as_the_habit_forms_reminders_thin_out_and_every_sitting_still_counts(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    fading = Fading(Pace.EVERY_OTHER, TODAY)
    with_routines(sessions, ana, RoutineDraft((time(9),), starts=TODAY, fading=fading))

    for days in range(4):
        run(post, DUE + days * DAY)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 2
    assert [(one.message_id is not None, one.excuse) for one in sittings(sessions)] == [
        (True, None), (False, None), (True, None), (False, None),
    ]  # fmt: skip
    nudged = [row.due_at.day for row in messages(sessions) if row.kind is Kind.NUDGE]
    assert nudged == [16, 18]


def test_an_answer_without_a_reminder_finds_its_sitting(
    ana: int, sessions: Sessions, post: Post
) -> None:
    fading = Fading(Pace.WEEKLY, TODAY)
    with_routines(sessions, ana, RoutineDraft((time(9),), starts=TODAY, fading=fading))
    story = Story.begin(post)
    for days in range(2):
        run(post, DUE + days * DAY)

    story.text("done 2", DUE + DAY + HOUR)

    assert [day for day, *_ in story.record()] == [17]


def test_a_faded_routine_joins_the_text_of_another_at_the_same_moment(
    ana: int, sessions: Sessions, post: Post
) -> None:
    thin = RoutineDraft((time(9),), starts=TODAY, positions=(1,), fading=Fading(Pace.WEEKLY, TODAY))
    with_routines(sessions, ana, thin, RoutineDraft((time(9),), starts=TODAY, positions=(2,)))

    for days in range(2):
        run(post, DUE + days * DAY)

    by_day = [(one.day.day, one.message_id) for one in sittings(sessions)]
    assert by_day[2][1] == by_day[3][1] is not None


# Spread


def test_a_crowd_due_at_one_moment_becomes_ready_over_the_spread(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 60)

    outbox.plan(sessions, DUE, spread=timedelta(minutes=2))

    places = [(row.ready_at - row.due_at).total_seconds() for row in messages(sessions)]
    assert min(places) >= 0
    assert max(places) < 120
    assert len(set(places)) == 60


def test_each_patient_keeps_their_place_every_day(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 5)

    for days in range(2):
        outbox.plan(sessions, DUE + days * DAY, spread=timedelta(minutes=2))

    rows = messages(sessions)
    places = [
        {row.patient_id: row.ready_at - row.due_at for row in rows[n : n + 5]} for n in (0, 5)
    ]
    assert places[0] == places[1]


def test_whoever_is_due_at_the_last_call_still_leaves_inside_the_window(
    sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        for patient in a_crowd(session, 30):
            plan = plan_of(session, patient)
            draft = PlanDraft(
                (PrescriptionDraft(plan.versions[0].prescriptions[0].exercise_id, Dose(sets=1)),),
                (RoutineDraft((time(23),), starts=TODAY),),
            )
            write_version(plan, draft, by=None, now=NOW)
    closes = NINE + 11 * HOUR

    outbox.plan(sessions, closes, spread=timedelta(hours=1))

    ready = [row.ready_at for row in messages(sessions)]
    assert max(ready) <= closes - timedelta(minutes=1)


def test_what_waits_in_the_spread_leaves_when_its_place_has_come(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 4)
    outbox.plan(sessions, DUE, spread=timedelta(minutes=2))
    [last] = [max(row.ready_at for row in messages(sessions))]

    outbox.send_due(post, last - timedelta(seconds=1))
    before = sum(row.state is State.SENT for row in messages(sessions))
    outbox.send_due(post, last)

    assert before == 3
    assert {row.state for row in messages(sessions)} == {State.SENT}


# Later


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("later", None),
        ("in 2 hours", 2 * HOUR),
        ("at 3pm", timedelta(hours=5, minutes=40)),
        ("at 11pm", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_later_brings_one_more_reminder_at_that_time_and_never_outside_the_window(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox, words: str, at: timedelta | None
) -> None:
    change(sessions, ana, nudge_hours=None)
    story = Story.begin(post)
    run(post, DUE)

    said = DUE + timedelta(minutes=19)
    story.text(words, said)
    for minutes in range(0, 15 * 60, 20):
        run(post, said + timedelta(minutes=minutes))

    rows = [row for row in messages(sessions) if row.kind is Kind.LATER]
    assert [row.due_at - said for row in rows] == ([at] if at is not None else [])
    assert {row.state for row in rows} <= {State.SENT}


# Poison


def test_a_routine_whose_patient_is_gone_holds_up_nobody(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        gone, there = a_crowd(session, 2)
        left, kept = gone.id, there.id
    orphan(sessions, left)

    written = outbox.plan(sessions, DUE) + outbox.plan(sessions, DUE)

    assert written == 1
    assert [one.patient_id for one in sittings(sessions)] == [kept]


def orphan(sessions: Sessions, patient: int) -> None:
    """As a hand in the database leaves it: the routine there, its patient not."""
    with sessions.kw["bind"].connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"DELETE FROM consent WHERE patient_id = {patient}")
        connection.exec_driver_sql(f"DELETE FROM patient WHERE id = {patient}")
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
        else:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")
        connection.commit()


def test_a_plan_that_cannot_be_scheduled_is_told_to_the_clinic_once(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        for patient in a_crowd(session, 3)[:2]:
            patient.zone = "Nowhere/Atlantis"

    assert outbox.plan(sessions, DUE) == 1

    with sessions() as session:
        alerts = session.execute(sa.text("SELECT kind, patient_id FROM alert")).all()
    assert [tuple(alert) for alert in alerts] == [("not_delivered", None)]
    assert [row.kind for row in messages(sessions)] == [Kind.REMINDER]
    with sessions() as session:
        faults = session.scalars(sa.text("SELECT fault FROM routine ORDER BY id")).all()
    assert [bool(fault) for fault in faults] == [True, True, False]
