"""Are suggestions shown where the figures say so, decided by a person, and written down?"""

from datetime import date, timedelta

import pytest
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from plan_form import at, opened, pressing
from setting import HandClock
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reminders.core.adherence import Outcome
from reminders.core.progress import Step
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.plans import Plan, PlanVersion
from reminders.store.record import EntrySource, LogEntry, Occurrence
from reminders.store.suggestions import Answer, SuggestionAnswer

DAY = timedelta(days=1)
LATER = NOW + 21 * DAY


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana in the control phase since NOW; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one().id
        ana = a_patient(session, clinic).id
    sign_in(client, lena)
    fields = opened(client, ana, "template:control")
    assert pressing(client, ana, fields, "save").status_code == 303
    return ana


def reports(session: Session, patient_id: int, days: dict[date, int]) -> None:
    """A session done each day, with its pain."""
    plan = session.query(Plan).filter_by(patient_id=patient_id).one()
    routine = plan.versions[-1].routines[0]
    for day, pain in days.items():
        due = NOW.replace(year=day.year, month=day.month, day=day.day)
        occurrence = Occurrence(
            clinic_id=plan.clinic_id,
            patient_id=patient_id,
            routine_key=routine.routine_key,
            slot=0,
            day=day,
            due_at=due,
            closes_at=due + DAY,
            plan_version_id=routine.plan_version_id,
            routine_id=routine.id,
        )
        session.add(occurrence)
        session.flush()
        session.add(
            LogEntry(
                clinic_id=plan.clinic_id,
                patient_id=patient_id,
                occurrence_id=occurrence.id,
                day=day,
                outcome=Outcome.DONE,
                pain=pain,
                source=EntrySource.STAFF,
                at=due,
            )
        )


def well(
    client: FlaskClient, sessions: Sessions, patient_id: int, clock: HandClock, pain: int = 3
) -> None:
    """Three weeks on, every session done."""
    at(LATER, clock, client, sessions)
    days = {(NOW + nth * DAY).date(): pain for nth in range(21)}
    with sessions.begin() as session:
        reports(session, patient_id, days)


def answered(client: FlaskClient, patient_id: int, step: str, answer: str) -> TestResponse:
    page = f"/desk/patients/{patient_id}"
    return press(client, page, f"{page}/suggestions/{step}", answer=answer)


def test_a_phase_whose_goal_is_reached_suggests_the_next_with_its_figures(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    before = client.get(f"/desk/patients/{ana}").text
    well(client, sessions, ana, clock)

    page = client.get(f"/desk/patients/{ana}").text

    assert "Phase 1 of 3: Control since" in page
    assert "Ready for Strengthen: 13 of 13 sessions in 14 days, pain 3." in page
    assert "Ready to move on" not in before


def test_taking_it_up_leads_to_a_plan_that_a_person_signs(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    well(client, sessions, ana, clock)

    answer = answered(client, ana, "ready", "do")
    page = client.get(answer.location).text

    assert answer.status_code == 303
    assert "Ana moves to Strengthen" in page
    assert "sign this step off" in page
    with sessions() as session:
        kept = session.query(SuggestionAnswer).one()
        assert session.query(PlanVersion).count() == 1
        assert (kept.step, kept.answer) == (Step.READY, Answer.DO)
        assert kept.evidence.startswith("Ready for Strengthen")
        actions = [one.action for one in session.query(AuditEvent)]
        assert "suggestion.do" in actions


def test_putting_it_off_lets_it_rest_for_two_weeks(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    well(client, sessions, ana, clock)

    answered(client, ana, "ready", "not_now")
    at_once = client.get(f"/desk/patients/{ana}").text
    at(LATER + 14 * DAY, clock, client, sessions)
    with sessions.begin() as session:
        reports(session, ana, {(LATER + nth * DAY).date(): 3 for nth in range(14)})
    later = client.get(f"/desk/patients/{ana}").text

    assert "Ready to move on" not in at_once
    assert "Ready to move on" in later
    with sessions() as session:
        kept = session.query(SuggestionAnswer).one()
        assert (kept.answer, kept.until) == (Answer.NOT_NOW, (LATER + 14 * DAY).date())


def test_pain_that_rose_twice_leads_to_a_lighter_plan(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    at(LATER, clock, client, sessions)
    rises = {(NOW + nth * DAY).date(): 6 if nth in {17, 20} else 3 for nth in range(21)}
    with sessions.begin() as session:
        reports(session, ana, rises)

    page = client.get(f"/desk/patients/{ana}").text
    answer = answered(client, ana, "back", "do")

    assert "Pain rose twice" in page
    assert "Ready to move on" not in page
    assert answer.location.endswith("from=back")


def test_what_is_no_longer_suggested_is_not_written_down(
    client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    answer = answered(client, ana, "ready", "do")

    assert "no longer suggested" in client.get(answer.location).text
    with sessions() as session:
        assert session.query(SuggestionAnswer).count() == 0


def test_who_is_discharged_is_suggested_nothing(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    well(client, sessions, ana, clock)
    with sessions.begin() as session:
        session.get_one(Patient, ana).discharge()

    page = client.get(f"/desk/patients/{ana}").text

    assert "Ready to move on" not in page
    assert "Plan 1" in page


def an_admin(sessions: Sessions) -> int:
    with sessions.begin() as session:
        clinic = session.query(Clinic).one()
        return a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN).id


def test_a_check_that_the_clinic_switches_off_is_said_no_more(
    app: Flask, client: FlaskClient, sessions: Sessions, ana: int
) -> None:
    admin = app.test_client()
    sign_in(admin, an_admin(sessions))
    before = client.get(f"/desk/patients/{ana}/plan").text

    answer = press(admin, "/desk/checks", on=["order", "balance"])

    after = client.get(f"/desk/patients/{ana}/plan").text
    assert answer.status_code == 303
    assert "Some texts are not yet reviewed" in before
    assert "Some texts are not yet reviewed" not in after
    assert "Control comes before strength" in after
    listed = admin.get("/desk/checks").text.partition("<main")[2].partition("</main>")[0]
    assert listed.count(" checked") == 2


def test_only_an_admin_switches_checks(client: FlaskClient, sessions: Sessions, ana: int) -> None:
    answer = press(client, "/desk/checks", on=["order"])

    assert answer.status_code == 403
    with sessions() as session:
        assert session.query(Clinic).one().checks_off == []


def test_a_day_of_its_own_dose_is_what_the_patients_page_asks_for(
    client: FlaskClient, sessions: Sessions, clock: HandClock, ana: int
) -> None:
    fields = opened(client, ana) | {"e1-other_days": [str(NOW.weekday())], "e1-other_reps": "4"}

    page = pressing(client, ana, fields, "page").text
    at(NOW + DAY, clock, client, sessions)
    next_day = pressing(client, ana, fields, "page").text

    assert "2 times 4, changing sides" in page
    assert "2 times 10, changing sides" in next_day


def test_a_plan_without_phases_suggests_no_next_one(
    client: FlaskClient, sessions: Sessions, ana: int, clock: HandClock
) -> None:
    with sessions.begin() as session:
        bill = a_patient(session, session.get_one(Patient, ana).clinic, phone="+12075550119")
        a_plan(session, bill)
        bill_id = bill.id
    well(client, sessions, bill_id, clock)

    assert "Ready to move on" not in client.get(f"/desk/patients/{bill_id}").text
