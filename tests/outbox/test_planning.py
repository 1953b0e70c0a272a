"""What has become due: once, whole, and at the patient's own wall time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, a_crowd, claim_next, copies, message, messages, sittings

from reminders import outbox
from reminders.core.adherence import Excuse
from reminders.core.dose import Dose
from reminders.core.gate import Reason
from reminders.outbox import Post
from reminders.sandbox import Behaviour, Create, Sandbox
from reminders.store.conversation import Link, Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium, Patient
from reminders.store.plans import (
    PlanDraft,
    PrescriptionDraft,
    Routine,
    RoutineDraft,
    plan_of,
    write_version,
)
from reminders.store.record import Occurrence

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


@pytest.fixture
def patient(sessions: Sessions) -> int:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient)
        return patient.id


def with_times(sessions: Sessions, patient: int, *times: time, now: datetime = NOW) -> None:
    """A therapist changes the times of the one routine, which keeps its key."""
    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        plan = plan_of(session, person)
        key = plan.versions[-1].routines[0].routine_key
        exercise = plan.versions[-1].prescriptions[0].exercise_id
        routine = RoutineDraft(times, starts=date(2026, 3, 1), routine_key=key)
        draft = PlanDraft((PrescriptionDraft(exercise, Dose(sets=3, reps=10)),), (routine,))
        write_version(plan, draft, by=None, now=now)
        outbox.withdraw_unsent(session, patient, Reason.PLAN_CHANGED)


def run(post: Post, at: datetime) -> None:
    outbox.plan(post.sessions, at)
    outbox.send_due(post, at)


def test_two_routines_due_together_share_one_text_whose_link_opens_both(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        plan = a_plan(session, patient)
        exercise = plan.versions[0].prescriptions[0].exercise_id
        both = tuple(RoutineDraft((time(9),), starts=TODAY, positions=(place,)) for place in (1, 2))
        lines = tuple(PrescriptionDraft(exercise, Dose(sets=3, reps=10)) for _ in both)
        write_version(plan, PlanDraft(lines, both), by=None, now=NOW)

    run(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    assert {one.message_id for one in sittings(sessions)} == {message(sessions).id}
    with sessions() as session:
        link = session.scalars(sa.select(Link)).one()
    assert sorted(link.occurrence_ids) == [one.id for one in sittings(sessions)]


def test_a_crowd_due_at_one_moment_is_planned_whole(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_crowd(session, 12)

    assert [outbox.plan(sessions, DUE) for _ in range(2)] == [12, 0]

    assert len({one.message_id for one in sittings(sessions)}) == 12


def test_31_days_of_downtime_leave_a_row_a_day_and_no_more(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    back = DUE + 40 * DAY

    run(post, back)

    rows = sittings(sessions)
    assert [one.day for one in rows] == [back.date() - n * DAY for n in range(30, -1, -1)]
    assert [one.excuse for one in rows[:-1]] == [Excuse.MISSED] * 30
    assert rows[-1].excuse is None
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


def test_after_downtime_only_the_newest_of_a_patients_reminders_leaves_late(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with_times(sessions, patient, time(9), time(9, 40), time(10, 20))

    run(post, DUE + timedelta(minutes=95))

    assert [row.state for row in messages(sessions)] == [State.MISSED, State.MISSED, State.SENT]
    assert messages(sessions)[0].reason == Reason.LATE
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


def test_two_reminders_a_minute_apart_both_leave_when_they_are_on_time(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with_times(sessions, patient, time(9), time(9, 1))

    run(post, DUE + timedelta(minutes=1))

    assert len(sandbox.texts(PATIENT_NUMBER)) == 2


def test_days_of_a_pause_inside_the_downtime_are_excused_as_paused(
    patient: int, sessions: Sessions, post: Post
) -> None:
    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        person.pause(TODAY + DAY, TODAY + 2 * DAY, by="patient")
        outbox.replan(session, person, NOW)

    run(post, DUE + 4 * DAY)

    assert [one.excuse for one in sittings(sessions)] == [
        Excuse.MISSED, Excuse.PAUSED, Excuse.PAUSED, Excuse.MISSED, None,
    ]  # fmt: skip
    paused = [one.message_id for one in sittings(sessions) if one.excuse is Excuse.PAUSED]
    assert paused == [None, None]


def test_what_fell_due_before_a_pause_was_entered_still_leaves_a_row(
    patient: int, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        person.pause(TODAY, None, by="staff:1")
        outbox.replan(session, person, DUE)

    outbox.plan(sessions, DUE)

    assert [one.excuse for one in sittings(sessions)] == [Excuse.PAUSED]


def test_a_new_time_after_todays_text_starts_tomorrow(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    run(post, DUE)
    with_times(sessions, patient, time(12), now=DUE + timedelta(hours=1))

    for hours in (4, 24 + 4):
        run(post, DUE + timedelta(hours=hours))

    assert [one.day for one in sittings(sessions)] == [TODAY, TODAY + DAY]
    assert len(sandbox.texts(PATIENT_NUMBER)) == 2


def test_another_number_of_times_a_day_never_repeats_one_that_was_said(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with_times(sessions, patient, time(9), time(18))
    run(post, DUE)
    with_times(sessions, patient, time(18), now=DUE)
    with_times(sessions, patient, time(8), time(9), time(18), now=DUE + timedelta(minutes=1))

    for hours in range(1, 14):
        run(post, DUE + timedelta(hours=hours))

    assert [one.due_at.hour for one in sittings(sessions)] == [13, 22]
    assert len(sandbox.texts(PATIENT_NUMBER)) == 2


def test_a_change_of_plan_takes_back_what_waits_and_the_new_time_holds(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))
    run(post, DUE)
    with_times(sessions, patient, time(15), now=DUE)

    run(post, DUE + timedelta(hours=1))
    run(post, DUE + timedelta(days=1, hours=7))

    assert [row.state for row in messages(sessions)] == [State.WITHDRAWN, State.SENT]
    assert sittings(sessions)[0].excuse is Excuse.WITHHELD
    assert len(sandbox.texts(PATIENT_NUMBER)) == 1


def test_a_text_in_flight_cannot_be_taken_back_and_says_that_it_was_sent(
    patient: int, sessions: Sessions, post: Post
) -> None:
    outbox.plan(sessions, DUE)
    claim_next(sessions, post)

    with transaction(sessions) as session:
        withdrawn = outbox.withdraw_unsent(session, patient, Reason.PLAN_CHANGED)

    assert (withdrawn, message(sessions).state) == (0, State.CLAIMED)
    assert sittings(sessions)[0].excuse is None


@pytest.mark.parametrize(
    ("reason", "excuse"),
    [
        (Reason.PLAN_CHANGED, Excuse.WITHHELD),
        (Reason.SAFETY, Excuse.SAFETY),
        (Reason.SUPPRESSED, Excuse.OPTED_OUT),
        (Reason.LOGGED, None),
    ],
    ids=str,
)
def test_a_sitting_whose_reminder_is_taken_back_says_why_and_counts_if_it_was_reported(
    patient: int, sessions: Sessions, reason: Reason, excuse: Excuse | None
) -> None:
    outbox.plan(sessions, DUE)

    with transaction(sessions) as session:
        outbox.withdraw_unsent(session, patient, reason)

    assert sittings(sessions)[0].excuse is excuse


def test_a_patient_who_moves_west_gets_no_second_text_today(
    patient: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    run(post, DUE)
    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        person.zone = "America/Los_Angeles"
        outbox.replan(session, person, DUE + timedelta(minutes=5))

    run(post, DUE + timedelta(hours=3))
    today = len(sandbox.texts(PATIENT_NUMBER))
    run(post, DUE + timedelta(hours=27))

    assert (today, len(sandbox.texts(PATIENT_NUMBER))) == (1, 2)
    assert sittings(sessions)[1].due_at == datetime(2026, 3, 17, 16, tzinfo=UTC)


def test_nine_oclock_stays_nine_oclock_when_the_clocks_change(
    sessions: Sessions, post: Post
) -> None:
    before = datetime(2026, 3, 6, 15, tzinfo=UTC)
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient, now=before)

    for days in range(1, 4):
        run(post, before + days * DAY)

    # The clocks went forward on Sunday the 8th.
    assert [one.due_at.hour for one in sittings(sessions)] == [14, 13, 13]


def test_a_discharged_patient_is_planned_no_more(patient: int, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.get_one(Patient, patient).discharge()

    assert outbox.plan(sessions, DUE) == 0

    with sessions() as session:
        assert session.scalars(sa.select(Routine.next_due_at)).one() is None


@pytest.mark.parametrize("times", [["25:00"], [None], ["nine"]], ids=str)
def test_a_routine_that_makes_no_sense_is_set_aside_and_shows_its_fault(
    sessions: Sessions, times: list[str]
) -> None:
    with transaction(sessions) as session:
        bad, good = a_crowd(session, 2)
        broken = session.scalars(sa.select(Routine).where(Routine.patient_id == bad.id)).one()
        broken.times = times

    assert outbox.plan(sessions, DUE) == 1

    assert [one.patient_id for one in sittings(sessions)] == [good.id]
    with sessions() as session:
        rows = session.execute(sa.select(Routine.patient_id, Routine.fault)).all()
        faults = {row.patient_id: row.fault for row in rows}
    assert faults[good.id] == ""
    assert faults[bad.id] != ""


def test_a_routine_whose_fault_is_mended_is_named_no_more(patient: int, sessions: Sessions) -> None:
    for times in (["25:00"], ["09:00"]):
        with transaction(sessions) as session:
            routine = session.scalars(sa.select(Routine)).one()
            routine.times = times
            routine.set_aside("ValueError")
            outbox.replan(session, session.get_one(Patient, patient), NOW)

        with sessions() as session:
            routine = session.scalars(sa.select(Routine)).one()
            assert (routine.fault == "", routine.next_due_at is None) == (
                (True, False) if times == ["09:00"] else (False, True)
            )


@pytest.mark.parametrize(
    ("first", "state"),
    [(TODAY, State.WITHDRAWN), (TODAY + 30 * DAY, State.DUE)],
    ids=["from today", "next month"],
)
def test_a_pause_takes_back_only_what_is_due_on_its_days(
    patient: int, sessions: Sessions, first: date, state: State
) -> None:
    outbox.plan(sessions, DUE)

    with transaction(sessions) as session:
        person = session.get_one(Patient, patient)
        person.pause(first, None, by="patient")
        outbox.repause(session, person, DUE)

    assert message(sessions).state is state
    excuse = Excuse.PAUSED if state is State.WITHDRAWN else None
    assert sittings(sessions)[0].excuse is excuse


def test_a_patient_whose_name_cannot_be_read_is_planned_all_the_same(
    patient: int, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        session.execute(sa.text("UPDATE patient SET last_name = first_name"))

    assert outbox.plan(sessions, DUE) == 1


def test_email_patients_and_texted_ones_each_get_their_own_medium(
    sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        crowd = a_crowd(session, 2, by_mail=True)
        crowd[1].medium = Medium.EMAIL

    run(post, DUE)

    assert copies(sandbox, 2) == [1, 0]
    assert len(sandbox.mails("p1@example.org")) == 1


def test_a_reminder_row_says_when_it_was_due_and_for_whom(patient: int, sessions: Sessions) -> None:
    outbox.plan(sessions, DUE)

    row = message(sessions)
    due_at = datetime(2026, 3, 16, 13, tzinfo=UTC)
    assert (row.recipient, row.key) == (f"p{patient}", "20260316T1300Z")
    assert (row.due_at, row.ready_at, row.created_at) == (due_at, due_at, DUE)
    with sessions() as session:
        one = session.scalars(sa.select(Occurrence)).one()
        assert session.get_one(Message, row.id).plan_version_id == one.plan_version_id
    assert (one.slot, one.day, one.due_at) == (0, TODAY, due_at)
    assert one.closes_at == datetime(2026, 3, 17, 7, tzinfo=UTC)
