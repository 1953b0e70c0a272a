"""May we write to a patient another way, when they ask for it on their page?"""

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import SOON, begin, main_of
from setting import HandClock

from reminders.config import Settings
from reminders.core.gate import Consent as Agreed
from reminders.core.gate import Kind
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import (
    Clinic,
    Consent,
    ConsentStep,
    Medium,
    Patient,
    Source,
    Why,
    consent_of,
    suppress,
    suppressed,
)


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR)).come_in()


def shown(ana: OwnPages) -> str:
    return main_of(ana.get("reminders").text)


def welcomes(ana: OwnPages) -> list[Message]:
    with ana.story.sessions() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == Kind.WELCOME)))


def test_another_way_is_taken_with_a_consent_in_the_words_that_were_shown(ana: OwnPages) -> None:
    words = "I agree to get exercise reminders from Maple PT by email"
    assert words in shown(ana)

    ana.wish("way", **{"way": "email", "agree-email": "on"})

    with ana.story.sessions() as session:
        newest = session.scalars(sa.select(Consent).order_by(Consent.id.desc())).first()
        assert newest is not None
        assert newest.step is ConsentStep.GIVEN
        assert newest.wording.startswith(words)
        assert (newest.how, newest.by) == ("page", f"patient:{ana.story.patient_id}")
    assert ana.patient().medium is Medium.EMAIL
    [welcome] = welcomes(ana)
    assert (welcome.medium, welcome.wording) == (Medium.EMAIL, "consented")


@pytest.mark.parametrize(
    "fields",
    [{"way": "email"}, {"way": "fax"}, {}, {"way": "email", "agree-text": "on"}],
    ids=["not agreed", "unknown", "none", "agreed to another"],
)
def test_no_way_changes_without_a_tick_of_its_own(ana: OwnPages, fields: dict[str, str]) -> None:
    before = len(consents(ana))

    page = ana.wish("way", **fields)

    assert page.status_code == 400
    assert ana.patient().medium is Medium.TEXT
    assert len(consents(ana)) == before


def consents(ana: OwnPages) -> list[Consent]:
    with ana.story.sessions() as session:
        return list(session.scalars(sa.select(Consent)))


def test_a_clinic_that_asks_twice_asks_by_the_new_way(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().double_opt_in = True

    answer = ana.wish("way", **{"way": "email", "agree-email": "on"})

    assert "Please answer START" in main_of(ana.story.client.get(answer.location).text)
    [welcome] = welcomes(ana)
    assert welcome.wording == "welcome"


def blocked(ana: OwnPages, why: Why, source: Source) -> None:
    with ana.story.sessions.begin() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        suppress(
            session,
            patient.clinic_id,
            Medium.TEXT,
            PATIENT_NUMBER,
            why,
            source=source,
            now=SOON,
        )


def is_blocked(ana: OwnPages) -> bool:
    with ana.story.sessions() as session:
        return suppressed(session, ana.patient().clinic_id, Medium.TEXT, PATIENT_NUMBER)


def test_who_stopped_the_texts_may_let_them_come_again(ana: OwnPages) -> None:
    blocked(ana, Why.OPT_OUT, Source.PATIENT)
    assert "How Stopped" in shown(ana)

    ana.wish("way", **{"way": "text", "agree-text": "on"})

    assert not is_blocked(ana)
    with ana.story.sessions() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        assert consent_of(session, patient, Medium.TEXT) is not Agreed.NONE
    assert "How By text" in shown(ana)


@pytest.mark.parametrize(
    ("why", "source"),
    [
        (Why.OPT_OUT, Source.CARRIER),
        (Why.WRONG_NUMBER, Source.PATIENT),
        (Why.DEAD_ADDRESS, Source.CARRIER),
    ],
    ids=["held by the carrier", "wrong number", "dead"],
)
def test_what_is_not_the_patients_to_lift_stays(ana: OwnPages, why: Why, source: Source) -> None:
    blocked(ana, why, source)

    page = ana.wish("way", **{"way": "text", "agree-text": "on"})

    assert "That way is closed right now. Please call us: (207) 555-0142" in main_of(page.text)
    assert is_blocked(ana)


def test_what_waits_to_leave_goes_the_new_way(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        for kind in (Kind.REMINDER, Kind.NUDGE, Kind.LATER, Kind.QUESTION, Kind.ANSWER):
            session.add(
                Message(
                    clinic_id=patient.clinic_id,
                    recipient=f"p{patient.id}",
                    kind=kind,
                    key="waiting",
                    patient_id=patient.id,
                    medium=Medium.TEXT,
                    due_at=SOON,
                    ready_at=SOON,
                    created_at=SOON,
                )
            )
        patient.nudge_medium = Medium.TEXT

    ana.wish("way", **{"way": "email", "agree-email": "on"})

    with ana.story.sessions() as session:
        rows = session.execute(
            sa.select(Message.kind, Message.medium).where(Message.key == "waiting")
        )
        media = {kind: medium for kind, medium in rows}  # noqa: C416 - rows, not pairs
    # A nudge has a medium of its own here, and an answer goes back where the question came from.
    assert media == {
        Kind.REMINDER: Medium.EMAIL,
        Kind.NUDGE: Medium.TEXT,
        Kind.LATER: Medium.EMAIL,
        Kind.QUESTION: Medium.EMAIL,
        Kind.ANSWER: Medium.TEXT,
    }
