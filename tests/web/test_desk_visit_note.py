"""Does the page for the chart say what was reported since the last visit, and no more?"""

import html
import re
from datetime import timedelta

import pytest
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from desk_door import a_sitting, an_alert, press, sign_in
from flask.testing import FlaskClient

from reminders.core.adherence import Excuse, Outcome
from reminders.store.accounts import Staff
from reminders.store.conversation import Door, Fate, Reply
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.store.record import Call, Visit

TODAY = NOW.date()


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana, seen a week ago, with sessions before and after; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        patient = a_patient(session, clinic, birth_year="1968")
        plan = a_plan(session, patient, NOW - timedelta(days=20))
        a_sitting(session, plan, NOW - timedelta(days=12), Outcome.SKIPPED, 9)
        a_sitting(session, plan, NOW - timedelta(days=6), Outcome.DONE, 6)
        a_sitting(session, plan, NOW - timedelta(days=5), Outcome.DONE, 3)
        a_sitting(session, plan, NOW - timedelta(days=4), Outcome.PART, 4)
        a_sitting(session, plan, NOW - timedelta(days=3)).exclude(Excuse.PAUSED)
        a_sitting(session, plan, NOW - timedelta(days=2))
        session.add(seen(patient, 7))
        ana, lena_id = patient.id, lena.id
    sign_in(client, lena_id)
    return ana


def seen(patient: Patient, ago: int) -> Visit:
    day = TODAY - timedelta(days=ago)
    return Visit(clinic_id=patient.clinic_id, patient_id=patient.id, day=day, at=NOW)


def sheet(client: FlaskClient, ana: int) -> str:
    """The page as it is copied: words alone, a line each."""
    page = client.get(f"/desk/patients/{ana}/since").text
    inside = re.findall(r'<div id="sheet">(.*?)</div>', page, re.DOTALL)[0]
    return html.unescape(re.sub(r"<[^>]+>", "", inside.replace("</li>", "\n")))


def test_what_was_reported_since_the_visit_is_counted_with_its_wholes(
    client: FlaskClient, ana: int
) -> None:
    told = sheet(client, ana)

    assert "Ana Morales, 1968" in told
    assert "Since the last visit, Mon 9 Mar 2026: 7 days" in told
    assert "Done: 2 of 4, 50 %; 1 part; 1 no answer." in told
    assert "Done of all prescribed: 2 of 5, 40 %." in told
    assert "Not counted: 1 paused." in told
    assert "3 reports, last 4 (Thu 12 Mar 2026), highest 6 (Tue 10 Mar 2026)." in told
    assert "9" not in re.findall(r"highest \d", told)[0]
    assert "In force: plan 1, 2 exercises." in told


def test_on_the_day_of_the_visit_the_page_is_about_the_time_before_it(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    before = sheet(client, ana)

    press(client, f"/desk/patients/{ana}", f"/desk/patients/{ana}/seen")

    assert sheet(client, ana) == before


def test_without_a_visit_it_is_about_four_weeks_and_says_so(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        session.query(Visit).delete()

    told = sheet(client, ana)

    assert "The last 28 days, for no visit is noted" in told
    assert "Done: 2 of 5, 40 %" in told
    assert "highest 9" in told


def test_their_words_our_calls_and_what_stands_open_are_on_it(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        patient = session.get_one(Patient, ana)
        for nth, (days, text) in enumerate(((1, "is it ok to walk?"), (10, "before the visit"))):
            session.add(
                Reply(
                    clinic_id=patient.clinic_id,
                    door=Door.TEXT,
                    provider_id=f"SM{nth}",
                    sender=PATIENT_NUMBER,
                    sender_index=PATIENT_NUMBER,
                    text=text,
                    received_at=NOW - timedelta(days=days),
                    read_at=NOW,
                    patient_id=ana,
                    fate=Fate.FOR_A_PERSON,
                )
            )
        session.add(
            Call(
                clinic_id=patient.clinic_id,
                patient_id=ana,
                by_id=patient.therapist_id,
                at=NOW - timedelta(days=1),
                reached=True,
                note="Walks to the shop again.",
            )
        )
        an_alert(session, patient, sentence="No answer to the last 4 sessions.")

    told = sheet(client, ana)

    assert "Sun 15 Mar 2026: “is it ok to walk?”" in told
    assert "before the visit" not in told
    assert "Sun 15 Mar 2026, Lena Ortiz: We spoke: Walks to the shop again." in told
    assert "No answer to the last 4 sessions." in told


def test_missing_is_said_and_not_counted_as_nothing(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Patient, ana).clinic
        bill = a_patient(session, clinic, first_name="Bill", phone="+12075550119").id

    told = sheet(client, bill)

    assert "Done: nothing to count yet" in told
    assert "None reported." in told
    assert "No plan is in force." in told
