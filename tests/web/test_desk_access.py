"""Does the desk open to staff of this clinic only, and show them their own rows only?"""

import pytest
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from desk_door import a_sitting, an_alert, sign_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.record import Hold


@pytest.fixture
def lena(sessions: Sessions) -> int:
    """A therapist of the first clinic."""
    with sessions.begin() as session:
        return a_therapist(session, a_clinic(session), email="lena2@maplept.example").id


@pytest.fixture
def elsewhere(sessions: Sessions, lena: int) -> dict[str, int]:
    """Rows of another clinic, by the name a route gives their id."""
    with sessions.begin() as session:
        clinic = a_clinic(session, "+12075550200", "care@pine.example")
        patient = a_patient(session, clinic, phone="+12075550222")
        a_sitting(session, a_plan(session, patient), NOW)
        alert = an_alert(session, patient, AlertKind.SAFETY, Urgency.NOW)
        hold = Hold(clinic_id=clinic.id, reason="restart", by="service", since=NOW)
        session.add(hold)
        session.flush()
        return {"patient_id": patient.id, "alert_id": alert.id, "hold_id": hold.id}


def desk_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]


WORDS = {
    **{"medium": "text", "step": "ready", "what": "called"},
    **{"proof": "texts", "wording": "reminder", "lang": "en"},
}


def addresses(app: Flask, ids: dict[str, int]) -> list[tuple[str, str]]:
    """Every route of the desk with these ids, and its method."""
    found = []
    with app.test_request_context():
        for rule in desk_rules(app):
            values: dict[str, object] = {
                name: WORDS.get(name) or ids.get(name, 999_999) for name in rule.arguments
            }
            built = app.url_map.bind("localhost").build(rule.endpoint, values, method=_method(rule))
            found.append((built, _method(rule)))
    return found


def _method(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def test_nobody_gets_to_see_anything(
    app: Flask, client: FlaskClient, elsewhere: dict[str, int]
) -> None:
    pages = [url for url, method in addresses(app, elsewhere) if method == "GET"]
    assert len(pages) > 10

    for page in pages:
        answer = client.get(page)

        assert answer.status_code == 303, page
        assert answer.location.startswith("/login"), page


def test_a_row_of_another_clinic_looks_like_no_row_at_all(
    app: Flask, client: FlaskClient, sessions: Sessions, lena: int, elsewhere: dict[str, int]
) -> None:
    sign_in(client, lena)
    app.config["WTF_CSRF_METHODS"] = []
    theirs = [pair for pair in addresses(app, elsewhere) if any(c.isdigit() for c in pair[0])]
    assert len(theirs) > 15

    for url, method in theirs:
        answer = client.open(url, method=method)

        assert answer.status_code == 404, (method, url)
    with sessions() as session:
        assert session.get_one(Patient, elsewhere["patient_id"]).state.value == "active"


def test_the_bar_says_whose_desk_it_is(client: FlaskClient, lena: int) -> None:
    sign_in(client, lena)

    page = client.get("/desk")

    assert page.status_code == 200
    assert "Maple PT" in page.text
    assert "Lena Ortiz, your account" in page.text


def test_a_look_at_a_patient_leaves_a_line_in_the_audit_trail(
    client: FlaskClient, sessions: Sessions, lena: int
) -> None:
    with sessions.begin() as session:
        patient = a_patient(session, _clinic_of(session, lena))
        patient_id = patient.id
    sign_in(client, lena)

    client.get(f"/desk/patients/{patient_id}")

    with sessions() as session:
        event = session.query(AuditEvent).filter_by(action="patient.view").one()
    assert event.actor == f"staff:{lena}"
    assert event.subject == f"patient:{patient_id}"


def _clinic_of(session: Session, staff_id: int) -> Clinic:
    return session.get_one(Staff, staff_id).clinic
