"""Can an admin, and nobody else, say whether patients are asked who they are?"""

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_therapist
from desk_door import press, sign_in
from flask.testing import FlaskClient

from reminders.store.accounts import Role
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions
from reminders.store.people import Clinic

PLACE = "/desk/clinic/second-step"


@pytest.fixture
def clinic_id(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return a_clinic(session).id


def come_in(client: FlaskClient, sessions: Sessions, role: Role) -> None:
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        person = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", role)
    sign_in(client, person.id)


def asks(sessions: Sessions, clinic_id: int) -> bool:
    with sessions() as session:
        return session.get_one(Clinic, clinic_id).second_step


def test_an_admin_turns_the_second_step_off_and_on(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions, Role.ADMIN)

    off = press(client, PLACE)
    went_off = not asks(sessions, clinic_id)
    press(client, PLACE, asks="y")

    assert off.status_code == 303
    assert went_off
    assert asks(sessions, clinic_id)
    with sessions() as session:
        lines = session.scalars(sa.select(AuditEvent.action)).all()
    assert lines.count("clinic.second_step") == 2


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.ASSISTANT])
def test_nobody_else_does(
    client: FlaskClient, sessions: Sessions, clinic_id: int, role: Role
) -> None:
    come_in(client, sessions, role)

    shown = client.get(PLACE).text
    press(client, PLACE)

    assert "An admin can change this." in shown
    assert " disabled" in shown
    assert asks(sessions, clinic_id)


def test_the_clinics_page_says_what_is_asked(
    client: FlaskClient, sessions: Sessions, clinic_id: int
) -> None:
    come_in(client, sessions, Role.ADMIN)

    before = client.get("/desk/clinic").text
    press(client, PLACE)

    assert "History and settings ask who it is." in before
    assert "History and settings ask on shared phones only." in client.get("/desk/clinic").text
