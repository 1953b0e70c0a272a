"""Do the buttons of a row do what they say, and can each be taken back?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic
from desk_door import World, an_alert, press, sign_in
from flask.testing import FlaskClient
from markup_rules import faults
from setting import HandClock

from reminders.core.gate import Kind
from reminders.core.triage import AlertKind, Urgency
from reminders.core.wording import Key, Values, preview
from reminders.store.accounts import Staff
from reminders.store.conversation import Door, Fate, Message, Reply
from reminders.store.db import Sessions
from reminders.store.people import Care, Clinic, Patient
from reminders.store.record import Alert, Call
from reminders.web.desk.contact import PRAISE

TOMORROW = datetime(2026, 3, 17, 12, tzinfo=UTC)


def alert_for(sessions: Sessions, world: World, *about: object, **changes: object) -> int:
    with sessions.begin() as session:
        patient = session.get_one(Patient, world.ana)
        return an_alert(session, patient, *about, **changes).id  # type: ignore[arg-type]


def stored(sessions: Sessions, alert_id: int) -> Alert:
    with sessions() as session:
        return session.get_one(Alert, alert_id)


def acts(client: FlaskClient, alert_id: int, what: str, **fields: str) -> int:
    return press(client, "/desk/me", f"/desk/alerts/{alert_id}/{what}", **fields).status_code


def takes_back(client: FlaskClient) -> None:
    """Press the Undo that the last act has put on the page."""
    page = client.get("/desk").text
    [way] = re.findall(r'<form method="post" action="(/desk/alerts/\d+/undo/[^"]+)"', page)
    press(client, "/desk/me", way.replace("&amp;", "&"))


def calls(sessions: Sessions) -> list[bool]:
    with sessions() as session:
        return list(session.scalars(sa.select(Call.reached)))


def test_a_call_is_noted_and_takes_the_row_off_the_list(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world)

    acts(client, alert_id, "called")

    assert stored(sessions, alert_id).resolved_by_id == world.lena
    with sessions() as session:
        call = session.query(Call).one()
        assert (call.patient_id, call.by_id, call.at, call.reached) == (
            world.ana,
            world.lena,
            NOW,
            True,
        )


def test_a_call_that_nobody_took_brings_the_row_back_the_next_working_day(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world)

    acts(client, alert_id, "tried")

    alert = stored(sessions, alert_id)
    assert (alert.snoozed_until, alert.resolved_at) == (TOMORROW, None)
    assert calls(sessions) == [False]


def test_over_the_weekend_later_is_monday(
    client: FlaskClient, sessions: Sessions, clock: HandClock, world: World
) -> None:
    clock.moment = NOW + timedelta(days=4)
    sign_in(client, world.lena)
    alert_id = alert_for(sessions, world)

    page = client.get("/desk").text
    acts(client, alert_id, "snooze")

    assert "Monday</button>" in page
    assert stored(sessions, alert_id).snoozed_until == datetime(2026, 3, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("what", ["take", "snooze", "seen", "called", "tried"])
def test_what_was_pressed_by_mistake_is_taken_back(
    client: FlaskClient, sessions: Sessions, world: World, what: str
) -> None:
    alert_id = alert_for(sessions, world)
    acts(client, alert_id, what)
    pressed = stored(sessions, alert_id)

    takes_back(client)

    alert = stored(sessions, alert_id)
    assert (pressed.acknowledged_at, pressed.snoozed_until, pressed.resolved_at) != (None,) * 3
    assert (alert.acknowledged_at, alert.snoozed_until, alert.resolved_at) == (None,) * 3
    assert alert.owner_id == world.lena
    assert calls(sessions) == []


def test_taking_back_reaches_all_that_the_button_reached(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    worst = alert_for(sessions, world, AlertKind.PAIN_UP)
    other = alert_for(sessions, world, AlertKind.UNDER_HALF)
    acts(client, worst, "seen", also=str(other))

    takes_back(client)

    assert [stored(sessions, one).resolved_at for one in (worst, other)] == [None, None]


def test_words_wait_again_when_seen_is_taken_back(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        session.add(
            Reply(
                clinic_id=world.clinic,
                door=Door.TEXT,
                provider_id="SM1",
                sender=PATIENT_NUMBER,
                sender_index=PATIENT_NUMBER,
                text="may I swim?",
                received_at=NOW,
                read_at=NOW,
                patient_id=world.ana,
                fate=Fate.FOR_A_PERSON,
            )
        )
    alert_id = alert_for(sessions, world, AlertKind.MESSAGE)
    acts(client, alert_id, "seen")
    with sessions() as session:
        handled = session.query(Reply).one().handled_at

    takes_back(client)

    with sessions() as session:
        assert (handled, session.query(Reply).one().handled_at) == (NOW, None)


def test_nothing_is_opened_twice_by_taking_back(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    closed = alert_for(sessions, world)
    acts(client, closed, "seen")
    again = alert_for(sessions, world)

    answer = acts(client, closed, "undo/seen")

    assert answer == 303
    assert stored(sessions, closed).resolved_at == NOW
    assert stored(sessions, again).resolved_at is None


def test_what_the_reason_itself_has_closed_stays_closed(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    gone = alert_for(sessions, world, resolved_at=NOW)

    acts(client, gone, "undo/seen")

    assert stored(sessions, gone).resolved_at == NOW


def test_a_colleague_gets_it_on_their_list_and_it_can_be_taken_back(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    worst = alert_for(sessions, world, AlertKind.PAIN_UP, acknowledged_at=NOW)
    other = alert_for(sessions, world, AlertKind.UNDER_HALF)

    asked = client.get(f"/desk/alerts/{worst}/hand?also={other}").text
    acts(client, worst, "hand", to=str(world.jonas), also=str(other))

    handed = [stored(sessions, one) for one in (worst, other)]
    assert "Jonas Weil" in asked
    assert "Lena Ortiz</option>" not in asked
    assert list(faults(asked)) == []
    assert [(one.owner_id, one.acknowledged_at) for one in handed] == [(world.jonas, None)] * 2
    takes_back(client)
    assert [stored(sessions, one).owner_id for one in (worst, other)] == [world.lena] * 2


def test_nobody_of_another_clinic_and_nobody_who_left_can_be_given_anything(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world)
    with sessions.begin() as session:
        pine = a_clinic(session, "+12075550200", "care@pine.example")
        stranger = session.query(Staff).filter_by(clinic_id=pine.id).one().id
        session.get_one(Staff, world.jonas).active = False

    answers = [acts(client, alert_id, "hand", to=str(one)) for one in (stranger, world.jonas)]

    assert answers == [422, 422]
    assert stored(sessions, alert_id).owner_id == world.lena


def test_who_gets_a_red_flag_is_told_at_once_and_the_timer_begins_anew(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(
        sessions, world, AlertKind.SAFETY, Urgency.NOW, tellings=1, told_at=NOW - timedelta(hours=1)
    )

    acts(client, alert_id, "hand", to=str(world.jonas))

    alert = stored(sessions, alert_id)
    assert (alert.owner_id, alert.tellings, alert.told_at) == (world.jonas, 1, NOW)
    with sessions() as session:
        told = session.query(Message).filter_by(kind=Kind.STAFF).all()
        assert {one.recipient for one in told} == {f"s{world.jonas}"}


@pytest.mark.parametrize("what", ["called", "tried", "snooze", "undo/seen", "praise"])
def test_a_red_flag_is_only_taken_handed_over_or_cleared(
    client: FlaskClient, sessions: Sessions, world: World, what: str
) -> None:
    alert_id = alert_for(sessions, world, AlertKind.SAFETY, Urgency.NOW)

    assert acts(client, alert_id, what) == 409
    alert = stored(sessions, alert_id)
    assert (alert.resolved_at, alert.snoozed_until) == (None, None)


def test_praise_is_one_click_signed_and_sent_once(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world, AlertKind.DOING_WELL, Urgency.GOOD_NEWS)

    first, page = acts(client, alert_id, "praise"), client.get("/desk").text
    second = acts(client, alert_id, "praise")

    assert (first, second) == (303, 409)
    assert "“Well done” goes to Ana." in page
    with sessions() as session:
        [note] = session.query(Message).filter_by(kind=Kind.NOTE)
        assert (note.patient_id, note.staff_id) == (world.ana, world.lena)
        assert PRAISE["en"] in (note.filling or "")
    assert stored(sessions, alert_id).resolved_by_id == world.lena


@pytest.mark.parametrize("language", ["en", "es"])
def test_praise_fits_one_text_of_a_clinic_with_a_long_name(language: str) -> None:
    values = Values(clinic="M" * 25, note=PRAISE[language], staff="Maximiliane")

    assert preview(Key.NOTE, language, values).size.segments == 1


def test_a_transfer_moves_the_patient_and_what_stands_open(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world)
    place = f"/desk/patients/{world.ana}/transfer"

    page = client.get(place).text
    answer = press(client, place, to=str(world.jonas))

    assert "Jonas Weil" in page
    assert list(faults(page)) == []
    assert answer.location.endswith(f"/desk/patients/{world.ana}")
    assert stored(sessions, alert_id).owner_id == world.jonas
    with sessions() as session:
        assert session.get_one(Patient, world.ana).therapist_id == world.jonas


def test_what_a_colleague_let_lie_stands_on_my_list_until_somebody_takes_it(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    with sessions.begin() as session:
        session.get_one(Patient, world.ana).therapist_id = world.jonas
    alert_id = alert_for(sessions, world, owner_id=world.jonas)
    before = client.get("/desk").text
    with sessions.begin() as session:
        session.get_one(Alert, alert_id).escalate(NOW)

    shown = client.get("/desk").text
    with sessions.begin() as session:
        session.get_one(Alert, alert_id).acknowledge(world.jonas, NOW)

    assert "Ana Morales" not in before
    assert "Ana Morales" in shown
    assert "Jonas Weil has not taken it" in shown
    assert "Ana Morales" not in client.get("/desk").text


def test_a_discharge_closes_what_is_no_reason_any_more(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    silent = alert_for(sessions, world)
    message = alert_for(sessions, world, AlertKind.MESSAGE)

    press(client, f"/desk/patients/{world.ana}/discharge")

    with sessions() as session:
        assert session.get_one(Patient, world.ana).state is Care.DISCHARGED
    assert stored(sessions, silent).resolved_by_id == world.lena
    assert stored(sessions, message).resolved_at is None


def test_a_clinic_that_is_never_open_still_gets_it_back_tomorrow(
    client: FlaskClient, sessions: Sessions, world: World
) -> None:
    alert_id = alert_for(sessions, world)
    with sessions.begin() as session:
        session.get_one(Clinic, world.clinic).weekdays = []

    acts(client, alert_id, "snooze")

    assert stored(sessions, alert_id).snoozed_until == TOMORROW
