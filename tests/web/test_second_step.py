"""Who gets to see a patient's history and settings?"""

import re

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER, a_patient
from flask.testing import FlaskClient
from own_pages import YEAR, OwnPages
from patient_story import SOON, Story, begin, main_of, revoke, with_link, words_of
from setting import HandClock, make_settings

from app import create_app
from reminders.config import Settings
from reminders.sandbox import Sandbox
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Link, Message
from reminders.store.db import Sessions
from reminders.store.people import Clinic, Medium, Patient, Source, Why, suppress
from reminders.web.house import house_of

BEHIND = ("week", "reminders")
LATER = SOON.replace(hour=SOON.hour + 1)


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings, birth_year=YEAR))


def without_a_year(ana: OwnPages) -> OwnPages:
    with ana.story.sessions.begin() as session:
        session.merge(ana.patient()).birth_year = ""
    return ana


def said_by(ana: OwnPages) -> list[str]:
    with ana.story.sessions() as session:
        return list(session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def tries(ana: OwnPages) -> int:
    with ana.story.sessions() as session:
        return session.get_one(Link, ana.story.link_id).tries


# The birth year


@pytest.mark.parametrize("place", BEHIND)
def test_history_and_settings_ask_first_and_show_nothing(ana: OwnPages, place: str) -> None:
    page = ana.get(place).text

    assert "Which year were you born?" in page
    assert "My week" not in main_of(page)
    assert "9:00" not in page


@pytest.mark.parametrize("place", BEHIND)
def test_the_right_year_opens_the_page_that_was_wanted_and_the_other_one(
    ana: OwnPages, place: str
) -> None:
    answer = ana.answer(YEAR, place)

    assert answer.status_code == 303
    assert answer.location.endswith(f"/{place}")
    for other in BEHIND:
        assert "Which year" not in ana.get(other).text


def test_todays_session_asks_for_nothing(ana: OwnPages) -> None:
    assert "Bridge" in ana.story.open()
    assert "Stop these messages?" in words_of(ana.get("stop").text)
    assert "Remind me later today" in words_of(ana.get("later").text)


def test_a_wrong_year_says_how_many_tries_are_left(ana: OwnPages) -> None:
    page = ana.answer("1958")

    assert page.status_code == 400
    assert "That was not it. You can try 4 more times." in words_of(page.text)
    assert "second step failed" in said_by(ana)
    assert tries(ana) == 1


def test_after_five_wrong_years_the_right_one_is_too_late_for_this_link_alone(
    ana: OwnPages,
) -> None:
    form = ana.get("week").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    place = f"{ana.story.path}/check/week"
    for year in range(1950, 1955):
        ana.story.client.post(place, data={"csrf_token": token, "answer": str(year)})

    late = ana.story.client.post(place, data={"csrf_token": token, "answer": YEAR})

    assert "This stays closed for now" in late.text
    assert tries(ana) == 5
    assert "Bridge" in ana.story.open()
    assert OwnPages(with_link(ana.story)).come_in().get("week").status_code == 200


def test_the_right_year_forgives_the_wrong_ones(ana: OwnPages) -> None:
    ana.answer("1958")

    ana.come_in()

    assert tries(ana) == 0


@pytest.mark.parametrize("said", ["", "57", "19577", "abcd", "１９５７"], ids=str)
def test_what_is_no_year_costs_no_try(ana: OwnPages, said: str) -> None:
    page = ana.answer(said)

    assert page.status_code == 400
    assert "4 numbers, please." in words_of(page.text)
    assert tries(ana) == 0


def test_an_answer_without_our_token_is_not_taken(ana: OwnPages) -> None:
    place = f"{ana.story.path}/check/week"

    page = ana.story.client.post(place, data={"csrf_token": "x", "answer": YEAR})

    assert page.status_code == 400
    assert tries(ana) == 0
    assert "Set-Cookie" not in page.headers


# Who is remembered


def test_it_is_remembered_for_this_link_in_this_browser_until_it_closes(
    ana: OwnPages, sessions: Sessions, settings: Settings, clock: HandClock
) -> None:
    cookie = ana.answer(YEAR).headers["Set-Cookie"]

    assert "Path=/x/" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    assert "Which year" in OwnPages(with_link(ana.story)).get("week").text
    other = create_app(settings, time=clock, sessions=sessions).test_client()
    assert "Which year" in other.get(f"{ana.story.path}/week").text


def test_several_links_are_remembered_side_by_side(ana: OwnPages) -> None:
    second = OwnPages(with_link(ana.story))

    ana.come_in()
    second.come_in()

    assert "Which year" not in ana.get("week").text
    assert "Which year" not in second.get("week").text


def test_a_forged_cookie_is_none(ana: OwnPages) -> None:
    ana.story.client.set_cookie("known", "WzFd.forged", path="/x/")

    assert "Which year" in ana.get("week").text


def test_behind_https_the_cookie_is_for_https_alone(ana: OwnPages, clock: HandClock) -> None:
    secure = make_settings(public_base_url="https://exercise.example.org")
    client = create_app(secure, time=clock, sessions=ana.story.sessions).test_client()
    there = OwnPages(with_link(Story(**{**vars(ana.story), "client": client})))

    cookie = there.answer(YEAR).headers["Set-Cookie"]

    assert cookie.startswith("__Secure-known=")
    assert "; Secure" in cookie


@pytest.mark.parametrize("place", BEHIND)
def test_an_ended_link_stays_ended_for_who_has_passed(ana: OwnPages, place: str) -> None:
    ana.come_in()
    revoke(ana.story, SOON)

    assert "This link has ended" in ana.get(place).text


# Whom it asks


def switched_off(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().second_step = False


def test_a_clinic_may_do_without_it(ana: OwnPages) -> None:
    switched_off(ana)

    assert "My week" in main_of(ana.get("week").text)


@pytest.mark.parametrize("shared", ["phone", "email"])
def test_who_shares_a_phone_or_mailbox_is_asked_all_the_same(ana: OwnPages, shared: str) -> None:
    switched_off(ana)
    theirs = {"phone": PATIENT_NUMBER, "email": "ana@example.org"}
    with ana.story.sessions.begin() as session:
        others = {"phone": "+12075550177", "email": "otto@example.org"}
        a_patient(
            session, session.scalars(sa.select(Clinic)).one(), **others | {shared: theirs[shared]}
        )

    assert "Which year" in ana.get("week").text


# The code


def codes(ana: OwnPages) -> list[Message]:
    with ana.story.sessions() as session:
        return list(session.scalars(sa.select(Message).where(Message.wording == "code")))


def test_who_has_no_year_on_file_is_sent_a_code_where_the_link_went(
    sandbox: Sandbox, wired: Settings, sessions: Sessions, clock: HandClock
) -> None:
    app = create_app(wired, time=clock, sessions=sessions)
    ana = OwnPages(begin(app.test_client(), sessions, clock, wired))
    assert "Your 4-digit code" not in ana.get("week").text

    ana.press("code/week", "week")
    house_of(app).courier.close()

    [text] = sandbox.texts(PATIENT_NUMBER)
    found = re.search(r"Maple PT: your code is (\d{4})\.", text.body)
    assert found
    assert "Your 4-digit code" in ana.get("week").text
    assert ana.answer("0000" if found[1] != "0000" else "1111").status_code == 400
    assert ana.answer(found[1]).status_code == 303
    assert "My week" in main_of(ana.get("week").text)


def test_who_has_stopped_the_messages_is_not_told_that_a_code_is_coming(ana: OwnPages) -> None:
    without_a_year(ana).press("code/week", "week")
    with ana.story.sessions.begin() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        suppress(
            session,
            patient.clinic_id,
            Medium.TEXT,
            PATIENT_NUMBER,
            Why.OPT_OUT,
            source=Source.PATIENT,
            now=SOON,
        )

    page = ana.get("week").text

    assert "no code can come" in page
    assert "in about a minute" not in page
    assert "Send me a code" not in page


def test_a_code_is_sent_once_a_quarter_of_an_hour(ana: OwnPages) -> None:
    without_a_year(ana)

    for _ in range(3):
        ana.press("code/week", "week")

    assert len(codes(ana)) == 1


def test_a_code_is_good_for_a_quarter_of_an_hour_and_not_for_ever(ana: OwnPages) -> None:
    without_a_year(ana).press("code/week", "week")
    [message] = codes(ana)
    assert message.filling is not None
    code = message.filling[-6:-2]

    ana.story.clock.moment = LATER
    page = ana.press("check/week", "week", answer=code)

    assert page.status_code == 400


def test_who_has_a_year_on_file_can_have_no_code(ana: OwnPages) -> None:
    ana.press("code/week", "week")

    assert codes(ana) == []


def test_where_all_tries_are_spent_no_code_is_sent(ana: OwnPages) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', without_a_year(ana).get("week").text)
    with ana.story.sessions.begin() as session:
        session.get_one(Link, ana.story.link_id).tries = 5

    ana.story.client.post(f"{ana.story.path}/code/week", data={"csrf_token": token[0]})

    assert codes(ana) == []
