"""Where most tests of the desk begin: a small clinic, and Lena at her desk."""

import pytest
from builders import a_clinic, a_patient, a_plan, a_therapist
from desk_door import World, sign_in
from flask import Flask
from flask.testing import FlaskClient
from front_door import a_house_with_a_door, lena_with_a_password
from setting import HandClock

from reminders.config import Settings
from reminders.store.accounts import Staff
from reminders.store.db import Sessions


@pytest.fixture
def world(sessions: Sessions, client: FlaskClient) -> World:
    """Lena, signed in, with Ana and her plan; Jonas, her colleague."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        ana = a_patient(session, clinic, birth_year="1967")
        a_plan(session, ana)
        world = World(clinic.id, lena.id, jonas.id, ana.id)
    sign_in(client, world.lena)
    return world


@pytest.fixture
def ana(sessions: Sessions, client: FlaskClient) -> int:
    """Ana with bridge and bird dog at nine every day, reached by text; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        patient = a_patient(session, clinic)
        a_plan(session, patient)
        ana, lena_id = patient.id, lena.id
    sign_in(client, lena_id)
    return ana


@pytest.fixture
def clinic_id(sessions: Sessions, client: FlaskClient) -> int:
    """A clinic with Ana and José; Lena is signed in."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        a_plan(session, a_patient(session, clinic))
        a_patient(session, clinic, first_name="José", last_name="Ibarra", phone="+12075550119")
        clinic_id, lena_id = clinic.id, lena.id
    sign_in(client, lena_id)
    return clinic_id


@pytest.fixture
def door(settings: Settings, sessions: Sessions, clock: HandClock) -> Flask:
    """A web where staff come in by password and code, as Lena does."""
    lena_with_a_password(sessions)
    return a_house_with_a_door(settings, sessions, clock)
