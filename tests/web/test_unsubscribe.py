"""Does the way out of the messages work with one click, for whoever clicks?"""

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_patient
from flask.testing import FlaskClient
from patient_story import DAY, DUE, SOON, Story, begin, with_link, words_of
from setting import HandClock

from reminders.config import Settings
from reminders.core import gate
from reminders.core.gate import Kind
from reminders.store.conversation import Message, Purpose, State
from reminders.store.db import Sessions
from reminders.store.people import (
    Clinic,
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Suppression,
    Why,
    consent_of,
    suppressed,
)

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    """Her reminder of nine o'clock still waits to leave, by email."""
    story = begin(client, sessions, clock, settings, medium=Medium.EMAIL)
    return with_link(story, Medium.EMAIL)


def stop(story: Story, token: str = "", **fields: str) -> str:
    answer = story.client.post(f"/u/{token or story.token}", data=fields)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return words_of(answer.text)


def standing(story: Story, medium: Medium) -> tuple[bool, gate.Consent]:
    """Whether this way is blocked, and how far the patient agrees to it."""
    with story.sessions() as session:
        patient = session.get_one(Patient, story.patient_id)
        address = str(patient.address(medium))
        blocked = suppressed(session, patient.clinic_id, medium, address)
        return blocked, consent_of(session, patient, medium)


def test_opening_the_link_asks_and_stops_nothing(ana: Story) -> None:
    page = ana.client.get(f"/u/{ana.token}")

    assert "Stop these messages?" in page.text
    assert f'<form class="card" method="post" action="/u/{ana.token}">' in page.text
    assert standing(ana, Medium.EMAIL) == (False, gate.Consent.CONFIRMED)


@pytest.mark.parametrize("fields", [ONE_CLICK, {}], ids=["mail program", "person"])
def test_one_click_stops_this_way_and_leaves_the_other(ana: Story, fields: dict[str, str]) -> None:
    said = stop(ana, **fields)

    assert "No more of these messages will come." in said
    assert standing(ana, Medium.EMAIL) == (True, gate.Consent.NONE)
    assert standing(ana, Medium.TEXT) == (False, gate.Consent.CONFIRMED)
    with ana.sessions() as session:
        row = session.scalars(sa.select(Suppression)).one()
        assert (row.why, row.source) == (Why.OPT_OUT, Source.PATIENT)


def test_what_still_waits_to_leave_does_not_leave(ana: Story) -> None:
    stop(ana)

    with ana.sessions() as session:
        message = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
    assert message.state is State.WITHDRAWN


def test_ending_one_way_leaves_what_waits_for_the_other(ana: Story) -> None:
    texts = with_link(ana, Medium.TEXT)

    stop(texts)

    with ana.sessions() as session:
        message = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
    assert message.state is State.DUE
    assert standing(ana, Medium.TEXT) == (True, gate.Consent.NONE)


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.CARER}))
def test_any_link_ends_the_messages_however_old(ana: Story, purpose: Purpose) -> None:
    old = with_link(ana, Medium.EMAIL, purpose=purpose, made=DUE - 400 * DAY)

    stop(ana, old.token)

    assert standing(ana, Medium.EMAIL)[0]


def test_who_reads_an_old_letter_ends_the_address_it_went_to(ana: Story) -> None:
    with ana.sessions.begin() as session:
        patient = session.get_one(Patient, ana.patient_id)
        letter = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
        letter.link_id, letter.address = ana.link_id, patient.email
        patient.email = "new@example.com"

    stop(ana)

    assert not standing(ana, Medium.EMAIL)[0]
    with ana.sessions() as session:
        assert suppressed(session, patient.clinic_id, Medium.EMAIL, str(letter.address))


def test_everybody_on_the_address_is_left_alone(ana: Story) -> None:
    with ana.sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        other = a_patient(session, clinic, first_name="Eva", phone="+12075550123")

    stop(ana)

    with ana.sessions() as session:
        eva = session.get_one(Patient, other.id)
        assert consent_of(session, eva, Medium.EMAIL) is gate.Consent.NONE
        assert consent_of(session, eva, Medium.TEXT) is gate.Consent.CONFIRMED


def test_clicking_again_changes_nothing(ana: Story) -> None:
    for _ in range(3):
        stop(ana)

    with ana.sessions() as session:
        steps = session.scalars(sa.select(Consent).where(Consent.step == ConsentStep.REVOKED)).all()
        assert len(steps) == 1
        assert len(session.scalars(sa.select(Suppression)).all()) == 1


def test_a_link_nobody_knows_is_told_the_same(ana: Story) -> None:
    asked = {
        ana.client.get(f"/u/{token}").text.replace(token, "TOKEN")
        for token in (ana.token, "nobodys", with_link(ana, purpose=Purpose.REPLY).token)
    }
    told = {stop(ana, token) for token in ("nobodys", ana.token)}

    assert len(asked) == 1
    assert len(told) == 1


def test_a_patient_without_an_address_any_more_is_told_the_same(ana: Story) -> None:
    with ana.sessions.begin() as session:
        session.get_one(Patient, ana.patient_id).email = None

    assert "No more of these messages will come." in stop(ana)
    assert ana.patient().phone == PATIENT_NUMBER
    assert ana.clock.now() == SOON
