"""Do a clinic's figures add up, and do they keep small groups to themselves?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_sitting, a_therapist
from desk_door import asked, sign_in
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reminders.core.adherence import Excuse, Outcome, TimeOfDay
from reminders.core.gate import Kind
from reminders.store.accounts import Staff
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Location, Medium, Patient
from reminders.store.plans import Plan
from reminders.store.queries.figures import told

PLACE = "/desk/clinic/figures"
MORNING = NOW - timedelta(days=3)  # half past eight in New York
EVENING = MORNING + timedelta(hours=10)


@pytest.fixture
def clinic_id(sessions: Sessions, client: FlaskClient) -> int:
    """A clinic with one location; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff).where(Staff.clinic_id == clinic.id)).one().id
        clinic_id = clinic.id
    sign_in(client, lena)
    return clinic_id


@contextmanager
def a_day(sessions: Sessions, clinic_id: int) -> Iterator[tuple[Session, Clinic]]:
    with sessions.begin() as session:
        yield session, session.get_one(Clinic, clinic_id)


def some(
    session: Session, clinic: Clinic, count: int, *, first: int = 0, **changes: object
) -> list[Plan]:
    """So many patients, each with a plan and a phone of their own."""
    numbers = (f"+1207556{n:04}" for n in range(first, first + count))
    return [
        a_plan(session, a_patient(session, clinic, phone=phone, email=None, **changes))
        for phone in numbers
    ]


def did(session: Session, plans: list[Plan], done: int, at: datetime = MORNING) -> None:
    """One session for each; so many of them say done, the others nothing."""
    for n, plan in enumerate(plans):
        a_sitting(session, plan, at, Outcome.DONE if n < done else None, slot=at.hour)


def a_site(session: Session, clinic: Clinic, name: str) -> int:
    site = Location(clinic_id=clinic.id, name=name)
    session.add(site)
    session.flush()
    return site.id


def test_done_and_reached_are_counted_by_location_and_therapist(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        here, there = a_site(session, clinic, "Harbour"), a_site(session, clinic, "Hill")
        sam = a_therapist(session, clinic, "Sam Hall", "sam@maplept.example").id
        did(session, some(session, clinic, 6, location_id=here), done=3)
        hill = some(session, clinic, 5, first=10, location_id=there, therapist_id=sam)
        did(session, hill, done=1)
        late = a_sitting(session, hill[0], EVENING, slot=EVENING.hour)
        late.exclude(Excuse.FAILED)

    page = client.get(PLACE).text

    assert "Harbour: 50 %" in page
    assert "<td>6</td><td>3 of 6, 50 %</td><td>6 of 6, 100 %</td>" in page
    assert "Sam Hall: 20 %" in page
    assert "<td>5</td><td>1 of 5, 20 %</td><td>5 of 6, 83 %</td>" in page
    assert "4 of 11, 36 % of the sessions done, by 11 patients" in page


def test_a_location_of_a_few_is_not_told_by_the_total(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        here, there = a_site(session, clinic, "Harbour"), a_site(session, clinic, "Hill")
        did(session, some(session, clinic, 6, location_id=here), done=3)
        did(session, some(session, clinic, 4, first=10, location_id=there), done=1)

    page = client.get(PLACE).text

    assert "4 of 10, 40 % of the sessions done" in page
    assert "3 of 6" not in page
    assert "1 of 4" not in page
    assert page.count("not shown") == 2


def test_of_four_patients_nothing_is_told(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        did(session, some(session, clinic, 4), done=3)

    page = client.get(PLACE).text

    assert "3 of 4" not in page
    assert "75 %" not in page
    assert "not shown" in page


def test_answers_stand_by_the_time_of_day_on_the_patients_clock(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        early = some(session, clinic, 6)
        west = some(session, clinic, 6, first=10, zone="America/Los_Angeles")
        did(session, early, done=6, at=MORNING)
        did(session, early, done=2, at=EVENING)
        # Half past six in the evening in New York is half past three in Los Angeles.
        did(session, west, done=3, at=EVENING)

    page = client.get(PLACE).text

    assert "Morning, before noon: 100 %" in page
    assert "Afternoon, noon to 5 pm: 50 %" in page
    assert "Evening, from 5 pm: 33 %" in page


def test_the_same_few_in_the_evening_are_told_by_no_other_part_of_the_day(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        plans = some(session, clinic, 8)
        did(session, plans, done=8, at=MORNING)
        did(session, plans[:3], done=1, at=EVENING)
        did(session, plans[:3], done=1, at=EVENING - timedelta(hours=4))

    page = client.get(PLACE).text

    assert "Evening, from 5 pm: " not in page
    assert "Afternoon, noon to 5 pm: " not in page
    assert "Morning, before noon: " not in page


@pytest.mark.parametrize(
    ("day", "hour", "part"),
    [
        (7, 16, TimeOfDay.MORNING),  # eleven, before the clocks go forward
        (8, 16, TimeOfDay.AFTERNOON),  # noon, after
        (8, 21, TimeOfDay.EVENING),
        (7, 21, TimeOfDay.AFTERNOON),
    ],
)
def test_the_part_of_the_day_follows_the_clocks_when_they_change(
    sessions: Sessions, clinic_id: int, day: int, hour: int, part: TimeOfDay
) -> None:
    due = datetime(2026, 3, day, hour, tzinfo=UTC)
    with a_day(sessions, clinic_id) as (session, clinic):
        did(session, some(session, clinic, 1), done=1, at=due)

    with sessions() as session:
        span = (NOW.date() - timedelta(days=28), NOW.date())
        [row] = told(session, clinic_id, span, NOW)

    assert (row.part, row.done, row.counted) == (part, 1, 1)


def test_what_did_not_arrive_is_said_in_words_unless_it_happened_to_a_few(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        plans = some(session, clinic, 6)
        did(session, plans, done=6)
        for plan in plans:
            _failed(session, session.get_one(Patient, plan.patient_id), "not_a_mobile")
        _failed(session, session.get_one(Patient, plans[0].patient_id), "no_such_number")

    page = client.get(PLACE).text

    assert "This number cannot get texts" in page
    assert "<td>6 messages</td>" in page
    assert "fewer than 5 patients each" in page


def _failed(session: Session, patient: Patient, reason: str) -> None:
    session.add(
        Message(
            clinic_id=patient.clinic_id,
            recipient=f"p{patient.id}",
            kind=Kind.REMINDER,
            key=reason,
            patient_id=patient.id,
            medium=Medium.TEXT,
            state=State.FAILED,
            reason=reason,
            due_at=MORNING,
            ready_at=MORNING,
            created_at=MORNING,
        )
    )


def test_another_clinic_is_not_in_the_figures(
    sessions: Sessions, client: FlaskClient, clinic_id: int
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        did(session, some(session, clinic, 5), done=5)
        other = a_clinic(session, "+12075550200", "care@pine.example")
        did(session, some(session, other, 9, first=20), done=0)

    page = client.get(PLACE).text

    assert "5 of 5, 100 % of the sessions done, by 5 patients" in page


@pytest.mark.parametrize("weeks", ["", "12", "x"])
def test_the_page_asks_a_handful_of_questions_however_many_patients(
    sessions: Sessions, client: FlaskClient, clinic_id: int, engine: sa.Engine, weeks: str
) -> None:
    with a_day(sessions, clinic_id) as (session, clinic):
        did(session, some(session, clinic, 12), done=5)

    with asked(engine) as heard:
        answer = client.get(f"{PLACE}?weeks={weeks}")

    assert answer.status_code == 200
    assert len(heard) <= 10, heard


def test_without_a_session_it_says_what_will_stand_here(
    client: FlaskClient, clinic_id: int
) -> None:
    assert "No session yet" in client.get(PLACE).text
