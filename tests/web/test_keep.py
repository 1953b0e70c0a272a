"""Does a phone keep its patient's page for as long as it may, and not a moment longer?"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_clinic, a_patient
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import DAY, DUE, SOON, Story, begin, main_of, ticket_of, with_link, words_of
from setting import HandClock, make_settings

from app import create_app
from reminders import outbox
from reminders.config import Mode, Settings
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Link, Message, Purpose, hash_token
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Patient

NOT_KEPT = "Open the link in your message"
SIXTY = 60 * DAY


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    """A patient who is past the second step."""
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR)).come_in()


def keep(ana: OwnPages) -> str:
    """Press "Keep on this phone"; gives the key that the phone has now."""
    answer = ana.press("keep", "keep")
    assert (answer.status_code, answer.location) == (303, "/today")
    cookie = ana.story.client.get_cookie("kept")
    assert cookie is not None
    return cookie.value


def today(ana: OwnPages, place: str = "") -> str:
    answer = ana.story.client.get(f"/today{place}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def kept(sessions: Sessions) -> list[Link]:
    with sessions() as session:
        rows = sa.select(Link).where(Link.purpose == Purpose.KEPT).order_by(Link.id)
        return list(session.scalars(rows))


# Kept


def test_a_kept_page_opens_without_a_token_in_its_address(ana: OwnPages) -> None:
    key = keep(ana)

    page = today(ana)

    assert "Good morning, Ana" in page
    assert ana.story.token not in page
    assert key not in page
    assert 'action="/today"' in page
    assert set(re.findall(r'href="(/today[^"]*)"', page)) >= {"/today/week", "/today/off"}


def test_only_the_hash_of_the_key_is_stored_and_it_opens_no_address(ana: OwnPages) -> None:
    key = keep(ana)

    [row] = kept(ana.story.sessions)
    assert row.token_hash == hash_token(key)
    assert row.key != key
    assert "Good morning" not in ana.story.client.get(f"/x/{key}").text
    assert "This link has ended" in words_of(ana.story.client.get(f"/x/{key}").text)


def test_the_key_of_an_address_is_no_key_of_a_phone(ana: OwnPages) -> None:
    ana.story.client.set_cookie("kept", ana.story.token)

    assert NOT_KEPT in words_of(today(ana))


def test_the_key_is_out_of_reach_of_scripts_and_other_places(
    sessions: Sessions, clock: HandClock
) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")
    client = create_app(real, time=clock, sessions=sessions).test_client()
    story = begin(client, sessions, clock, real)
    with sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().second_step = False
    site = "https://exercise.example.org"
    shown = client.get(f"{story.path}/keep", base_url=site).text

    answer = client.post(f"{story.path}/keep", data={"csrf_token": ticket_of(shown)}, base_url=site)

    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-kept=")
    said = {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", f"Max-Age={60 * 24 * 3600}"}
    assert said <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Good morning" in client.get("/today", base_url=site).text


def test_a_session_logged_on_a_kept_page_is_like_any_other(ana: OwnPages) -> None:
    keep(ana)

    page = today(ana)
    fields = {"csrf_token": ticket_of(page), "act": "all", "pain": "3"}
    answer = ana.story.client.post("/today", data=fields)

    assert (answer.status_code, answer.location) == (303, "/today")
    assert (ana.story.entry().outcome, ana.story.entry().pain) == (Outcome.DONE, 3)
    assert "Thank you, Ana." in words_of(today(ana))


def test_an_answer_that_comes_a_day_late_is_logged_for_the_sitting_it_is_about(
    ana: OwnPages, clock: HandClock
) -> None:
    keep(ana)
    page = today(ana)
    clock.moment = SOON + DAY
    outbox.plan(ana.story.sessions, clock.moment)
    assert ticket_of(today(ana)) != ticket_of(page)

    fields = {"csrf_token": ticket_of(page), "act": "all", "pain": "3"}
    ana.story.client.post("/today", data=fields)

    assert ana.story.entry().day == date(2026, 3, 16)
    assert "Good morning, Ana" in today(ana), "today's own sitting is still to do"


def test_an_answer_that_comes_a_week_late_is_asked_about(ana: OwnPages, clock: HandClock) -> None:
    keep(ana)
    page = today(ana)
    for days in range(1, 8):
        clock.moment = SOON + days * DAY
        outbox.plan(ana.story.sessions, clock.moment)

    answer = ana.story.client.post("/today", data={"csrf_token": ticket_of(page), "act": "all"})

    assert answer.status_code == 400
    assert "Your page has changed since you opened it." in words_of(answer.text)
    assert ana.story.entries() == []


# The second step


def test_keeping_asks_the_second_step_first(ana: OwnPages) -> None:
    ana.story.client.delete_cookie("known", path="/x/")

    page = ana.get("keep").text

    assert "Which year were you born?" in page
    posted = ana.story.client.post(f"{ana.story.path}/keep", data={"csrf_token": ticket_of(page)})
    assert "Set-Cookie" not in posted.headers
    assert kept(ana.story.sessions) == []


def test_history_and_settings_of_a_kept_page_ask_again(ana: OwnPages) -> None:
    keep(ana)

    asked = today(ana, "/week")
    fields = {"csrf_token": ticket_of(asked), "answer": YEAR}
    answer = ana.story.client.post("/today/check/week", data=fields)

    assert "Which year were you born?" in asked
    assert answer.location == "/today/week"
    assert "My week" in main_of(today(ana, "/week"))


def test_a_form_without_our_token_keeps_nothing(ana: OwnPages) -> None:
    answer = ana.story.client.post(f"{ana.story.path}/keep", data={"csrf_token": "x"})

    assert "Set-Cookie" not in answer.headers
    assert kept(ana.story.sessions) == []


# The end


def _taken_off(ana: OwnPages) -> None:
    page = today(ana, "/off")
    ana.story.client.post("/today/off", data={"csrf_token": ticket_of(page)})


def _taken_off_by_a_link(ana: OwnPages) -> None:
    OwnPages(with_link(ana.story)).press("off", "off")


def _over(ana: OwnPages) -> None:
    ana.story.clock.moment = SOON + SIXTY


def _discharged(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).discharge()


def _other_number(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.get_one(Patient, ana.story.patient_id).phone = "+12075550199"


def _not_my_number(ana: OwnPages) -> None:
    ana.press("stop", "stop", why="wrong")


ENDS = (_taken_off, _taken_off_by_a_link, _over, _discharged, _other_number, _not_my_number)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__.strip("_"))
def test_a_kept_page_ends(ana: OwnPages, end: Callable[[OwnPages], None]) -> None:
    key = keep(ana)
    assert "Ana" in today(ana)

    end(ana)

    ana.story.client.set_cookie("kept", key)
    for place in ("", "/change", "/week", "/reminders", "/later", "/stop", "/keep", "/off"):
        page = today(ana, place)
        assert NOT_KEPT in words_of(page), place
        assert "Ana" not in page
        assert "Maple" not in page
    assert "Kept-Until" not in ana.story.client.get("/today").headers


def test_taking_it_off_takes_the_key_from_the_phone(ana: OwnPages) -> None:
    keep(ana)

    _taken_off(ana)

    assert ana.story.client.get_cookie("kept") is None


def test_keeping_it_again_ends_the_key_of_before(ana: OwnPages) -> None:
    keep(ana)
    keep(ana)

    assert [one.revoked_at is None for one in kept(ana.story.sessions)] == [False, True]


def test_another_phone_of_the_patient_goes_on(ana: OwnPages) -> None:
    first = keep(ana)
    ana.story.client.delete_cookie("kept")
    keep(ana)
    assert "2 phones keep your page now." in words_of(ana.get("keep").text)

    _taken_off(ana)

    ana.story.client.set_cookie("kept", first)
    assert "Good morning, Ana" in today(ana)


def test_another_patients_phone_is_left_alone(ana: OwnPages, sessions: Sessions) -> None:
    with sessions.begin() as session:
        other = a_patient(session, session.scalars(sa.select(Clinic)).one(), phone="+12075550177")
    otto = with_link(
        Story(ana.story.client, sessions, ana.story.clock, ana.story.settings, "", 0, other.id)
    )
    key = keep(ana)

    OwnPages(otto).press("off", "off")

    ana.story.client.set_cookie("kept", key)
    assert "Good morning, Ana" in today(ana)


def test_a_phone_without_a_key_is_told_where_to_look_and_offered_nothing(
    client: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        a_clinic(session)

    page = client.get("/today").text

    assert NOT_KEPT in words_of(page)
    assert "<button" not in page


@pytest.mark.parametrize(
    ("end", "sent"), [(_taken_off_by_a_link, 1), (_discharged, 1)], ids=["taken off", "discharged"]
)
def test_a_phone_whose_key_has_ended_may_ask_for_a_link(
    ana: OwnPages, end: Callable[[OwnPages], None], sent: int
) -> None:
    key = keep(ana)
    end(ana)
    ana.story.client.set_cookie("kept", key)
    assert "Send me a new link" in today(ana)

    answer = ana.story.client.post("/today/new")

    assert answer.location == "/today/new"
    with ana.story.sessions() as session:
        asked = session.scalars(sa.select(Message).where(Message.kind == Kind.LINK)).all()
    # Whether it leaves, the gate decides at the claim: to a discharged patient it does not.
    assert len(asked) == sent


# What it leaves behind


def test_keeping_and_taking_off_are_audited_by_the_key_they_are_about(ana: OwnPages) -> None:
    keep(ana)
    _taken_off(ana)

    with ana.story.sessions() as session:
        lines = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    said = [(one.actor, one.action) for one in lines if "page" in one.action]
    [row] = kept(ana.story.sessions)
    assert (f"link:{ana.story.link_id}", "page kept on a phone") in said
    assert said[-1] == (f"link:{row.id}", "page taken off")


def test_the_browser_is_told_until_when_it_may_keep_a_page(ana: OwnPages) -> None:
    by_link = ana.story.client.get(ana.story.path)
    keep(ana)
    by_key = ana.story.client.get("/today")

    assert by_link.headers["Kept-Until"] == (DUE + 3 * DAY).isoformat()
    assert by_key.headers["Kept-Until"] == (SOON + SIXTY).isoformat()
    assert by_key.headers["Cache-Control"] == "no-store"
    for place in ("/week", "/change", "/reminders", "/keep"):
        assert "Kept-Until" not in ana.story.client.get(ana.story.path + place).headers


# The start screen


def test_the_start_screen_gets_a_neutral_name_and_no_token(ana: OwnPages) -> None:
    keep(ana)
    page = today(ana)
    [place] = re.findall(r'<link rel="manifest" href="([^"]+)"', page)

    manifest = ana.story.client.get(place).json

    assert manifest is not None
    assert (manifest["name"], manifest["lang"]) == ("Your exercises", "en")
    assert (manifest["start_url"], manifest["scope"], manifest["id"]) == ("/today",) * 3
    assert "Maple" not in str(manifest)
    for icon in manifest["icons"]:
        with ana.story.client.get(icon["src"]) as drawn:
            assert (drawn.status_code, drawn.mimetype) == (200, icon["type"])


def test_a_link_in_a_message_has_no_manifest(ana: OwnPages) -> None:
    assert 'rel="manifest"' not in ana.story.open()


def test_the_patients_own_number_is_what_a_kept_page_hangs_on(ana: OwnPages) -> None:
    keep(ana)
    with ana.story.sessions.begin() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        patient.email = "new@example.org"
        assert patient.phone == PATIENT_NUMBER

    assert "Good morning, Ana" in today(ana)


def test_a_kept_page_lasts_its_sixty_days(ana: OwnPages, clock: HandClock) -> None:
    keep(ana)

    clock.moment = SOON + SIXTY - timedelta(minutes=1)

    assert "Ana" in today(ana)
