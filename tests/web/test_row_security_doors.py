"""Does a page whose query forgot its clinic show anything of another, on PostgreSQL?"""

import re

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, an_alert
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from patient_story import DAY, DUE, Story, begin, with_link
from setting import HandClock
from sqlalchemy.orm import Session

from reminders.config import Settings
from reminders.store.accounts import Staff
from reminders.store.conversation import Link, Purpose
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Medium, Patient
from reminders.web.house import session
from reminders.web.patient.holding import page_of

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def lena(sessions: Sessions) -> int:
    """A therapist of the first clinic; each of the two has a patient."""
    with sessions.begin() as owners:
        maple = a_clinic(owners)
        a_patient(owners, maple)
        of_cedar(owners)
        return owners.scalars(sa.select(Staff.id).where(Staff.clinic_id == maple.id)).one()


def of_cedar(owners: Session) -> Patient:
    cedar = a_clinic(owners, "+12075550101", "care@cedar.example")
    cy = a_patient(owners, cedar, first_name="Cy", phone="+12075550177", email="cy@example.org")
    an_alert(owners, cy)
    return cy


def everybody() -> str:
    """The fault itself: all patients there are."""
    names = session().scalars(sa.select(Patient).order_by(Patient.id))
    return ",".join(one.first_name for one in names)


# A forgotten filter


def test_a_page_of_the_desk_that_forgets_its_clinic_shows_no_other(
    app: Flask, sessions: Sessions, lena: int
) -> None:
    app.add_url_rule("/desk/forgetful", "desk.forgetful", everybody)
    client = app.test_client()
    sign_in(client, lena)

    with sessions() as owners:
        assert owners.scalar(sa.select(sa.func.count(Patient.id))) == 2
    assert client.get("/desk/forgetful").text == "Ana"


def test_a_patients_page_that_forgets_its_clinic_shows_no_other(
    app: Flask, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    def view(token: str) -> str:
        assert page_of(token)
        return everybody()

    app.add_url_rule("/x/<token>/forgetful", "patient.forgetful", view)
    story = begin(app.test_client(), sessions, clock, settings)
    with sessions.begin() as owners:
        of_cedar(owners)

    assert story.client.get(f"{story.path}/forgetful").text == "Ana"


def test_a_page_that_asks_for_nobody_shows_nobody(app: Flask, lena: int) -> None:
    app.add_url_rule("/forgetful", "forgetful", everybody)

    assert app.test_client().get("/forgetful").text == ""


def test_a_deed_that_forgets_its_clinic_is_done_in_no_other(
    app: Flask, sessions: Sessions, lena: int
) -> None:
    def view() -> str:
        session().execute(sa.update(Patient).values(zone="UTC"))
        session().commit()
        return ""

    app.add_url_rule("/desk/forgetful", "desk.forgetful", view)
    client = app.test_client()
    sign_in(client, lena)
    client.get("/desk/forgetful")

    with sessions() as owners:
        known = owners.scalars(sa.select(Patient).order_by(Patient.id))
        assert [one.zone for one in known] == ["UTC", "America/New_York"]


# What it costs, and what needs a second look


def test_a_page_asks_once_for_whom_it_is_and_raises_the_wall_once_more(
    client: FlaskClient, engine: sa.Engine, lena: int
) -> None:
    sign_in(client, lena)
    client.get("/desk/")
    heard: list[str] = []

    sa.event.listen(engine, "before_cursor_execute", hear := lambda *it: heard.append(it[2]))
    client.get("/desk/")
    sa.event.remove(engine, "before_cursor_execute", hear)

    raised = [one for one in heard if "set_config" in one]
    assert ["staff" in one for one in raised] == [True, False]


def test_a_phone_that_kept_a_page_of_another_clinic_gives_up_that_key(
    app: Flask, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    ana = begin(app.test_client(), sessions, clock, settings)
    with sessions.begin() as owners:
        cy_id = of_cedar(owners).id
        for clinic in owners.scalars(sa.select(Clinic)):
            clinic.second_step = False
    cy = with_link(
        Story(ana.client, sessions, clock, settings, "", 0, cy_id),
        purpose=Purpose.KEPT,
        made=DUE,
        medium=Medium.TEXT,
        sittings=(),
    )
    ana.client.set_cookie("kept", cy.token)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ana.open("/keep"))[0]

    ana.client.post(f"{ana.path}/keep", data={"csrf_token": token})

    with sessions() as owners:
        kept = sa.select(Link).where(Link.purpose == Purpose.KEPT).order_by(Link.id)
        theirs, ours = owners.scalars(kept)
    assert (theirs.patient_id, theirs.revoked_at) == (cy_id, clock.moment)
    assert (ours.patient_id, ours.revoked_at) == (ana.patient_id, None)
    assert theirs.expires_at > clock.moment + DAY, "it was good until then"


def test_a_number_that_another_clinic_writes_from_is_taken(
    client: FlaskClient, sessions: Sessions, lena: int
) -> None:
    with sessions.begin() as owners:
        owners.get_one(Staff, lena).role = "admin"
    sign_in(client, lena)

    taken = {"text": "+12075550101", "email": "care@maplept.example"}
    answer = press(client, "/desk/clinic/senders", **taken)

    assert answer.status_code == 422
    assert "Somebody writes from this one already." in answer.text
