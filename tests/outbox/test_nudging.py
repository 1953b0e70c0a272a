"""One more message, after hours in which nothing was logged, and never more than that."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from river import DUE, change, messages, run, sittings, with_routines
from story import Story

from reminders import outbox
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind, Reason
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Link, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Medium
from reminders.store.plans import RoutineDraft
from reminders.store.record import EntrySource, LogEntry

TODAY = date(2026, 3, 16)
NINE = datetime(2026, 3, 16, 13, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MAIL = "ana@example.org"


@pytest.fixture
def ana(sessions: Sessions) -> int:
    """Ana, who is asked once more after three hours."""
    with transaction(sessions) as session:
        patient = a_patient(session, a_clinic(session), nudge_hours=3)
        a_plan(session, patient)
        return patient.id


def kinds(sessions: Sessions) -> list[tuple[Kind, State, str]]:
    return [(row.kind, row.state, row.reason) for row in messages(sessions)]


# Once more


def test_who_said_nothing_is_asked_once_more_after_the_set_hours(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    run(post, DUE)
    run(post, NINE + 3 * HOUR - timedelta(minutes=1))
    before = len(sandbox.texts(PATIENT_NUMBER))

    for minutes in (0, 5, 60):
        run(post, NINE + 3 * HOUR + timedelta(minutes=minutes))

    assert before == 1
    assert "still time" in sandbox.texts(PATIENT_NUMBER)[1].body
    assert len(sandbox.texts(PATIENT_NUMBER)) == 2
    assert kinds(sessions)[1] == (Kind.NUDGE, State.SENT, "")


def test_who_has_reported_is_not_asked_again(ana: int, sessions: Sessions, post: Post) -> None:
    story = Story.begin(post)
    run(post, DUE)
    story.text("done 2", DUE + HOUR)

    run(post, NINE + 3 * HOUR)

    nudge = next(row for row in kinds(sessions) if row[0] is Kind.NUDGE)
    assert nudge == (Kind.NUDGE, State.WITHDRAWN, Reason.LOGGED)


def test_it_is_off_until_somebody_sets_it(ana: int, sessions: Sessions, post: Post) -> None:
    change(sessions, ana, nudge_hours=None)

    run(post, DUE)

    assert [kind for kind, *_ in kinds(sessions)] == [Kind.REMINDER]


def test_it_may_come_by_the_other_channel(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    change(sessions, ana, nudge_medium=Medium.EMAIL)

    run(post, DUE)
    run(post, NINE + 3 * HOUR)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    [mail] = sandbox.mails(MAIL)
    assert "there is still time for your exercises" in mail.text


def test_without_a_yes_to_the_other_channel_nothing_goes_there(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    change(sessions, ana, nudge_medium=Medium.EMAIL, email="new@example.org")

    run(post, DUE)
    run(post, NINE + 3 * HOUR)

    assert sandbox.mails("new@example.org") == ()
    assert kinds(sessions)[1] == (Kind.NUDGE, State.WITHHELD, Reason.NO_CONSENT)


@pytest.mark.parametrize(
    ("wall", "hours", "written"),
    [(time(9), 10, True), (time(9), 11, False), (time(18), 3, False), (time(18), 1, True)],
    ids=str,
)
def test_it_is_never_written_for_after_the_window(
    ana: int, sessions: Sessions, wall: time, hours: int, *, written: bool
) -> None:
    with_routines(sessions, ana, RoutineDraft((wall,), starts=TODAY))
    change(sessions, ana, nudge_hours=hours)

    outbox.plan(sessions, NINE + 12 * HOUR - timedelta(hours=12 - wall.hour + 9))

    assert [row.kind for row in messages(sessions)].count(Kind.NUDGE) == written


def test_after_a_stop_no_nudge_takes_over_by_the_other_channel(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    change(sessions, ana, nudge_medium=Medium.EMAIL)
    Story.begin(post).text("STOP", DUE - HOUR)

    run(post, DUE)
    run(post, NINE + 3 * HOUR)

    assert sandbox.mails(MAIL) == ()
    assert kinds(sessions)[-2:] == [
        (Kind.REMINDER, State.WITHHELD, Reason.SUPPRESSED),
        (Kind.NUDGE, State.WITHDRAWN, Reason.NOT_REMINDED),
    ]


def test_two_routines_of_one_moment_are_asked_about_once(
    ana: int, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    both = (RoutineDraft((time(9),), starts=TODAY, positions=(place,)) for place in (1, 2))
    with_routines(sessions, ana, *both)

    run(post, DUE)
    run(post, NINE + 3 * HOUR)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 2


def test_of_two_routines_the_one_that_is_not_reported_is_still_asked_about(
    ana: int, sessions: Sessions, post: Post
) -> None:
    both = (RoutineDraft((time(9),), starts=TODAY, positions=(place,)) for place in (1, 2))
    with_routines(sessions, ana, *both)
    run(post, DUE)
    with transaction(sessions) as session:
        first = sittings(sessions)[0]
        session.add(
            LogEntry(
                clinic_id=first.clinic_id,
                patient_id=ana,
                occurrence_id=first.id,
                day=first.day,
                outcome=Outcome.DONE,
                source=EntrySource.STAFF,
                at=DUE,
            )
        )

    run(post, NINE + 3 * HOUR)

    assert kinds(sessions)[1] == (Kind.NUDGE, State.SENT, "")
    with sessions() as session:
        links = session.scalars(sa.select(Link).order_by(Link.id)).all()
    assert links[1].occurrence_ids == [one.id for one in sittings(sessions)]


def test_after_downtime_nobody_is_nudged_late(ana: int, sessions: Sessions, post: Post) -> None:
    run(post, DUE + 28 * HOUR)

    assert Kind.NUDGE not in {kind for kind, *_ in kinds(sessions)}


def test_a_change_of_plan_takes_the_nudge_back_as_well(ana: int, sessions: Sessions) -> None:
    outbox.plan(sessions, DUE)

    with transaction(sessions) as session:
        withdrawn = outbox.withdraw_unsent(session, ana, Reason.PLAN_CHANGED)

    assert withdrawn == 2


def test_nudges_count_among_the_messages_of_the_day(
    ana: int, sessions: Sessions, post: Post
) -> None:
    narrow = Post(
        sessions,
        post.settings.model_copy(update={"extra_reminders_a_day": 0}),
        post.texts,
        post.mails,
    )
    run(narrow, DUE)

    run(narrow, NINE + 3 * HOUR)

    assert kinds(sessions)[1] == (Kind.NUDGE, State.WITHHELD, Reason.CAP)
