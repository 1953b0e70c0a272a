"""Who may do what at the desk? Every role at every door that is not open to all."""

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan, a_therapist
from desk_door import sign_in
from flask import Flask
from flask.testing import FlaskClient

from reminders.core.programme import Phase, Programme
from reminders.store.accounts import Role, Staff
from reminders.store.db import Sessions
from reminders.store.templates import save_template
from reminders.web.desk.access import WHO_MAY, May

DOORS = {
    May.PLAN: (
        "POST /desk/patients/{patient}/plan",
        "POST /desk/patients/{patient}/suggestions/ready",
        "POST /desk/templates/{template}/remove",
        "POST /desk/library/new",
        "POST /desk/library/import",
    ),
    May.PEOPLE: (
        "GET /desk/clinic/people/new",
        "POST /desk/clinic/people/new",
        "GET /desk/clinic/people/{staff}",
        "POST /desk/clinic/people/{staff}/role",
        "POST /desk/clinic/people/{staff}/invite",
        "GET /desk/clinic/people/{staff}/leave",
        "POST /desk/clinic/people/{staff}/leave",
        "POST /desk/clinic/people/{staff}/factor",
    ),
}
EXPECTED = {
    May.PLAN: {Role.THERAPIST, Role.ADMIN},
    May.APPROVE: {Role.THERAPIST},
    May.RELEASE: {Role.THERAPIST, Role.ADMIN},
    May.SET_UP: {Role.ADMIN},
    May.PEOPLE: {Role.ADMIN},
}


@pytest.fixture
def rows(sessions: Sessions) -> dict[str, int]:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        ana = a_patient(session, clinic)
        a_plan(session, ana)
        kept = save_template(
            session, clinic.id, "Back, week one", Programme((Phase(""),)), owner_id=None
        )
        session.flush()
        return {"patient": ana.id, "template": kept.id, "staff": clinic.safety_contact_id or 0}


def a_colleague(sessions: Sessions, role: Role) -> int:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Staff).order_by(Staff.id)).first()
        assert clinic is not None
        email = f"{role.value}@maplept.example"
        return a_therapist(session, clinic.clinic, "Kim Lee", email, role).id


def test_what_each_role_may_is_written_in_one_place() -> None:
    assert {what: set(roles) for what, roles in WHO_MAY.items()} == EXPECTED
    assert set(May) == set(EXPECTED)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("what", list(DOORS))
def test_a_door_opens_to_the_roles_of_the_table_and_to_no_other(
    app: Flask, sessions: Sessions, rows: dict[str, int], what: May, role: Role
) -> None:
    client = app.test_client()
    sign_in(client, a_colleague(sessions, role))
    app.config["WTF_CSRF_METHODS"] = []

    for door in DOORS[what]:
        method, place = door.format(**rows).split()
        status = client.open(place, method=method).status_code

        if role in EXPECTED[what]:
            assert status in {200, 303, 422}, door
        else:
            assert status == 403, door


def test_an_assistant_sees_the_plan_and_no_button_to_change_it(
    client: FlaskClient, sessions: Sessions, rows: dict[str, int]
) -> None:
    sign_in(client, a_colleague(sessions, Role.ASSISTANT))

    page = client.get(f"/desk/patients/{rows['patient']}").text

    assert "Plan 1" in page
    assert f"/desk/patients/{rows['patient']}/plan" not in page
