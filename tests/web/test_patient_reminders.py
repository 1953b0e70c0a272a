"""What becomes of what a patient wishes about their reminders?"""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import DAY, DUE, FOUR, SOON, Story, begin, main_of, with_link
from setting import HandClock

from reminders import outbox
from reminders.config import Settings
from reminders.core.fading import Fading, Pace
from reminders.core.gate import Kind
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.people import (
    Medium,
    Patient,
)
from reminders.store.plans import Plan, Routine
from reminders.store.record import Occurrence

TODAY = date(2026, 3, 16)


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR)).come_in()


def shown(ana: OwnPages, done: str = "") -> str:
    return main_of(ana.get(f"reminders?done={done}").text)


def routine(ana: OwnPages) -> Routine:
    with ana.story.sessions() as session:
        plan = session.scalars(sa.select(Plan)).one()
        return plan.versions[-1].routines[0]


def move(ana: OwnPages, wall: str, **more: str) -> int:
    return ana.wish("times", **{f"t{routine(ana).id}-0": wall}, **more).status_code


def due_days(ana: OwnPages) -> list[tuple[int, int]]:
    """Day of the month and UTC hour of every sitting."""
    with ana.story.sessions() as session:
        rows = session.scalars(sa.select(Occurrence).order_by(Occurrence.due_at))
        return [(row.day.day, row.due_at.hour) for row in rows]


def messages(ana: OwnPages, kind: Kind) -> list[Message]:
    with ana.story.sessions() as session:
        order = (Message.due_at, Message.id)
        return list(
            session.scalars(sa.select(Message).where(Message.kind == kind).order_by(*order))
        )


# All of it


def test_the_page_says_what_is_true_now(ana: OwnPages) -> None:
    said = shown(ana)

    for line in (
        "Time 9:00 am, every day",
        "How By text",
        "Language English",
        "Pause No pause",
        "How often Each time",
        "Calendar Off",
    ):
        assert line in said


@pytest.mark.parametrize(
    ("topic", "fields", "said"),
    [
        ("language", {"language": "es"}, "Ahora le escribimos en español."),
        ("pace", {"pace": "weekly"}, "You hear from us now: Once a week."),
        ("pause", {"first": "2026-03-17", "last": "2026-03-20"}, "Tue 17 Mar to Fri 20 Mar."),
        ("way", {"way": "email", "agree-email": "on"}, "Your reminders come now: By email."),
        ("calendar", {}, "This is your calendar address."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_is_audited_and_said_back(
    ana: OwnPages, topic: str, fields: dict[str, str], said: str
) -> None:
    answer = ana.wish(topic, **fields)

    assert answer.status_code == 303
    assert said in main_of(ana.story.client.get(answer.location).text)
    with ana.story.sessions() as session:
        lines = session.scalars(sa.select(AuditEvent)).all()
    assert (f"link:{ana.story.link_id}", f"{topic} changed") in {
        (one.actor, one.action) for one in lines
    }


@pytest.mark.parametrize(
    "topic", ["times", "way", "language", "pause", "resume", "pace", "calendar"]
)
def test_nothing_changes_without_our_token_or_without_the_second_step(
    ana: OwnPages, topic: str
) -> None:
    place = f"{ana.story.path}/reminders/{topic}"
    fields = {"language": "es", "pace": "weekly", "way": "email", "agree-email": "on"}

    forged = ana.story.client.post(place, data=fields | {"csrf_token": "x"})
    ana.story.client.delete_cookie("known", path="/x/")
    stranger = ana.story.client.post(place, data=fields)

    assert forged.status_code == 400
    assert "press the button once more" in main_of(forged.text)
    assert "Which year were you born?" in main_of(stranger.text)
    patient = ana.patient()
    assert (patient.language, patient.medium, patient.pauses) == ("en", Medium.TEXT, [])
    assert routine(ana).fading is None


# Time of day


def test_a_new_time_counts_from_tomorrow_when_todays_has_gone_out(ana: OwnPages) -> None:
    assert move(ana, "17:00") == 303

    for days in (0, 1):
        outbox.plan(ana.story.sessions, DUE + days * DAY + timedelta(hours=9))

    assert due_days(ana) == [(16, 13), (17, 21)]
    assert "Time 5:00 pm, every day" in shown(ana)


def test_a_new_time_is_a_version_and_the_plan_of_before_stays(ana: OwnPages) -> None:
    before = routine(ana)
    move(ana, "17:00")

    with ana.story.sessions() as session:
        old, new = session.scalars(sa.select(Plan)).one().versions
        assert (old.routines[0].times, new.routines[0].times) == (["09:00"], ["17:00"])
        assert new.routines[0].routine_key == before.routine_key
        assert [one.exercise.key for one in new.prescriptions] == list(FOUR)
        assert [one.dose for one in new.prescriptions] == [one.dose for one in old.prescriptions]
        assert old.routines[0].next_due_at is None
        assert new.change == "Moved by the patient: 09:00 → 17:00."
        assert new.made_by_id is None


def test_the_same_time_again_is_no_version(ana: OwnPages) -> None:
    move(ana, "09:00")

    with ana.story.sessions() as session:
        assert len(session.scalars(sa.select(Plan)).one().versions) == 1


def test_the_session_of_before_the_move_is_shown_without_a_change(ana: OwnPages) -> None:
    move(ana, "17:00")

    page = ana.story.open()

    assert "Your plan has changed" not in page
    ana.story.send("all")
    assert ana.story.entry().day == TODAY


def test_what_waits_to_leave_at_the_old_time_is_taken_back(ana: OwnPages) -> None:
    move(ana, "17:00")

    [message] = messages(ana, Kind.REMINDER)
    assert message.state == "withdrawn"


@pytest.mark.parametrize(
    ("wall", "opens", "closes"),
    [
        ("07:00", time(7), None),
        ("20:00", None, time(21)),
        ("21:30", None, time(22)),
        ("12:00", None, None),
    ],
)
def test_a_written_wish_widens_the_hours_as_far_as_it_needs(
    ana: OwnPages, wall: str, opens: time | None, closes: time | None
) -> None:
    assert move(ana, wall, wider="on") == 303

    assert (ana.patient().opens, ana.patient().closes) == (opens, closes)


def test_a_wish_that_is_no_longer_needed_gives_the_clinics_hours_back(ana: OwnPages) -> None:
    move(ana, "07:00", wider="on")

    move(ana, "09:00", wider="on")

    assert (ana.patient().opens, ana.patient().closes) == (None, None)


@pytest.mark.parametrize(
    ("wall", "more", "said"),
    [
        ("07:30", {}, "We write between 8:00 am and 8:00 pm. To get it earlier or later, tick"),
        ("20:00", {}, "To get it earlier or later, tick the box."),
        ("06:59", {"wider": "on"}, "Between 7:00 am and 10:00 pm, please."),
        ("22:00", {"wider": "on"}, "Between 7:00 am and 10:00 pm, please."),
        ("", {}, "A time like 9:00, please."),
        ("noon", {}, "A time like 9:00, please."),
    ],
    ids=["early", "at closing", "too early", "too late", "none", "no time"],
)
def test_a_time_that_cannot_be_is_said_beside_the_field_and_changes_nothing(
    ana: OwnPages, wall: str, more: dict[str, str], said: str
) -> None:
    page = ana.wish("times", **{f"t{routine(ana).id}-0": wall}, **more)

    assert page.status_code == 400
    assert said in main_of(page.text)
    assert f'value="{wall}"' in page.text
    assert routine(ana).times == ["09:00"]
    assert ana.patient().opens is None


def test_two_times_of_one_day_stay_two(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session), birth_year=YEAR)
        a_plan(session, patient, times=(time(9), time(17)))
    clock.moment = SOON
    ana = OwnPages(with_link(Story(client, sessions, clock, settings, "", 0, patient.id)))
    ana.come_in()
    slots = {f"t{routine(ana).id}-{slot}": "10:00" for slot in (0, 1)}

    page = ana.wish("times", **slots)

    assert "Two times are the same." in main_of(page.text)
    assert routine(ana).times == ["09:00", "17:00"]


# Pause


def test_a_pause_leaves_its_days_out_and_ends_by_itself(ana: OwnPages) -> None:
    ana.wish("pause", first="2026-03-17", last="2026-03-18")

    for days in (1, 2, 3):
        outbox.plan(ana.story.sessions, DUE + days * DAY)

    assert [one.due_at.day for one in messages(ana, Kind.REMINDER) if one.due_at > SOON] == [19]


def test_a_pause_is_undone_with_one_button(ana: OwnPages) -> None:
    ana.wish("pause", first="2026-03-16", last="2026-03-20")
    ana.wish("pause", first="2026-03-25", last="2026-03-26")

    answer = ana.wish("resume")

    assert "Your reminders come again." in main_of(ana.story.client.get(answer.location).text)
    assert all(one.last_day and one.last_day < TODAY for one in ana.patient().pauses)


def test_a_pause_of_another_month_leaves_what_waits_today(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings
) -> None:
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session), birth_year=YEAR)
        a_plan(session, patient)
    clock.moment = SOON
    ana = OwnPages(with_link(Story(client, sessions, clock, settings, "", 0, patient.id)))
    ana.come_in()
    outbox.plan(sessions, DUE)

    ana.wish("pause", first="2026-04-16", last="2026-04-20")
    ana.wish("resume")

    assert [one.state for one in messages(ana, Kind.REMINDER)] == ["due"]


def test_a_pause_of_the_clinic_is_not_the_patients_to_end(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).pause(TODAY, None, by="staff:1")

    ana.wish("resume")

    assert ana.patient().paused_on(TODAY + DAY)
    assert "Your clinic has paused your reminders." in shown(ana)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-15", "2026-03-20", "The first day is today or later"),
        ("2026-03-20", "2026-03-19", "The last day cannot be before the first."),
        ("2026-03-17", "2026-05-16", "At most 60 days"),
        ("2026-03-17", "", "The last day cannot be before the first."),
        ("2027-03-18", "2027-03-20", "within a year from now"),
        ("9999-12-31", "9999-12-31", "within a year from now"),
    ],
    ids=["past", "backwards", "too long", "no end", "too far", "the last of all days"],
)
def test_a_pause_that_cannot_be_says_why(ana: OwnPages, first: str, last: str, said: str) -> None:
    page = ana.wish("pause", first=first, last=last)

    assert page.status_code == 400
    assert said in main_of(page.text)
    assert ana.patient().pauses == []


def test_a_pause_may_lie_a_year_off(ana: OwnPages) -> None:
    ana.wish("pause", first="2027-03-16", last="2027-03-17")

    assert ana.patient().paused_on(date(2027, 3, 17))
    assert "Pause Tue 16 Mar to Wed 17 Mar" in shown(ana)


# Less often


def test_less_often_thins_the_reminders_and_leaves_the_sittings(ana: OwnPages) -> None:
    ana.wish("pace", pace="every_other")

    for days in range(1, 5):
        outbox.plan(ana.story.sessions, DUE + days * DAY)

    assert routine(ana).fading == Fading(Pace.EVERY_OTHER, TODAY)
    assert len(due_days(ana)) == 5
    assert [one.due_at.day for one in messages(ana, Kind.REMINDER)] == [16, 18, 20]


def test_each_time_again_undoes_it(ana: OwnPages) -> None:
    ana.wish("pace", pace="weekly")

    ana.wish("pace", pace="always")

    assert routine(ana).fading is None


def test_what_the_clinic_chose_is_shown_and_kept(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        plan = session.scalars(sa.select(Plan)).one()
        plan.versions[-1].routines[0].fade(Fading(Pace.GRADUAL, TODAY - DAY))

    assert ana.wish("pace", pace="gradual").status_code == 303

    assert routine(ana).fading == Fading(Pace.GRADUAL, TODAY - DAY)
    assert "How often Less and less, as your clinic set it" in shown(ana)


# Language


def test_another_language_is_spoken_from_now_on(ana: OwnPages) -> None:
    ana.wish("language", language="es")

    assert "Buenos días, Ana" in ana.story.open()
    assert ana.wish("language", language="tlh").status_code == 400
