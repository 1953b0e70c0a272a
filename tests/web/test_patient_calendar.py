"""Does a patient's calendar show their times, right to the hour, and nothing else?"""

import re
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from dateutil import tz
from flask.testing import FlaskClient
from icalendar import Calendar
from own_pages import YEAR, OwnPages
from patient_story import DAY, SOON, begin, new_plan
from setting import HandClock
from werkzeug.test import TestResponse

from reminders.config import Settings
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Link, Purpose
from reminders.store.db import Sessions
from reminders.store.people import Patient
from reminders.web.patient.calendar import Entry, to_ical

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Phoenix",
    "Asia/Kolkata",
)


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR)).come_in()


def address(ana: OwnPages) -> str:
    """Make one, and read it off the page."""
    place = ana.wish("calendar").location
    [found] = re.findall(
        r'value="http://localhost(/calendar/\w+\.ics)"', ana.story.client.get(place).text
    )
    return str(found)


def entries(feed: TestResponse) -> list[tuple[str, datetime]]:
    found = Calendar.from_ical(feed.text).walk("VEVENT")
    return [(str(one["uid"]), one["dtstart"].dt.astimezone(UTC)) for one in found]


# What it shows


def test_the_calendar_holds_the_sittings_with_a_neutral_name(ana: OwnPages) -> None:
    feed = ana.story.client.get(address(ana))

    assert feed.mimetype == "text/calendar"
    assert {str(one["summary"]) for one in Calendar.from_ical(feed.text).walk("VEVENT")} == {
        "Maple PT: exercises"
    }
    moments = [at for _, at in entries(feed)]
    assert len(moments) == 43
    assert moments[:2] == [datetime(2026, 3, day, 13, tzinfo=UTC) for day in (16, 17)]
    for word in ("Ana", "Morales", "ridge", "pain", "5550118"):
        assert word not in feed.text


def test_an_entry_keeps_its_name_when_it_becomes_due_and_when_its_time_moves(
    ana: OwnPages,
) -> None:
    place = address(ana)
    before = entries(ana.story.client.get(place))

    new_plan(ana.story, ("bridge",), times=(time(10),))
    after = entries(ana.story.client.get(place))

    assert [name for name, _ in after] == [name for name, _ in before][: len(after)]
    assert after[0] == before[0]
    assert after[1][1] == before[1][1] + timedelta(hours=1)


def test_paused_days_are_left_out(ana: OwnPages) -> None:
    place = address(ana)
    ana.wish("pause", first="2026-03-17", last="2026-03-19")

    days = [at.day for _, at in entries(ana.story.client.get(place))][:2]

    assert days == [16, 20]


def test_a_safety_pause_empties_it(ana: OwnPages) -> None:
    place = address(ana)
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).hold_for_safety(SOON)

    assert entries(ana.story.client.get(place)) == []


# Wall time


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [date(2026, 3, 1), date(2026, 10, 1)], ids=str)
def test_every_reader_of_the_zones_rules_finds_the_same_moments(zone: str, start: date) -> None:
    days = [start + timedelta(days=n) for n in range(40)]
    walls = [datetime.combine(day, time(9), ZoneInfo(zone)) for day in days]
    written = to_ical(
        "Maple PT: exercises",
        ZoneInfo(zone),
        [Entry(f"a-{n}", wall.astimezone(UTC)) for n, wall in enumerate(walls)],
        datetime.combine(start, time(), UTC),
    ).decode()

    rules = tz.tzical(StringIO(written)).get(zone)

    for wall in walls:
        told = re.search(f"DTSTART;TZID={zone}:{wall:%Y%m%dT%H%M%S}", written)
        assert told
        bare = wall.replace(tzinfo=None)
        assert bare.replace(tzinfo=rules).astimezone(UTC) == wall.astimezone(UTC)


def test_summer_time_begins_at_two_by_the_old_clock() -> None:
    written = to_ical("x", ZoneInfo("America/New_York"), (), datetime(2026, 3, 1, tzinfo=UTC))

    summer = written.decode().partition("BEGIN:DAYLIGHT")[2]
    assert "DTSTART:20260308T020000" in summer
    assert "TZOFFSETFROM:-0500" in summer
    assert "TZOFFSETTO:-0400" in summer


# Whose it is


def test_a_new_address_ends_the_old_one(ana: OwnPages) -> None:
    first = address(ana)
    second = address(ana)

    assert first != second
    assert ana.story.client.get(first).status_code == 404
    assert ana.story.client.get(second).status_code == 200


def test_unknown_revoked_expired_and_other_links_look_alike(ana: OwnPages) -> None:
    place = address(ana)
    address(ana)
    session_link = place.replace(place.split("/")[-1], f"{ana.story.token}.ics")
    unknown = place.replace(place.split("/")[-1], "a" * 26 + ".ics")

    answers = {ana.story.client.get(one).data for one in (place, session_link, unknown)}
    ana.story.clock.moment = SOON + 401 * DAY

    assert len(answers) == 1
    assert {ana.story.client.get(one).status_code for one in (place, unknown)} == {404}


def test_a_discharged_patients_calendar_ends(ana: OwnPages) -> None:
    place = address(ana)
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).discharge()

    assert ana.story.client.get(place).status_code == 404


def test_a_calendars_address_opens_no_page(ana: OwnPages) -> None:
    token = address(ana).split("/")[-1].removesuffix(".ics")

    assert "This link has ended" in ana.story.client.get(f"/x/{token}").text


def test_reading_it_changes_nothing_but_the_audit_trail(ana: OwnPages) -> None:
    place = address(ana)
    with ana.story.sessions() as session:
        before = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
        [link] = session.scalars(sa.select(Link).where(Link.purpose == Purpose.CALENDAR))

    ana.story.client.get(place)

    with ana.story.sessions() as session:
        [seen] = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()[len(before) :]
    assert (seen.actor, seen.action) == (f"link:{link.id}", "calendar read")
