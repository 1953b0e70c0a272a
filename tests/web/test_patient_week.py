"""What does a patient read of their own week?"""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from desk_door import a_sitting, asked
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import DAY, DUE, SOON, begin, main_of, new_plan
from setting import HandClock

from reminders import outbox
from reminders.config import Settings
from reminders.core.adherence import Excuse, Outcome
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.plans import Plan
from reminders.store.record import Occurrence

DONE, PART, SKIPPED = Outcome.DONE, Outcome.PART, Outcome.SKIPPED
WEDNESDAY = SOON + 2 * DAY


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR)).come_in()


def told(ana: OwnPages, *days: tuple[Outcome | None, int | None], back: int = 1) -> None:
    """What was told of the days before, newest first."""
    with ana.story.sessions.begin() as session:
        plan = session.scalars(sa.select(Plan)).one()
        for place, (outcome, pain) in enumerate(days):
            a_sitting(session, plan, DUE - (back + place) * DAY, outcome, pain)


def week(ana: OwnPages) -> str:
    return main_of(ana.get("week").text)


def test_the_week_says_what_was_done_what_was_not_and_what_is_coming(ana: OwnPages) -> None:
    ana.story.send("all", pain="4")
    for days in (1, 2):
        outbox.plan(ana.story.sessions, DUE + days * DAY)
    ana.story.clock.moment = WEDNESDAY

    said = week(ana)

    assert "So far this week: 1 of 2 sessions done." in said
    assert "Monday Done 4 Pain Tuesday No answer Today Not told yet" in said
    assert "Thursday To come, at 9:00 am" in said


def test_part_of_it_is_named_beside_what_is_done(ana: OwnPages) -> None:
    ana.story.send("marked", **ana.story.marks((1,), (2, 3, 4)))

    assert "0 of 1 session done and 1 in part." in week(ana)


def test_several_times_a_day_are_counted_and_named(ana: OwnPages) -> None:
    ana.story.send("all")
    new_plan(ana.story, ("bridge",), times=(time(9), time(17)))

    said = week(ana)

    assert "Today Part" in said or "Today Done" in said
    assert "Tuesday To come, at 9:00 am, at 5:00 pm" in said


def test_a_time_moved_behind_todays_sitting_does_not_come_again_today(ana: OwnPages) -> None:
    ana.story.send("all")
    ana.wish("times", **{_slot(ana): "17:00"})

    said = week(ana)

    assert "Today Done Tuesday To come, at 5:00 pm" in said


def _slot(ana: OwnPages) -> str:
    with ana.story.sessions() as session:
        plan = session.scalars(sa.select(Plan)).one()
        return f"t{plan.versions[-1].routines[0].id}-0"


def test_a_pause_and_a_letter_of_ours_that_did_not_arrive_are_no_misses(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.scalars(sa.select(Occurrence)).one().exclude(Excuse.FAILED)
        patient = session.get_one(Patient, ana.story.patient_id)
        patient.pause((SOON + DAY).date(), (SOON + 2 * DAY).date(), by="staff:1")

    said = week(ana)

    assert "Nothing has been due yet this week." in said
    assert "Today Not delivered Tuesday Paused Wednesday Paused Thursday To come" in said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([DONE, DONE, None, DONE, PART], "You have kept going on 4 days. One missed day does not"),
        ([DONE, None, None, DONE], "Today is a good day to do them. One missed day does no harm."),
        ([], "Today is a good day to do them."),
    ],
    ids=["one gap", "two gaps", "nothing yet"],
)
def test_a_row_of_days_forgives_one_gap(
    ana: OwnPages, days: list[Outcome | None], said: str
) -> None:
    told(ana, *((one, None) for one in days))

    assert said in week(ana)


@pytest.mark.parametrize(
    ("pains", "said"),
    [
        ([3, 3, 4, 6, 6, 6, 6], "It was 6 when you began. It is 3 now. That is a real change."),
        ([6, 6, 6, 5, 6], "It is 6 now. That is about the same."),
        ([7, 7, 7, 2, 2, 2], "That is more than before. Please tell Lena, or call us: (207)"),
        ([], "No pain number in these two weeks. It helps Lena to know it."),
    ],
    ids=["better", "the same", "worse", "none told"],
)
def test_the_pain_line_says_what_it_shows(ana: OwnPages, pains: list[int], said: str) -> None:
    # Two weeks apart, so that the days of the start and those of now are not the same ones.
    told(ana, *((DONE, pain) for pain in pains[: len(pains) // 2]))
    told(ana, *((DONE, pain) for pain in pains[len(pains) // 2 :]), back=10)

    page = ana.get("week").text

    assert said in main_of(page)
    assert ('<svg class="weeks"' in page) is bool(pains)


def test_the_week_is_read_in_the_patients_language_and_zone(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    luis = OwnPages(
        begin(
            client,
            sessions,
            clock,
            settings,
            birth_year=YEAR,
            language="es",
            zone="America/Los_Angeles",
        )
    ).come_in()

    said = week(luis)

    assert "Mi semana" in said
    assert "Martes Por venir, a las 9:00" in said


def test_a_patient_in_a_safety_pause_is_told_whom_to_call_instead(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).hold_for_safety(SOON)

    page = ana.story.open("/week")

    assert "Please talk to us first" in page
    assert "My week" not in main_of(page)


@pytest.mark.parametrize("place", ["week", "reminders", "later", "stop"])
def test_a_page_takes_four_reads_at_most(ana: OwnPages, place: str) -> None:
    told(ana, (DONE, 4), (DONE, 5), (None, None))
    with ana.story.sessions() as session:
        engine = session.get_bind()
    assert isinstance(engine, sa.Engine)

    with asked(engine) as reads:
        assert ana.get(place).status_code == 200

    assert len(reads) <= 4


def test_a_week_of_another_patient_is_not_theirs(ana: OwnPages) -> None:
    told(ana, (DONE, 9), back=20)
    with ana.story.sessions.begin() as session:
        clinic = a_clinic(session, "+12075550101", "care@other.example")
        stranger = a_patient(session, clinic, phone="+12075550188", email="otto@example.org")
        plan = a_plan(session, stranger)
        a_sitting(session, plan, DUE - timedelta(hours=1), DONE, 10)

    assert "10" not in week(ana).replace("10:", "")
