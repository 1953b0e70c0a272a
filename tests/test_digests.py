"""Does each working morning say how many need somebody, once and to whom it concerns?"""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_therapist, an_alert

from reminders import outbox, watch
from reminders.core.triage import AlertKind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic

MONDAY = datetime(2026, 3, 16, 12, 5, tzinfo=UTC)  # 08:05 in New York
DAY = timedelta(days=1)


@pytest.fixture
def morning(sessions: Sessions) -> Sessions:
    """Lena has two patients who need her, Noah none; Ada, the admin, looks after everyone."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff)).one()
        noah = a_therapist(session, clinic, "Noah Kim", "noah@maplept.example")
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        for phone in ("+12075550141", "+12075550142"):
            ana = a_patient(session, clinic, phone=phone, therapist_id=lena.id)
            an_alert(session, ana, kind=AlertKind.SILENT, opened_at=MONDAY - DAY)
        a_patient(session, clinic, phone="+12075550143", therapist_id=noah.id)
    return sessions


def mails(sessions: Sessions) -> dict[str, str]:
    with sessions() as session:
        return {str(one.address): one.filling or "" for one in session.scalars(sa.select(Message))}


def test_everybody_hears_how_many_and_who_needs_nobody_hears_nothing(morning: Sessions) -> None:
    assert watch.send_digests(morning, MONDAY) == 2
    assert watch.send_digests(morning, MONDAY + timedelta(minutes=10)) == 0

    assert mails(morning) == {
        "lena@maplept.example": '{"count": 2}',
        "ada@maplept.example": '{"count": 2}',
    }


def test_the_mail_holds_the_count_and_nothing_of_whom(
    morning: Sessions, post: Post, sandbox: Sandbox
) -> None:
    watch.send_digests(morning, MONDAY)

    outbox.send_due(post, MONDAY)

    [mail] = sandbox.mails("lena@maplept.example")
    assert "Patients who need you today: 2." in mail.text
    assert "Ana" not in mail.text + mail.subject


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(MONDAY - timedelta(minutes=10), id="before the clinic opens"),
        pytest.param(MONDAY + timedelta(hours=2), id="the morning is over"),
        pytest.param(MONDAY - DAY, id="Sunday"),
        pytest.param(MONDAY + DAY, id="a closed day"),
    ],
)
def test_no_mail_comes_at_another_time(morning: Sessions, moment: datetime) -> None:
    with morning.begin() as session:
        session.scalars(sa.select(Clinic)).one().closed_days = ["2026-03-17"]

    assert watch.send_digests(morning, moment) == 0


def test_who_wants_none_gets_none(morning: Sessions) -> None:
    with morning.begin() as session:
        lena = session.scalars(sa.select(Staff).order_by(Staff.id)).first()
        assert lena is not None
        lena.morning_mail = False

    watch.send_digests(morning, MONDAY)

    assert list(mails(morning)) == ["ada@maplept.example"]


def test_the_next_morning_says_it_again(morning: Sessions) -> None:
    watch.send_digests(morning, MONDAY)

    assert watch.send_digests(morning, MONDAY + DAY) == 2
