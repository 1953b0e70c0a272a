"""Does one more reminder come when a patient asks for it, and no more when they want none?"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER
from flask.testing import FlaskClient
from own_pages import OwnPages
from patient_story import DAY, SOON, begin, main_of, with_link, words_of
from setting import HandClock

from reminders import outbox
from reminders.config import Settings
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.conversation import Link, Message, Purpose, State
from reminders.store.db import Sessions
from reminders.store.people import Medium, Patient, Why, why_suppressed


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> OwnPages:
    return OwnPages(begin(client, sessions, clock, settings))


def laters(ana: OwnPages) -> list[Message]:
    with ana.story.sessions() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == Kind.LATER)))


def ask(ana: OwnPages, when: str, wall: str = "") -> int:
    return ana.press("later", "later", when=when, clock=wall).status_code


# Later today


@pytest.mark.parametrize(
    ("when", "wall", "at", "said"),
    [
        ("hour", "", SOON + timedelta(hours=1), "We will remind you at 10:14 am."),
        ("evening", "", SOON.replace(hour=22, minute=0), "We will remind you at 6:00 pm."),
        ("clock", "16:30", SOON.replace(hour=20, minute=30), "We will remind you at 4:30 pm."),
    ],
    ids=["an hour", "evening", "a time"],
)
def test_one_more_reminder_comes_when_it_was_asked_for(
    ana: OwnPages, when: str, wall: str, at: object, said: str
) -> None:
    assert ask(ana, when, wall) == 303

    [message] = laters(ana)
    assert message.due_at == at
    assert said in main_of(ana.get("later").text)


def test_a_double_tap_is_one_reminder(ana: OwnPages) -> None:
    shown = ana.get("later").text
    ask(ana, "hour")
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]

    ana.story.client.post(f"{ana.story.path}/later", data={"csrf_token": token, "when": "hour"})

    assert len(laters(ana)) == 1


@pytest.mark.parametrize(
    ("when", "wall"),
    [("clock", "20:00"), ("clock", "08:00"), ("clock", ""), ("clock", "soon"), ("", "")],
    ids=["after hours", "tomorrow", "no time", "no clock", "nothing"],
)
def test_a_time_outside_today_or_the_hours_is_not_promised(
    ana: OwnPages, when: str, wall: str
) -> None:
    page = ana.press("later", "later", when=when, clock=wall)

    assert page.status_code == 400
    assert "We write to you between 8:00 am and 8:00 pm" in main_of(page.text)
    assert laters(ana) == []


def test_it_is_taken_back_with_one_button(ana: OwnPages) -> None:
    ask(ana, "hour")

    ana.press("later/undo", "later")

    [message] = laters(ana)
    assert (message.state, message.reason) == (State.WITHDRAWN, "taken back")
    assert "In 1 hour" in main_of(ana.get("later").text)


def test_who_has_told_us_already_is_not_asked_again(ana: OwnPages) -> None:
    ana.story.send("all")

    assert "There is nothing to be reminded of right now." in main_of(ana.get("later").text)


def test_in_the_evening_only_what_can_still_come_is_offered(ana: OwnPages) -> None:
    ana.story.clock.moment = SOON.replace(hour=21, minute=30)

    said = main_of(ana.get("later").text)

    assert "In 1 hour, at 6:30 pm" in said
    assert "This evening" not in said


def test_the_reminder_leaves_at_its_time(
    post: Post, sandbox: Sandbox, client: FlaskClient, clock: HandClock, settings: Settings
) -> None:
    ana = OwnPages(begin(client, post.sessions, clock, settings))
    ask(ana, "hour")

    outbox.send_due(post, SOON + timedelta(hours=1))

    assert any("you asked us to remind you" in text.body for text in sandbox.texts(PATIENT_NUMBER))


# Stop, and not my number


def why(ana: OwnPages, medium: Medium = Medium.TEXT) -> Why | None:
    with ana.story.sessions() as session:
        patient = session.get_one(Patient, ana.story.patient_id)
        address = patient.address(medium)
        assert address is not None
        return why_suppressed(session, patient.clinic_id, medium, address)


@pytest.mark.parametrize("medium", Medium)
def test_stop_ends_the_way_the_link_came_and_no_other(
    client: FlaskClient,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    medium: Medium,
) -> None:
    ana = OwnPages(begin(client, sessions, clock, settings, medium=medium))

    answer = ana.press("stop", "stop", why="stop")

    assert "No more of these messages will come." in words_of(client.get(answer.location).text)
    [other] = set(Medium) - {medium}
    assert (why(ana, medium), why(ana, other)) == (Why.OPT_OUT, None)
    assert "Bridge" in ana.story.open()


def test_not_my_number_ends_the_messages_and_every_link_that_was_sent_there(
    ana: OwnPages,
) -> None:
    older = with_link(ana.story)
    by_mail = with_link(ana.story, Medium.EMAIL)

    ana.press("stop", "stop", why="wrong")

    assert why(ana) is Why.WRONG_NUMBER
    for link in (ana.story, older):
        assert "This link has ended" in link.open()
    assert "Bridge" in by_mail.open()


def test_a_stranger_with_an_old_link_does_not_stop_the_patients_new_number(ana: OwnPages) -> None:
    with ana.story.sessions.begin() as session:
        session.add(
            Message(
                clinic_id=ana.patient().clinic_id,
                recipient="p0",
                kind=Kind.LINK,
                key="old",
                patient_id=ana.story.patient_id,
                link_id=ana.story.link_id,
                medium=Medium.TEXT,
                address=PATIENT_NUMBER,
                address_index=PATIENT_NUMBER,
                due_at=SOON - DAY,
                ready_at=SOON - DAY,
                created_at=SOON - DAY,
                state=State.DELIVERED,
            )
        )
        session.get_one(Patient, ana.story.patient_id).phone = "+12075550166"

    ana.press("stop", "stop", why="wrong")

    assert why(ana) is None
    with ana.story.sessions() as session:
        clinic_id = ana.patient().clinic_id
        old = why_suppressed(session, clinic_id, Medium.TEXT, PATIENT_NUMBER)
    assert old is Why.WRONG_NUMBER


@pytest.mark.parametrize("fields", [{"why": "stop"}, {"csrf_token": "x", "why": "wrong"}])
def test_nothing_is_stopped_without_our_token(ana: OwnPages, fields: dict[str, str]) -> None:
    ana.story.client.post(f"{ana.story.path}/stop", data=fields)

    assert why(ana) is None


def test_links_of_another_kind_stay_open(ana: OwnPages) -> None:
    reply = with_link(ana.story, purpose=Purpose.REPLY)

    ana.press("stop", "stop", why="wrong")

    with ana.story.sessions() as session:
        assert session.get_one(Link, reply.link_id).revoked_at is None
