"""Does Today show who needs a person, worst first, and let a person act on it?"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan, a_therapist
from desk_door import a_sitting, an_alert, asked, press, sign_in
from flask.testing import FlaskClient
from setting import HandClock

from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.audit import beat
from reminders.store.db import Sessions, db_now
from reminders.store.people import Clinic, Patient
from reminders.store.plans import Routine
from reminders.store.record import Alert, Hold


@dataclass(frozen=True)
class World:
    clinic: int
    lena: int
    jonas: int
    ana: int


@pytest.fixture
def world(sessions: Sessions, client: FlaskClient) -> World:
    """Lena, signed in, with Ana; Jonas, her colleague."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        lena = session.query(Staff).filter_by(clinic_id=clinic.id).one()
        jonas = a_therapist(session, clinic, "Jonas Weil", "jonas@maplept.example")
        ana = a_patient(session, clinic, birth_year="1967")
        a_plan(session, ana)
        world = World(clinic.id, lena.id, jonas.id, ana.id)
    sign_in(client, world.lena)
    return world


def alert_for(sessions: Sessions, patient_id: int, *about: object, **changes: object) -> int:
    with sessions.begin() as session:
        patient = session.get_one(Patient, patient_id)
        return an_alert(session, patient, *about, **changes).id  # type: ignore[arg-type]


def stored(sessions: Sessions, alert_id: int) -> Alert:
    with sessions() as session:
        return session.get_one(Alert, alert_id)


def test_nobody_needs_you_when_nothing_is_open(client: FlaskClient, world: World) -> None:
    page = client.get("/desk")

    assert "Nobody needs you" in page.text


def test_the_worst_stands_first_and_good_news_last_and_uncounted(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, world.ana, AlertKind.DOING_WELL, Urgency.GOOD_NEWS)
    alert_for(sessions, world.ana, AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN)
    alert_for(sessions, world.ana, AlertKind.SILENT, Urgency.TODAY)
    alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW, evidence="cannot feel my leg")

    page = client.get("/desk").text

    groups = re.findall(r'<h2 class="group">([\w ]+?) <', page)
    assert groups == ["Now", "Today", "When you can", "Good news"]
    assert "One person needs you" in page
    assert "“cannot feel my leg”" in page
    assert "59" in page


def test_a_row_shows_fourteen_days_and_the_latest_pain(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, world.ana)
    with sessions.begin() as session:
        plan = a_plan(session, session.get_one(Patient, world.ana))
        a_sitting(session, plan, NOW - timedelta(days=2), Outcome.DONE, 4)
        a_sitting(session, plan, NOW - timedelta(days=3))

    page = client.get("/desk").text

    assert "1 of 2" in page
    assert "<b>4</b> pain" in page


def test_mine_leaves_out_what_others_look_after_but_no_untaken_red_flag(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, world.clinic)
        bill = a_patient(
            session, clinic, first_name="Bill", phone="+12075550119", therapist_id=world.jonas
        )
        bill_id = bill.id
    alert_for(sessions, bill_id)

    assert "Bill" not in client.get("/desk").text
    assert "Bill" in client.get("/desk?show=all").text
    alert_for(sessions, bill_id, AlertKind.SAFETY, Urgency.NOW)
    assert "Bill" in client.get("/desk").text


def test_a_patient_of_no_therapist_is_on_everybodys_list_until_somebody_takes_it(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        session.get_one(Patient, world.ana).therapist_id = None
    alert_id = alert_for(sessions, world.ana)

    assert "Ana" in client.get("/desk").text
    with sessions.begin() as session:
        session.get_one(Alert, alert_id).owner_id = world.jonas
    assert "Ana" not in client.get("/desk").text


def test_i_have_it_makes_me_the_owner_and_keeps_it_on_the_list(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world.ana, owner_id=world.jonas)

    answer = press(client, "/desk", f"/desk/alerts/{alert_id}/take")

    alert = stored(sessions, alert_id)
    assert answer.status_code == 303
    assert (alert.owner_id, alert.acknowledged_at) == (world.lena, NOW)
    assert "Lena Ortiz has it" in client.get("/desk").text


def test_tomorrow_brings_it_back_when_the_clinic_opens(
    client: FlaskClient, sessions: Sessions, clock: HandClock, world: World
) -> None:
    alert_id = alert_for(sessions, world.ana)

    press(client, "/desk", f"/desk/alerts/{alert_id}/snooze")

    assert stored(sessions, alert_id).snoozed_until == datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert "Nobody needs you" in client.get("/desk").text


def test_a_red_flag_can_neither_be_snoozed_nor_waved_away(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW)

    snoozed = press(client, "/desk", f"/desk/alerts/{alert_id}/snooze")
    seen = press(client, "/desk", f"/desk/alerts/{alert_id}/seen")

    assert snoozed.status_code == 409
    assert seen.location.endswith(f"/desk/alerts/{alert_id}/clear")
    assert stored(sessions, alert_id).resolved_at is None


def test_seen_takes_a_reason_off_the_list(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world.ana)

    press(client, "/desk", f"/desk/alerts/{alert_id}/seen")

    alert = stored(sessions, alert_id)
    assert (alert.resolved_at, alert.resolved_by_id) == (NOW, world.lena)


def test_clearing_a_red_flag_asks_first_and_then_lets_reminders_go_again(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW)
    with sessions.begin() as session:
        session.get_one(Patient, world.ana).hold_for_safety(NOW)
        session.execute(sa.update(Routine).values(next_due_at=None))

    answer = press(client, f"/desk/alerts/{alert_id}/clear")

    assert answer.status_code == 303
    with sessions() as session:
        assert session.get_one(Patient, world.ana).safety_hold_at is None
        assert session.query(Routine).one().next_due_at is not None
    assert stored(sessions, alert_id).resolved_by_id == world.lena


def test_a_hold_stands_above_the_list_until_a_therapist_releases_it(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        hold = Hold(clinic_id=world.clinic, reason="the restore", by="service", since=NOW)
        session.add(hold)
        session.flush()
        hold_id = hold.id
    assert "Reminders are on hold" in client.get("/desk").text

    press(client, "/desk", f"/desk/holds/{hold_id}/release")
    asked = client.get("/desk").text
    with sessions.begin() as session:
        hold = session.get_one(Hold, hold_id)
        assert (hold.released_by_id, hold.asked_at, hold.released_at) == (world.lena, NOW, None)
        hold.release(NOW)

    # The clock reads what came in meanwhile first: until then the hold stands, without a button.
    assert "Being released" in asked
    assert "Release the reminders" not in asked
    assert "on hold" not in client.get("/desk").text


def test_an_assistant_sees_a_hold_but_cannot_release_it(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        session.get_one(Staff, world.lena).role = Role.ASSISTANT
        hold = Hold(clinic_id=world.clinic, reason="the restore", by="service", since=NOW)
        session.add(hold)
        session.flush()
        hold_id = hold.id

    page = client.get("/desk").text
    press(client, "/desk/me", f"/desk/holds/{hold_id}/release")

    assert "on hold" in page
    assert "Release" not in page
    with sessions() as session:
        assert session.get_one(Hold, hold_id).released_at is None


def test_a_silent_clock_is_a_red_bar(client: FlaskClient, sessions: Sessions, world: World) -> None:
    assert "Nothing is being sent" in client.get("/desk").text

    with sessions.begin() as session:
        beat(session, "clock", db_now(session))

    assert "Nothing is being sent" not in client.get("/desk").text


def test_today_asks_the_database_a_fixed_number_of_things(
    client: FlaskClient, sessions: Sessions, engine: sa.Engine, world: World
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, world.clinic)
        for nth in range(12):
            patient = a_patient(session, clinic, phone=f"+120755503{nth:02}")
            a_sitting(session, a_plan(session, patient), NOW - timedelta(days=1), Outcome.DONE, 3)
            an_alert(session, patient)

    with asked(engine) as questions:
        page = client.get("/desk")

    assert "12 people need you" in page.text or "Twelve people need you" in page.text
    assert len(questions) <= 10
