"""Can an admin let people in, change what they do, and close an account without losing anybody?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_therapist
from desk_door import an_alert, press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from front_door import give_password
from setting import HandClock

from app import create_app
from reminders.config import Settings
from reminders.core.triage import AlertKind, Urgency
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient
from reminders.store.record import Alert
from reminders.web.house import house_of

PEOPLE = "/desk/clinic/people"
NEW = {"name": "Ben Cho", "email": "Ben@MaplePT.example", "phone": "", "role": "therapist"}


@dataclass(frozen=True)
class World:
    """A clinic with an admin and two therapists; Lena looks after Ana, whose alert stands open."""

    ada: int
    lena: int
    sam: int
    ana: int
    alert: int


@pytest.fixture
def world(sessions: Sessions) -> World:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.scalars(sa.select(Staff)).one()
        give_password(lena)
        ada = a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        give_password(ada)
        sam = a_therapist(session, clinic, "Sam Hill", "sam@maplept.example")
        give_password(sam)
        ana = a_patient(session, clinic, therapist_id=lena.id)
        alert = an_alert(session, ana, AlertKind.SILENT, Urgency.TODAY, owner_id=lena.id)
        session.flush()
        return World(ada.id, lena.id, sam.id, ana.id, alert.id)


@pytest.fixture
def admin(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.ada)
    return client


def person(sessions: Sessions, staff_id: int) -> Staff:
    with sessions() as session:
        return session.get_one(Staff, staff_id)


def actions(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


# Who works here


def test_the_list_shows_everyone_and_what_hangs_on_them(admin: FlaskClient) -> None:
    page = admin.get(PEOPLE).text

    for said in ("Lena Ortiz", "therapist", "lena@maplept.example", "1 patient, 1 open alert"):
        assert said in page
    assert "admin, you" in page
    assert "0 patients, 0 open alerts" in page


def test_another_clinic_is_not_in_it(admin: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_clinic(session, "+12075550200", "care@pine.example")

    assert "lena@pine.example" not in admin.get(PEOPLE).text


# Inviting


def test_an_invitation_shows_its_address_once_and_lets_in(
    admin: FlaskClient, app: Flask, sessions: Sessions
) -> None:
    answer = press(admin, f"{PEOPLE}/new", **NEW)

    assert answer.status_code == 200
    [place] = re.findall(r"http://localhost(/join/[0-9a-f]{40})", answer.text)
    assert "Welcome, Ben Cho" in app.test_client().get(place).text
    assert "invited, not here yet" in admin.get(PEOPLE).text
    assert place not in admin.get(PEOPLE).text
    assert actions(sessions)[-1] == "staff.invite"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Fill this in"),
        ({"email": "ben"}, "An email address, please"),
        ({"email": "LENA@maplept.example"}, "Somebody signs in with this address already."),
        ({"phone": "12"}, "This number does not exist"),
        ({"role": "owner"}, "Invalid Choice"),
    ],
    ids=["no name", "no address", "taken", "no number", "no role"],
)
def test_an_invitation_that_cannot_be_says_what_is_wrong(
    admin: FlaskClient, sessions: Sessions, wrong: dict[str, str], said: str
) -> None:
    answer = press(admin, f"{PEOPLE}/new", **NEW | wrong)

    assert answer.status_code == 422
    assert said in answer.text
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Staff.id))) == 3


@pytest.fixture
def mailing(
    wired: Settings, sessions: Sessions, clock: HandClock, world: World
) -> Iterator[FlaskClient]:
    """The admin at a desk that has a mail server."""
    app = create_app(wired, time=clock, sessions=sessions)
    client = app.test_client()
    sign_in(client, world.ada)
    yield client
    house_of(app).courier.close()


def test_an_invitation_is_mailed_if_one_likes(
    mailing: FlaskClient, sandbox: Sandbox, sessions: Sessions
) -> None:
    answer = press(mailing, f"{PEOPLE}/new", **NEW, by_mail="y")

    [place] = re.findall(r"/join/[0-9a-f]{40}", answer.text)
    house_of(mailing.application).courier.close()
    [mail] = sandbox.mails("Ben@maplept.example")
    assert f"http://localhost{place}" in mail.text
    assert "Ben" not in mail.subject
    with sessions() as session:
        kept = session.execute(sa.text("SELECT filling FROM message")).scalar_one()
    assert place.rpartition("/")[2].encode() not in bytes(kept)


def test_and_not_if_one_does_not(mailing: FlaskClient, sessions: Sessions) -> None:
    press(mailing, f"{PEOPLE}/new", **NEW)

    with sessions() as session:
        assert session.scalars(sa.select(Message)).all() == []


def test_inviting_again_ends_the_address_before(
    admin: FlaskClient, app: Flask, sessions: Sessions
) -> None:
    first = press(admin, f"{PEOPLE}/new", **NEW).text
    with sessions() as session:
        ben = session.scalars(sa.select(Staff).where(Staff.password.is_(None))).one()

    again = press(admin, f"{PEOPLE}/{ben.id}", f"{PEOPLE}/{ben.id}/invite").text

    old, new = (re.findall(r"/join/[0-9a-f]{40}", page)[0] for page in (first, again))
    assert app.test_client().get(old).status_code == 404
    assert app.test_client().get(new).status_code == 200


def test_whoever_has_a_password_gets_no_other_address(admin: FlaskClient, world: World) -> None:
    answer = press(admin, f"{PEOPLE}/{world.lena}", f"{PEOPLE}/{world.lena}/invite")

    assert answer.status_code == 303
    assert "has a password already" in admin.get(answer.location).text


# Roles and phones


def test_a_role_counts_from_the_next_page_on(
    admin: FlaskClient, app: Flask, world: World, sessions: Sessions
) -> None:
    lena = app.test_client()
    sign_in(lena, world.lena)
    assert lena.get(f"{PEOPLE}/new").status_code == 403

    press(admin, f"{PEOPLE}/{world.lena}", f"{PEOPLE}/{world.lena}/role", role="admin")

    assert lena.get(f"{PEOPLE}/new").status_code == 200
    assert actions(sessions)[-1] == "staff.role"


def test_the_only_admin_stays_one(admin: FlaskClient, world: World, sessions: Sessions) -> None:
    down = press(admin, f"{PEOPLE}/{world.ada}", f"{PEOPLE}/{world.ada}/role", role="therapist")
    out = press(admin, f"{PEOPLE}/{world.ada}/leave", to=str(world.sam))

    for answer in (down, out):
        assert answer.status_code == 422
        assert "This is the only admin" in answer.text
    ada = person(sessions, world.ada)
    assert (ada.role, ada.active) == (Role.ADMIN, True)


def test_with_another_admin_the_first_may_go(
    admin: FlaskClient, world: World, sessions: Sessions
) -> None:
    press(admin, f"{PEOPLE}/{world.sam}", f"{PEOPLE}/{world.sam}/role", role="admin")

    press(admin, f"{PEOPLE}/{world.ada}/leave", to=str(world.sam))

    assert not person(sessions, world.ada).active
    assert admin.get("/desk").status_code == 303


def test_a_lost_phone_is_forgotten_and_ends_the_sessions_of_its_person(
    admin: FlaskClient, app: Flask, world: World, sessions: Sessions
) -> None:
    lena = app.test_client()
    sign_in(lena, world.lena)

    press(admin, f"{PEOPLE}/{world.lena}", f"{PEOPLE}/{world.lena}/factor")

    assert not person(sessions, world.lena).has_factor
    assert lena.get("/desk").status_code == 303
    assert actions(sessions)[-1] == "staff.factor_reset"


# Leaving and coming back


def test_leaving_hands_over_patients_and_alerts_and_signs_out_at_once(
    admin: FlaskClient, app: Flask, world: World, sessions: Sessions
) -> None:
    lena = app.test_client()
    sign_in(lena, world.lena)
    assert lena.get("/desk").status_code == 200

    press(admin, f"{PEOPLE}/{world.lena}/leave", to=str(world.sam))

    assert lena.get("/desk").status_code == 303
    gone = person(sessions, world.lena)
    assert (gone.active, gone.password, gone.has_factor) == (False, None, False)
    with sessions() as session:
        assert session.get_one(Patient, world.ana).therapist_id == world.sam
        assert session.get_one(Alert, world.alert).owner_id == world.sam
        assert session.scalars(sa.select(Clinic)).one().safety_contact_id == world.sam
    assert "has left" in admin.get(PEOPLE).text
    assert actions(sessions)[-1] == "staff.leave"


def test_what_a_third_person_has_taken_stays_with_them(
    admin: FlaskClient, world: World, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        alert = session.get_one(Alert, world.alert)
        alert.owner_id, alert.acknowledged_at = world.ada, NOW

    press(admin, f"{PEOPLE}/{world.lena}/leave", to=str(world.sam))

    with sessions() as session:
        assert session.get_one(Alert, world.alert).owner_id == world.ada


def test_whoever_takes_over_a_red_flag_is_told_at_once(
    admin: FlaskClient, world: World, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Alert, world.alert).kind = AlertKind.SAFETY

    press(admin, f"{PEOPLE}/{world.lena}/leave", to=str(world.sam))

    with sessions() as session:
        told = session.scalars(sa.select(Message.staff_id)).all()
    assert set(told) == {world.sam}


def test_nobody_leaves_without_somebody_who_takes_over(
    admin: FlaskClient, world: World, sessions: Sessions
) -> None:
    for heir in ("", str(world.lena), "999999"):
        assert press(admin, f"{PEOPLE}/{world.lena}/leave", to=heir).status_code == 422

    assert person(sessions, world.lena).active


def test_somebody_of_another_clinic_takes_over_nothing(
    admin: FlaskClient, world: World, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        other = a_clinic(session, "+12075550200", "care@pine.example").safety_contact_id

    assert press(admin, f"{PEOPLE}/{world.lena}/leave", to=str(other)).status_code == 422


def test_whoever_comes_back_chooses_another_password(
    admin: FlaskClient, app: Flask, world: World, sessions: Sessions
) -> None:
    press(admin, f"{PEOPLE}/{world.lena}/leave", to=str(world.sam))

    answer = press(admin, f"{PEOPLE}/{world.lena}", f"{PEOPLE}/{world.lena}/invite")

    [place] = re.findall(r"/join/[0-9a-f]{40}", answer.text)
    assert app.test_client().get(place).status_code == 200
    back = person(sessions, world.lena)
    assert (back.active, back.password, back.has_factor) == (True, None, False)
