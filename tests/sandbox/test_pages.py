"""Can a newcomer play it through: a reminder arrives, an answer is typed, the clinic sees it?

The real sandbox and the real web in a thread; only the clock is moved by hand.
"""

import contextlib
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from threading import Thread
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from demo_play import ACCOUNT, FORM, MAIL_KEY, TOKEN, Play, settings_for
from waitress.server import create_server

from app import create_app
from reminders import clock as heart
from reminders.bootstrap import open_post
from reminders.config import DemoClock, Mode
from reminders.core.adherence import Outcome
from reminders.core.gate import Kind
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.sandbox.demo import LANDLINES
from reminders.sandbox.pages import Stage, open_stage
from reminders.store.accounts import Staff
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Clinic, Medium, Source, Why, suppress
from reminders.store.record import LogEntry, Occurrence
from reminders.web.house import house_of

OTHER_NUMBER = "+12075550119"
MAIL = "ana@mail.example"


@pytest.fixture
def play(sessions: Sessions) -> Iterator[Play]:
    """One patient by text and one by mail, due at nine; it is half past eight."""
    with transaction(sessions) as session:
        clinic = a_clinic(session)
        a_plan(session, a_patient(session, clinic, email=None))
        by_mail = a_patient(
            session, clinic, first_name="Bill", phone=None, email=MAIL, medium=Medium.EMAIL
        )
        a_plan(session, by_mail)
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{door.getsockname()[1]}"
    time_of_demo = DemoClock(NOW - datetime.now(UTC))
    wired = SandboxSettings(
        mode=Mode.TEST,
        now=time_of_demo.now,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        step_seconds=0.01,
        texts_to=f"{base}/hooks/text",
        mails_to=f"{base}/hooks/mail?key={MAIL_KEY}",
    )
    with Sandbox(wired) as sandbox:
        settings = settings_for(door.getsockname()[1], sandbox)
        app = create_app(settings, time=time_of_demo, sessions=sessions)
        post = open_post(settings, timeout=5, sessions=sessions)
        stage = Stage(sandbox, time_of_demo, sessions, lambda now: heart.tick(post, now))
        open_stage(app, stage)
        server = create_server(app, sockets=[door], threads=4)
        thread = Thread(target=_serve, args=(server.run,), daemon=True)
        thread.start()
        yield Play(app.test_client(), stage, sessions)
        house_of(app).courier.close()
        server.close()
        thread.join(5)


def _serve(run: Callable[[], None]) -> None:
    """Serve until the door is closed from outside, which its loop may notice as a bad socket."""
    with contextlib.suppress(OSError, ValueError):
        run()


def test_the_next_reminder_brings_the_text_and_done_4_is_answered(play: Play) -> None:
    assert "time for your exercises, Ana" not in play.page()

    arrived = play.press("next")
    assert "Mon 16 Mar 2026, 9:00 am" in arrived
    link = re.search(r'<a href="(http://127.0.0.1:\d+/x/[a-z2-7]{26})" target="_blank"', arrived)
    assert link is not None
    [message] = [one for one in play.messages(Kind.REMINDER) if one.medium is Medium.TEXT]
    assert message.state is State.DELIVERED

    answered = play.press("text", text="done 4")
    assert "Thanks, Ana. Logged: done, pain 4." in answered
    assert "Read from “done 4”. Answer delivered in" in answered
    assert [(one.outcome, one.pain) for one in play.entries()] == [(Outcome.DONE, 4)]


def test_a_quick_answer_needs_no_typing(play: Play) -> None:
    play.press("next")

    answered = play.press("text", quick="skip", text="")

    assert "OK, skipped for today." in answered
    assert [one.outcome for one in play.entries()] == [Outcome.SKIPPED]


def test_stop_is_answered_by_the_carrier_and_the_clinic_sees_it(play: Play) -> None:
    answered = play.press("text", quick="STOP")

    assert "You have successfully been unsubscribed" in answered
    assert "Ana: no more texts, please" in answered


def test_a_letter_is_opened_and_answered(play: Play) -> None:
    arrived = play.press("next", place="mailbox", mail=MAIL)
    assert '<a class="button go" href="http://127.0.0.1' in arrived
    assert "Open today's exercises" in arrived
    assert "Answer like Bill would" in arrived
    letter = re.search(r'name="letter" value="([^"]+)"', arrived)
    assert letter is not None

    answered = play.press("mail", place="mailbox", mail=MAIL, letter=letter[1], words="done 3")

    assert "Thanks, Bill. Logged: done, pain 3." in answered
    assert "Bill: done, pain 3" in answered
    assert [(one.outcome, one.pain) for one in play.entries()] == [(Outcome.DONE, 3)]


def test_after_a_new_start_the_phone_still_shows_what_was_said(play: Play) -> None:
    play.press("next")
    said = play.press("text", text="done 4")
    play.stage.sandbox.reset()

    again = play.page()

    for words in ("time for your exercises, Ana", "done 4", "Logged: done, pain 4."):
        assert words in said
        assert words in again
    assert len(re.findall('class="said"', again)) == len(re.findall('class="said"', said))


def test_an_hour_lets_reminders_leave_in_time(play: Play) -> None:
    page = play.press("hour")

    assert "9:30 am" in page
    assert "2 reminders sent" in page
    assert "1 text delivered, 1 email accepted." in page
    assert {one.state for one in play.messages(Kind.REMINDER)} == {State.DELIVERED, State.SENT}


def test_a_day_stops_at_every_due_moment_on_the_way(play: Play) -> None:
    with transaction(play.sessions) as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        eve = a_patient(session, clinic, first_name="Eve", phone=OTHER_NUMBER, email=None)
        a_plan(session, eve, times=(time(12), time(18)))

    play.press("day")

    with play.sessions() as session:
        excuses = session.scalars(sa.select(Occurrence.excuse)).all()
    assert excuses == [None] * 4
    assert {one.state for one in play.messages(Kind.REMINDER)} == {State.DELIVERED, State.SENT}
    assert play.stage.clock.now() - NOW >= timedelta(days=1)


def test_who_gets_no_reminder_leads_to_the_next_of_anyone(play: Play) -> None:
    with transaction(play.sessions) as session:
        clinic_id = session.scalars(sa.select(Clinic.id)).one()
        suppress(
            session,
            clinic_id,
            Medium.TEXT,
            PATIENT_NUMBER,
            Why.OPT_OUT,
            source=Source.PATIENT,
            now=NOW,
        )

    page = play.press("next")

    assert "No reminder is planned for Ana, so this is the next of anyone." in page
    assert '<section class="part mailbox"' in page
    assert "Bill Morales, ana@mail.example" in page
    assert "Ana: reminder held back" in page


def test_a_provider_that_takes_nothing_is_tried_again_when_it_does(play: Play) -> None:
    busy = play.press("network", network="busy")
    assert '<option value="busy" selected>' in busy

    refused = play.press("next")
    assert "time for your exercises, Ana" not in refused
    assert "Ana: not taken yet" in refused

    play.press("network", network="works")
    arrived = play.press("hour")
    assert "time for your exercises, Ana" in arrived
    assert [one.attempts for one in play.messages(Kind.REMINDER)] == [2, 2]


def test_a_lost_answer_of_the_provider_doubles_nothing(play: Play) -> None:
    play.press("network", network="lost")
    arrived = play.press("next")
    play.press("network", network="works")

    settled = play.press("hour")

    assert "time for your exercises, Ana" in arrived
    texts = [text for text in play.stage.sandbox.texts(PATIENT_NUMBER) if text.arrived]
    assert len(texts) == 1
    assert settled.count("time for your exercises, Ana") == 1


def test_the_wide_page_shows_all_three_and_every_list_has_a_button(play: Play) -> None:
    for path, place in (("phone", "phone"), ("mailbox", "mailbox"), ("clinic", "clinic")):
        page = play.page(f"/demo/{path}")

        assert f'class="stage at-{place}"' in page
        for part in ("phone", "mailbox", "clinic"):
            assert f'<section class="part {part}"' in page
        for form in re.findall(r"<form.*?</form>", page, re.S):
            assert "<button" in form
        assert "style=" not in page
        assert "<script>" not in page


def test_staff_have_phones_too_and_get_the_safety_alert(play: Play) -> None:
    play.press("text", text="I have chest pain and can't breathe")
    play.press("hour")

    page = play.page(f"/demo/phone?number={quote('+12075550190')}")

    assert "a safety alert needs you now" in page
    assert re.search(r'class="chip danger">.*?Safety</span>\s+Ana', page, re.S)


def test_whoever_is_signed_in_at_the_desk_can_play_too(play: Play) -> None:
    with play.sessions() as session:
        staff = session.scalars(sa.select(Staff.id)).one()
    token = FORM.search(play.page())
    assert token is not None
    sent = {"csrf_token": token[1], "staff": str(staff)}
    assert play.pages.post("/demo-sign-in", data=sent).status_code == 303

    answered = play.press("text", text="done 4")

    assert "done 4" in answered
    assert play.pages.get("/desk").status_code == 200


def test_looking_changes_nothing(play: Play) -> None:
    def counts() -> tuple[int, ...]:
        with play.sessions() as session:
            tables = (Message, LogEntry, Occurrence)
            rows = [session.scalar(sa.select(sa.func.count(table.id))) or 0 for table in tables]
        return (*rows, len(play.stage.sandbox.texts(PATIENT_NUMBER)))

    before = counts()
    for path in ("/demo/phone", "/demo/mailbox", "/demo/clinic"):
        play.page(path)

    assert counts() == before
    for action in ("next", "hour", "day", "text", "mail", "network"):
        assert play.pages.get(f"/demo/{action}").status_code == 405


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        ("text", {"text": "x" * 481}, 400),
        ("network", {"network": "gone"}, 400),
        ("hour", {"place": "moon"}, 400),
        ("text", {"number": "+19995550000", "text": "done"}, 404),
        ("mail", {"mail": "nobody@mail.example", "words": "done"}, 404),
    ],
    ids=["a text too long", "no such network", "no such page", "no such phone", "no such mailbox"],
)
def test_what_no_page_sends_is_refused(
    play: Play, action: str, fields: dict[str, str], status: int
) -> None:
    assert play.send(action, **fields).status_code == status
    assert play.stage.sandbox.texts(PATIENT_NUMBER) == ()


def test_a_form_without_our_token_is_refused(play: Play) -> None:
    answer = play.pages.post("/demo/hour", data={"place": "phone"})

    assert answer.status_code in {400, 403}
    assert play.stage.clock.now() - NOW < timedelta(minutes=30)


def test_an_empty_text_is_not_sent(play: Play) -> None:
    page = play.press("text", text="  ")

    assert "Write a text first." in page
    assert play.stage.sandbox.texts(PATIENT_NUMBER) == ()


def test_a_phone_that_nobody_has_is_not_there(play: Play) -> None:
    assert play.pages.get(f"/demo/phone?number={quote(CLINIC_NUMBER)}").status_code == 404


def test_the_stage_tells_the_sandbox_which_lines_are_landlines(play: Play) -> None:
    with transaction(play.sessions) as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        by_landline = a_patient(session, clinic, first_name="Eve", phone=LANDLINES[0], email=None)
        a_plan(session, by_landline)

    page = play.press("hour")

    assert "Eve: not delivered" in page
    assert "The number cannot get texts." in page
