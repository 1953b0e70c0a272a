"""What needs a person: alerts open, escalate and close."""

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from story import DUE, SOON, Story

from reminders import watch
from reminders.core.gate import Kind
from reminders.core.triage import AlertKind
from reminders.outbox import Post
from reminders.store.conversation import Message
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic
from reminders.store.record import Alert

DAY = timedelta(days=1)


@pytest.fixture
def story(post: Post) -> Story:
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        a_plan(session, a_patient(session, clinic))
    story = Story.begin(post)
    story.tick(DUE)
    return story


def told(sessions: Sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(sa.select(Message).where(Message.kind == Kind.STAFF))
        return sorted(f"{row.recipient} {row.medium}" for row in rows)


def open_kinds(sessions: Sessions) -> set[AlertKind]:
    with sessions() as session:
        return set(session.scalars(sa.select(Alert.kind).where(Alert.resolved_at.is_(None))))


def test_nobody_took_it_so_the_next_person_is_told_after_fifteen_minutes(story: Story) -> None:
    sessions = story.post.sessions
    story.text("I have chest pain")
    first = told(sessions)

    watch.escalate(sessions, SOON + timedelta(minutes=14))
    too_early = told(sessions)
    watch.escalate(sessions, SOON + timedelta(minutes=15))
    watch.escalate(sessions, SOON + timedelta(minutes=16))

    assert {line.split()[0] for line in first} == {"s1"}
    assert too_early == first
    assert {line.split()[0] for line in told(sessions)} == {"s1", "s2"}
    assert len(told(sessions)) == len(first) + 4


def test_somebody_has_it_so_nobody_else_is_woken_until_the_next_day(story: Story) -> None:
    sessions = story.post.sessions
    story.text("I have chest pain")
    with transaction(sessions) as session:
        session.scalars(sa.select(Alert)).one().acknowledge(1, SOON)

    assert watch.escalate(sessions, SOON + timedelta(minutes=20)) == 0
    assert watch.escalate(sessions, SOON + DAY) == 1
    with transaction(sessions) as session:
        session.scalars(sa.select(Alert)).one().resolve(1, SOON + DAY)
    assert watch.escalate(sessions, SOON + 3 * DAY) == 0


def test_three_silent_sessions_open_an_alert_and_an_answer_closes_it(story: Story) -> None:
    sessions = story.post.sessions
    for days in range(1, 4):
        story.tick(DUE + days * DAY)
    watch.review_all(sessions, DUE + 3 * DAY + timedelta(hours=20))
    silent = open_kinds(sessions)

    story.text("done 2", SOON + 3 * DAY + timedelta(hours=20))
    watch.review_all(sessions, SOON + 3 * DAY + timedelta(hours=21))

    assert silent == {AlertKind.SILENT}
    assert AlertKind.SILENT not in open_kinds(sessions)


def test_high_pain_opens_an_alert_and_reviewing_twice_opens_one(story: Story) -> None:
    story.text("done 8")

    watch.review_all(story.post.sessions, SOON)
    watch.review_all(story.post.sessions, SOON)

    with story.post.sessions() as session:
        kinds = session.scalars(sa.select(Alert.kind)).all()
    assert kinds == [AlertKind.PAIN_UP]


class Door:
    """Somebody who wants to write down a reply whenever a patient is looked at."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.waited: list[bool] = []

    def knock(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("SELECT occurrence.patient_id"):
            return
        writer = sqlite3.connect(str(self.engine.url.database), timeout=0)
        try:
            writer.execute("BEGIN IMMEDIATE")
            self.waited.append(False)
        except sqlite3.OperationalError:
            self.waited.append(True)
        finally:
            writer.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_reply_waits_for_one_patient_who_changes_and_for_no_other(
    story: Story, engine: sa.Engine
) -> None:
    """On SQLite who holds the write lock closes the provider's door."""
    with transaction(story.post.sessions) as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        for number in range(3):
            a_plan(session, a_patient(session, clinic, phone=f"+1207555012{number}"))
    story.text("done 8")
    door = Door(engine)
    sa.event.listen(engine, "after_cursor_execute", door.knock)

    watch.review_all(story.post.sessions, SOON)

    sa.event.remove(engine, "after_cursor_execute", door.knock)
    assert open_kinds(story.post.sessions) == {AlertKind.PAIN_UP}
    assert door.waited == [False, False, False, False, True]


def test_what_a_person_must_close_stays_open_however_often_it_is_reviewed(story: Story) -> None:
    story.text("may I swim?")

    watch.review_all(story.post.sessions, NOW + 5 * DAY)

    assert AlertKind.MESSAGE in open_kinds(story.post.sessions)


def test_a_finding_that_was_put_away_comes_back_only_when_it_says_something_new(
    story: Story,
) -> None:
    sessions = story.post.sessions
    story.text("done 8")
    watch.review_all(sessions, SOON)
    with transaction(sessions) as session:
        session.scalars(sa.select(Alert)).one().resolve(1, SOON)

    watch.review_all(sessions, SOON)
    same = open_kinds(sessions)
    story.tick(DUE + DAY)
    story.text("done 9", SOON + DAY)
    watch.review_all(sessions, SOON + DAY)

    assert same == set()
    assert open_kinds(sessions) == {AlertKind.PAIN_UP}
