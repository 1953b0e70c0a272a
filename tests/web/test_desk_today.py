"""Does Today show who needs a person, worst first, and let a person act on it?"""

import re
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_patient, a_plan
from desk_door import World, a_sitting, an_alert, asked, press
from flask.testing import FlaskClient
from markup_rules import faults
from setting import HandClock

from reminders.core.adherence import Outcome
from reminders.core.triage import AlertKind, Urgency
from reminders.store.accounts import Role, Staff
from reminders.store.audit import beat
from reminders.store.conversation import Door, Reply
from reminders.store.db import Sessions, db_now
from reminders.store.people import Clinic, Patient
from reminders.store.plans import Routine
from reminders.store.record import Alert, Call, Hold, Visit


def alert_for(sessions: Sessions, patient_id: int, *about: object, **changes: object) -> int:
    with sessions.begin() as session:
        patient = session.get_one(Patient, patient_id)
        return an_alert(session, patient, *about, **changes).id  # type: ignore[arg-type]


def another(sessions: Sessions, world: World, **changes: object) -> int:
    """One more patient of Lena's."""
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, world.clinic)
        return a_patient(session, clinic, first_name="Bea", phone="+12075550120", **changes).id


def a_reply(world: World, at: datetime, *, automatic: bool) -> Reply:
    return Reply(
        clinic_id=world.clinic,
        door=Door.TEXT,
        provider_id=f"SM{at:%d}",
        sender=PATIENT_NUMBER,
        sender_index=PATIENT_NUMBER,
        text="fine",
        received_at=at,
        read_at=at,
        patient_id=world.ana,
        automatic=automatic,
    )


def stored(sessions: Sessions, alert_id: int) -> Alert:
    with sessions() as session:
        return session.get_one(Alert, alert_id)


def test_nobody_needs_you_when_nothing_is_open(client: FlaskClient, world: World) -> None:
    page = client.get("/desk")

    assert "Nobody needs you" in page.text


def test_the_worst_stands_first_and_good_news_last_and_uncounted(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, another(sessions, world), AlertKind.DOING_WELL, Urgency.GOOD_NEWS)
    alert_for(sessions, another(sessions, world), AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN)
    alert_for(sessions, another(sessions, world), AlertKind.SILENT, Urgency.TODAY)
    alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW, evidence="cannot feel my leg")

    page = client.get("/desk").text

    groups = re.findall(r'<h2 class="group">([\w ]+?) <', page)
    assert groups == ["Now", "Today", "When you can", "Good news"]
    assert "Three people need you" in page
    assert "“cannot feel my leg”" in page
    assert "59" in page
    assert list(faults(page)) == []


def test_all_reasons_of_one_patient_stand_in_one_row_under_the_worst(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, world.ana, AlertKind.UNDER_HALF, Urgency.WHEN_YOU_CAN)
    alert_for(sessions, world.ana, AlertKind.NOT_DELIVERED, Urgency.TODAY)
    alert_for(sessions, world.ana, AlertKind.PAIN_UP, Urgency.TODAY)

    page = client.get("/desk").text

    assert page.count('<li class="triage') == 1
    assert "One person needs you" in page
    reasons = re.findall(r"A reason: (\w+)", page)
    assert reasons == ["pain_up", "not_delivered", "under_half"]


def test_a_red_flag_stands_alone_and_counts_its_patient_once(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, world.ana, AlertKind.PAIN_UP)
    alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW)

    page = client.get("/desk").text

    assert page.count('<li class="triage') == 2
    assert "One person needs you" in page


def test_a_button_closes_all_the_row_showed_and_nothing_that_came_since(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    worst = alert_for(sessions, world.ana, AlertKind.PAIN_UP)
    shown = alert_for(sessions, world.ana, AlertKind.UNDER_HALF)
    page = client.get("/desk").text
    came_since = alert_for(sessions, world.ana, AlertKind.NOT_DELIVERED)

    assert f'name="also" value="{shown}"' in page
    press(client, "/desk", f"/desk/alerts/{worst}/seen", also=str(shown))

    resolved = [stored(sessions, one).resolved_at for one in (worst, shown, came_since)]
    assert resolved == [NOW, NOW, None]


def test_a_button_never_reaches_the_alerts_of_somebody_else(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    mine = alert_for(sessions, world.ana)
    theirs = alert_for(sessions, another(sessions, world))
    flag = alert_for(sessions, world.ana, AlertKind.SAFETY, Urgency.NOW)

    press(client, "/desk", f"/desk/alerts/{mine}/seen", also=f"{theirs},{flag},x,{2**70}")

    assert stored(sessions, mine).resolved_at == NOW
    assert stored(sessions, theirs).resolved_at is None
    assert stored(sessions, flag).resolved_at is None


def test_a_row_says_when_there_was_contact_last(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_for(sessions, world.ana, AlertKind.PAIN_UP)
    assert "Not heard from yet" in client.get("/desk").text
    with sessions.begin() as session:
        session.add(
            Visit(clinic_id=world.clinic, patient_id=world.ana, day=date(2026, 3, 9), at=NOW)
        )
        for n, reached in ((3, False), (40, True)):
            rung = {"by_id": world.lena, "at": NOW - timedelta(days=n), "reached": reached}
            session.add(Call(clinic_id=world.clinic, patient_id=world.ana, **rung))
        for n, automatic in ((5, False), (1, True)):
            session.add(a_reply(world, NOW - timedelta(days=n), automatic=automatic))

    page = client.get("/desk").text

    assert "Last heard Wed 11 Mar · called Fri 13 Mar" in page


def test_fifty_rows_stand_on_a_page_and_the_rest_on_the_next(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        clinic = session.get_one(Clinic, world.clinic)
        for nth in range(52):
            an_alert(session, a_patient(session, clinic, phone=f"+12075552{nth:03}"))

    first, second = client.get("/desk").text, client.get("/desk?page=2").text

    assert "52 people need you" in first
    assert "52 people need you" in second
    assert [page.count('<li class="triage') for page in (first, second)] == [50, 2]
    assert "The rest" in first
    assert "Worse" in second


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
        session.get_one(Alert, alert_id).acknowledge(world.jonas, NOW)
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
