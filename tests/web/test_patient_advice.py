"""Does the page say what the clinic says to a pain level, and only then?"""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from patient_story import DUE, Story, begin, words_of
from setting import HandClock

from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.store.asking import Asking
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic

AMBER = "Pain is not always harm. Go easier next time, but keep moving."


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    return begin(client, sessions, clock, settings)


def turn_on(sessions: Sessions) -> None:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        asking = Asking(clinic_id=clinic.id, pain_response=True)
        asking.approve(clinic.safety_contact_id or 0, DUE)
        session.add(asking)


def test_the_line_for_a_reported_pain_stands_on_the_page(ana: Story, sessions: Sessions) -> None:
    turn_on(sessions)

    ana.send("all", pain="5")

    assert AMBER in words_of(ana.open())


def test_where_it_is_off_the_page_says_nothing_to_pain(ana: Story) -> None:
    ana.send("all", pain="5")

    assert AMBER not in words_of(ana.open())


def test_words_of_danger_beside_a_pain_get_the_safety_answer_alone(
    ana: Story, sessions: Sessions
) -> None:
    turn_on(sessions)

    ana.send("all", pain="5", note="I have chest pain")

    page = words_of(ana.open())
    assert "911" in page
    assert AMBER not in page


def test_pain_told_on_the_page_is_asked_about_the_next_morning(
    ana: Story, sessions: Sessions
) -> None:
    turn_on(sessions)

    ana.send("all", pain="5")

    with sessions() as session:
        asked = session.scalars(sa.select(Message).where(Message.kind == Kind.QUESTION)).one()
    assert asked.due_at.isoformat() == "2026-03-17T12:00:00+00:00"
