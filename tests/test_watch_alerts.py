"""Are alerts quiet, timely and never without an owner?"""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_sitting, a_therapist, an_alert
from story import DUE, SOON, Story

from reminders import watch
from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind, Urgency
from reminders.outbox import Post
from reminders.store.accounts import Staff
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic, Patient
from reminders.store.plans import Plan
from reminders.store.record import Alert, Call
from reminders.store.thresholds import OwnThresholds

DAY = timedelta(days=1)


@pytest.fixture
def ana(sessions: Sessions) -> int:
    """Ana of Lena, with a plan; Jonas is there too."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        patient = a_patient(session, clinic)
        a_plan(session, patient)
        return patient.id


def sits(sessions: Sessions, letters: str, pain: int | None = None) -> None:
    """One session a day, the last one yesterday: d is done, anything else no word."""
    with sessions.begin() as session:
        plan = session.query(Plan).one()
        for n, letter in enumerate(reversed(letters), 1):
            outcome = Outcome.DONE if letter == "d" else None
            a_sitting(session, plan, NOW - n * DAY, outcome, pain if letter == "d" else None)


def open_alerts(sessions: Sessions) -> list[Alert]:
    with sessions() as session:
        query = sa.select(Alert).where(Alert.resolved_at.is_(None)).order_by(Alert.id)
        return list(session.scalars(query))


def closes(sessions: Sessions, now: datetime) -> None:
    """A person puts away all that is open."""
    with transaction(sessions) as session:
        for alert in session.scalars(sa.select(Alert).where(Alert.resolved_at.is_(None))):
            alert.resolve(1, now)


def test_silence_that_was_put_away_rests_although_its_figures_move(
    sessions: Sessions, ana: int
) -> None:
    sits(sessions, "d---")
    watch.review_all(sessions, NOW)
    [first] = open_alerts(sessions)
    closes(sessions, NOW)
    with sessions.begin() as session:
        a_sitting(session, session.query(Plan).one(), NOW)

    watch.review_all(sessions, NOW + 1 * DAY)
    next_day = open_alerts(sessions)
    watch.review_all(sessions, NOW + 4 * DAY)

    [again] = open_alerts(sessions)
    assert first.kind is AlertKind.SILENT
    assert next_day == []
    assert (again.kind, again.sentence == first.sentence) == (AlertKind.SILENT, False)


def test_who_was_spoken_to_is_silent_no_more(sessions: Sessions, ana: int) -> None:
    sits(sessions, "d---")
    watch.review_all(sessions, NOW)
    spoken = {"clinic_id": 1, "patient_id": ana, "by_id": 1, "at": NOW}

    with sessions.begin() as session:
        session.add(Call(**spoken, reached=False))
    watch.review_all(sessions, NOW)
    not_reached = open_alerts(sessions)
    with sessions.begin() as session:
        session.add(Call(**spoken, reached=True))
    watch.review_all(sessions, NOW)

    assert AlertKind.SILENT in {alert.kind for alert in not_reached}
    assert AlertKind.SILENT not in {alert.kind for alert in open_alerts(sessions)}


def test_praise_given_once_is_not_asked_for_again_the_next_day(
    sessions: Sessions, ana: int
) -> None:
    sits(sessions, "d" * 15)
    watch.review_all(sessions, NOW)
    [first] = open_alerts(sessions)
    closes(sessions, NOW)
    with sessions.begin() as session:
        a_sitting(session, session.query(Plan).one(), NOW, Outcome.DONE)

    watch.review_all(sessions, NOW + 1 * DAY)

    assert first.kind is AlertKind.DOING_WELL
    assert open_alerts(sessions) == []


def test_new_high_pain_comes_back_however_soon(sessions: Sessions, ana: int) -> None:
    sits(sessions, "d", pain=8)
    watch.review_all(sessions, NOW)
    closes(sessions, NOW)
    with sessions.begin() as session:
        a_sitting(session, session.query(Plan).one(), NOW, Outcome.DONE, 9)

    watch.review_all(sessions, NOW + timedelta(hours=2))

    assert [alert.kind for alert in open_alerts(sessions)] == [AlertKind.PAIN_UP]


def test_a_clinic_and_a_patient_are_judged_by_their_own_thresholds(
    sessions: Sessions, ana: int
) -> None:
    sits(sessions, "d", pain=6)
    with sessions.begin() as session:
        session.add(OwnThresholds(clinic_id=1, pain_high=6))
    watch.review_all(sessions, NOW)
    by_the_clinics = open_alerts(sessions)
    with sessions.begin() as session:
        session.add(OwnThresholds(clinic_id=1, patient_id=ana, pain_high=8))

    watch.review_all(sessions, NOW)

    assert [alert.kind for alert in by_the_clinics] == [AlertKind.PAIN_UP]
    assert open_alerts(sessions) == []


# NOW is a Monday morning.
@pytest.mark.parametrize(
    ("weekdays", "closed", "on_time", "late"),
    [
        ([0, 1, 2, 3, 4], [], 1.9, 2.0),
        ([0, 1, 2, 3, 4], ["2026-03-17"], 2.9, 3.0),
        ([0, 3], [], 6.9, 7.0),
    ],
    ids=["two working days", "a closed day between", "open on Mondays and Thursdays"],
)
def test_what_nobody_takes_goes_to_everyone_after_working_days(
    sessions: Sessions,
    ana: int,
    weekdays: list[int],
    closed: list[str],
    on_time: float,
    late: float,
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, 1)
        clinic.weekdays, clinic.closed_days = weekdays, closed
        an_alert(session, session.get_one(Patient, ana), AlertKind.MESSAGE, opened_at=NOW)

    watch.review_all(sessions, NOW + on_time * DAY)
    [before] = open_alerts(sessions)
    watch.review_all(sessions, NOW + late * DAY)

    [after] = open_alerts(sessions)
    assert before.escalated_at is None
    assert after.escalated_at == NOW + late * DAY
    assert after.owner_id == before.owner_id


def test_what_is_in_hand_or_can_wait_goes_to_nobody_else(sessions: Sessions, ana: int) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        an_alert(session, patient, AlertKind.MESSAGE).acknowledge(1, NOW)
        an_alert(session, patient, AlertKind.UNCLEAR).snooze(NOW + 4 * DAY)
        an_alert(session, patient, AlertKind.HOLD, Urgency.WHEN_YOU_CAN)

    watch.review_all(sessions, NOW + 4 * DAY)

    assert [alert.escalated_at for alert in open_alerts(sessions)] == [None, None, None]


def test_a_message_says_how_long_it_has_waited(post: Post) -> None:
    with transaction(post.sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    story = Story.begin(post)
    story.text("may I swim?")

    watch.review_all(post.sessions, SOON + timedelta(hours=3))
    [at_first] = open_alerts(post.sessions)
    watch.review_all(post.sessions, SOON + 1 * DAY)

    [later] = open_alerts(post.sessions)
    assert "waited" not in at_first.sentence
    assert later.sentence == "A message has waited 1 working day."


WORDS = ("done 8", "may I swim?", "I have chest pain")


def test_no_alert_is_ever_without_an_owner_who_is_there(post: Post) -> None:
    sessions = post.sessions
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        a_plan(session, a_patient(session, clinic, therapist_id=None))
        lena, jonas_id = clinic.safety_contact_id, jonas.id
    story = Story.begin(post)
    story.tick(DUE)
    for n, words in enumerate(WORDS):
        story.text(words, SOON + n * timedelta(minutes=1))
    story.text("who is this?", SOON + timedelta(minutes=9), sender="+12075550177")
    at_once = {alert.owner_id for alert in open_alerts(sessions)}
    watch.review_all(sessions, SOON + timedelta(hours=1))
    found = open_alerts(sessions)
    with transaction(sessions) as session:
        session.get_one(Staff, lena).active = False

    watch.review_all(sessions, SOON + timedelta(hours=2))

    assert at_once == {lena}
    kinds = {alert.kind for alert in found}
    assert kinds >= {AlertKind.SAFETY, AlertKind.MESSAGE, AlertKind.PAIN_UP}
    assert {alert.owner_id for alert in found} == {lena}
    assert {alert.owner_id for alert in open_alerts(sessions)} == {jonas_id}
    assert len(open_alerts(sessions)) == len(found)
