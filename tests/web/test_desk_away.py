"""Does whoever covers see what the absent colleague would, from the first day to the last?"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_therapist, an_alert
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from setting import HandClock

from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.caseload import owner_of
from reminders.store.db import Sessions
from reminders.store.people import Clinic

WEEK = {"starts": "2026-03-16", "ends": "2026-03-20"}


@dataclass(frozen=True)
class World:
    """Lena looks after Ana, who needs somebody; Sam looks after nobody, Ada is the admin."""

    lena: int
    sam: int
    ada: int

    @property
    def away(self) -> str:
        return f"/desk/clinic/people/{self.lena}/away"


@pytest.fixture
def world(sessions: Sessions) -> World:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff)).one()
        sam = a_therapist(session, clinic, "Sam Hill", "sam@maplept.example")
        ada = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        an_alert(session, a_patient(session, clinic), AlertKind.SILENT, Urgency.TODAY)
        return World(lena.id, sam.id, ada.id)


@pytest.fixture
def sam(app: Flask, world: World) -> FlaskClient:
    client = app.test_client()
    sign_in(client, world.sam)
    return client


def say_away(client: FlaskClient, world: World, by: int | None = None) -> None:
    sign_in(client, world.lena)
    answer = press(client, world.away, **WEEK, by=str(by or world.sam))
    assert answer.status_code == 303, answer.text


def owner(sessions: Sessions, world: World, days: int) -> int | None:
    with sessions() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        return owner_of(session, clinic, world.lena, NOW + timedelta(days=days))


@pytest.mark.parametrize("page", ["/desk", "/desk/patients"])
def test_the_cover_sees_the_patients_of_who_is_away_as_their_own(
    client: FlaskClient, sam: FlaskClient, world: World, page: str
) -> None:
    assert "Ana Morales" not in sam.get(page).text

    say_away(client, world)

    assert "Ana Morales" in sam.get(page).text


def test_whoever_needs_somebody_is_counted_for_the_cover_and_for_no_other_colleague(
    app: Flask, client: FlaskClient, sam: FlaskClient, world: World
) -> None:
    ada = app.test_client()
    sign_in(ada, world.ada)
    before = sam.get("/desk/patients?show=mine").text

    say_away(client, world)

    assert "Needs someone" not in before
    assert "Needs someone 1" in sam.get("/desk/patients?show=mine").text
    assert "Needs someone" not in ada.get("/desk/patients?show=mine").text


@pytest.mark.parametrize(
    ("days", "covered"),
    [(-1, False), (0, True), (4, True), (5, False)],
    ids=["the day before", "the first day", "the last day", "the day after"],
)
def test_what_comes_up_goes_to_the_cover_from_the_first_day_to_the_last(
    client: FlaskClient, world: World, sessions: Sessions, days: int, *, covered: bool
) -> None:
    say_away(client, world)

    assert owner(sessions, world, days) == (world.sam if covered else world.lena)


def test_the_desk_of_the_cover_is_their_own_again_afterwards(
    client: FlaskClient, sam: FlaskClient, world: World, clock: HandClock, app: Flask
) -> None:
    say_away(client, world)
    clock.moment += timedelta(days=5)
    later = app.test_client()
    sign_in(later, world.sam)

    assert "Ana Morales" not in later.get("/desk/patients").text


def test_back_early_and_nobody_covers_any_more(
    client: FlaskClient, world: World, sessions: Sessions
) -> None:
    say_away(client, world)
    assert "Mar 16 to Mar 20, Sam Hill covers" in client.get(world.away).text

    press(client, world.away, f"/desk/clinic/people/{world.lena}/here")

    assert owner(sessions, world, 0) == world.lena
    assert "covers." not in client.get(world.away).text


def test_another_cover_takes_the_place_of_the_first(
    client: FlaskClient, world: World, sessions: Sessions
) -> None:
    say_away(client, world)
    press(client, world.away, **WEEK, by=str(world.ada))

    assert owner(sessions, world, 0) == world.ada
    with sessions() as session:
        assert session.get_one(Staff, world.sam).covers == ()


def test_a_cover_who_has_left_covers_nobody(
    client: FlaskClient, world: World, sessions: Sessions
) -> None:
    say_away(client, world)
    with sessions.begin() as session:
        session.get_one(Staff, world.sam).active = False

    assert owner(sessions, world, 0) == world.lena


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends": "2026-03-15"}, "The last day comes after the first"),
        ({"starts": ""}, "A day, please."),
        ({"by": "999999"}, "Not a valid choice"),
    ],
    ids=["backwards", "no day", "nobody"],
)
def test_a_leave_that_cannot_be_says_what_is_wrong(
    client: FlaskClient, world: World, wrong: dict[str, str], said: str
) -> None:
    sign_in(client, world.lena)

    answer = press(client, world.away, **WEEK | {"by": str(world.sam)} | wrong)

    assert answer.status_code == 422
    assert said in answer.text


def test_ones_own_leave_is_ones_own_to_say_and_an_admins(
    client: FlaskClient, sam: FlaskClient, world: World, app: Flask
) -> None:
    admin = app.test_client()
    sign_in(admin, world.ada)

    assert sam.get(world.away).status_code == 403
    assert admin.get(world.away).status_code == 200
    assert "Sam Hill covers" not in admin.get("/desk/clinic/people").text
    press(admin, world.away, **WEEK, by=str(world.sam))
    assert "Sam Hill covers" in admin.get("/desk/clinic/people").text
