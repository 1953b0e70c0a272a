"""Does a link give nothing away, and change nothing by being opened?"""

import gzip
import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import PATIENT_NUMBER
from flask import Flask
from flask.testing import FlaskClient
from patient_story import (
    DAY,
    DUE,
    SOON,
    Story,
    begin,
    new_plan,
    revoke,
    with_link,
    words_of,
)
from setting import HandClock
from werkzeug.test import TestResponse

from app import create_app
from reminders import outbox
from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.core.exercises import drawing, library
from reminders.core.gate import Kind
from reminders.core.wording import LANGUAGES
from reminders.sandbox import Sandbox
from reminders.store.asking import Asking
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message, Purpose, State
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.people import Clinic, Medium, Patient, Source, Why, suppress
from reminders.web.courier import Courier
from reminders.web.house import EXTENSION, house_of

FIRST_PACKETS = 14_000
WHOLE_PAGE = 50_000
NOBODYS = "a" * 26


@pytest.fixture
def ana(client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    return begin(client, sessions, clock, settings)


@pytest.fixture
def in_town(sandbox: Sandbox, wired: Settings, sessions: Sessions, clock: HandClock) -> Flask:
    """The web with a provider at its side."""
    return create_app(wired, time=clock, sessions=sessions)


def tokens(ana: Story) -> dict[str, str]:
    """One token of each kind that opens nothing."""
    revoked = with_link(ana)
    revoke(revoked, SOON)
    return {
        "unknown": NOBODYS,
        "expired": with_link(ana, made=DUE - 4 * DAY).token,
        "revoked": revoked.token,
        "for replies": with_link(ana, purpose=Purpose.REPLY).token,
        "odd": "ñ%00",
    }


# Ended, revoked and wrong look alike


def test_links_that_open_nothing_look_alike_and_offer_a_new_one(ana: Story) -> None:
    seen = set()
    for token in tokens(ana).values():
        answer = ana.client.get(f"/x/{token}")
        seen.add((answer.status_code, answer.text.replace(token, "TOKEN")))
        assert "Ana" not in answer.text
        assert "Maple" not in answer.text

    [(status, page)] = {(status, re.sub(r"/x/[^/]+/new", "", page)) for status, page in seen}
    assert status == 200
    assert "Send me a new link" in page
    assert "Links stop working after 3 days" in page


def test_the_page_of_an_ended_link_speaks_the_readers_language(ana: Story) -> None:
    spanish = {"Accept-Language": "es-MX,es;q=0.9"}

    by_browser = ana.client.get(f"/x/{NOBODYS}", headers=spanish).text
    by_hand = ana.client.get(f"/x/{NOBODYS}?lang=es").text

    assert "Este enlace terminó" in by_browser
    assert '<html lang="es">' in by_hand
    assert 'href="?lang=en" lang="en"' in by_hand


def test_a_link_is_typed_in_capitals_too(ana: Story) -> None:
    assert "Good morning, Ana" in ana.client.get(f"/x/{ana.token.upper()}").text


def ask(app: Flask, token: str) -> TestResponse:
    """Press "Send me a new link"."""
    client = app.test_client()
    answer = client.post(f"/x/{token}/new")
    assert answer.status_code == 303
    return client.get(answer.location)


def ask_and_wait(app: Flask, token: str) -> None:
    """The same, until what it set off has happened."""
    ask(app, token)
    house_of(app).courier.close()


@pytest.fixture
def quiet(app: Flask) -> Flask:
    """The web with a courier that carries nothing."""
    things = replace(house_of(app), courier=Courier(lambda *_: None))
    app.extensions[EXTENSION] = things
    return app


def asked_for(sessions: Sessions) -> list[Message]:
    with sessions() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == Kind.LINK)))


def test_asking_for_a_new_link_is_answered_alike_whoever_asks(ana: Story, quiet: Flask) -> None:
    pages = {
        ask(quiet, token).text.replace(token, "TOKEN")
        for token in tokens(ana).values()
        if token.isascii()
    }

    [page] = pages
    assert "If this link was yours, a new one is on its way." in words_of(page)


def test_a_new_link_comes_by_text_and_opens_todays_exercises(
    ana: Story, in_town: Flask, sandbox: Sandbox
) -> None:
    expired = with_link(ana, made=DUE - 4 * DAY)

    ask_and_wait(in_town, expired.token)

    [text] = sandbox.texts(PATIENT_NUMBER)
    path = re.findall(r"http://localhost(/x/\w+)", text.body)[0]
    assert text.body.startswith("Maple PT: here is your new link")
    assert "Bridge" in ana.client.get(path).text


def test_a_new_link_comes_once_a_quarter_of_an_hour(
    ana: Story, quiet: Flask, clock: HandClock
) -> None:
    expired = with_link(ana, made=DUE - 4 * DAY)
    for minutes in (0, 0, 1, 15):
        clock.moment = SOON + timedelta(minutes=1 + minutes)
        ask(quiet, expired.token)

    assert len(asked_for(ana.sessions)) == 2


@pytest.mark.parametrize("who", ["unknown", "for replies"])
def test_nobody_else_can_have_a_link_sent(ana: Story, quiet: Flask, who: str) -> None:
    ask(quiet, tokens(ana)[who])

    assert asked_for(ana.sessions) == []


@pytest.mark.parametrize("why", ["discharged", "opted out"])
def test_a_new_link_does_not_leave_for_who_is_discharged_or_has_opted_out(
    ana: Story, in_town: Flask, sandbox: Sandbox, why: str
) -> None:
    with ana.sessions.begin() as session:
        patient = session.get_one(Patient, ana.patient_id)
        if why == "discharged":
            patient.discharge()
        else:
            suppress(
                session,
                patient.clinic_id,
                Medium.TEXT,
                PATIENT_NUMBER,
                Why.OPT_OUT,
                source=Source.PATIENT,
                now=SOON,
            )

    ask_and_wait(in_town, ana.token)

    [message] = asked_for(ana.sessions)
    assert message.state is State.WITHHELD
    assert list(sandbox.texts(PATIENT_NUMBER)) == []


def test_a_machine_that_asks_by_the_hundred_is_slowed_down(ana: Story) -> None:
    answers = [ana.client.post(f"/x/{NOBODYS}/new") for _ in range(21)]

    assert {answer.status_code for answer in answers[:20]} == {303}
    assert answers[20].status_code == 429
    assert "Please wait a little" in answers[20].text


def test_links_are_counted_for_every_process_together_and_by_the_hour_as_well(
    ana: Story, settings: Settings, sessions: Sessions, clock: HandClock
) -> None:
    other = create_app(settings, time=clock, sessions=sessions).test_client()
    told = []

    for _ in range(7):
        asked = [one.post(f"/x/{NOBODYS}/new") for one in (ana.client, other) for _ in range(10)]
        told.append({answer.status_code for answer in asked})
        clock.moment += timedelta(minutes=1)

    assert told == [{303}] * 6 + [{429}]
    clock.moment += timedelta(hours=1)
    assert other.post(f"/x/{NOBODYS}/new").status_code == 303


def test_nobody_waits_for_what_others_asked_from_elsewhere(ana: Story, app: Flask) -> None:
    for _ in range(21):
        ana.client.post(f"/x/{NOBODYS}/new")
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"

    assert elsewhere.post(f"/x/{NOBODYS}/new").status_code == 303


# Opening changes nothing


def test_opening_a_link_changes_nothing_but_the_audit_trail(ana: Story) -> None:
    opened = [ana.token, *(token for token in tokens(ana).values() if token.isascii())]
    before = contents(ana.sessions)

    for token in opened:
        for place in (f"/x/{token}", f"/x/{token}/change", f"/x/{token}/new", f"/u/{token}"):
            ana.client.get(place)
            ana.client.head(place)

    assert contents(ana.sessions) == before
    with ana.sessions() as session:
        seen = session.scalars(sa.select(AuditEvent)).all()
    assert {(one.actor, one.action, one.subject) for one in seen} == {
        (f"link:{ana.link_id}", "page seen", f"patient:{ana.patient_id}")
    }


def contents(sessions: Sessions) -> dict[str, list[sa.Row[tuple[object, ...]]]]:
    """Every row of every table but the audit trail."""
    tables = [one for one in Base.metadata.sorted_tables if one.name != "audit_event"]
    with sessions() as session:
        return {
            one.name: list(session.execute(sa.select(*one.c).order_by(one.c.id))) for one in tables
        }


# Nothing leaks


def test_the_page_is_kept_nowhere_and_asks_nobody_else_for_anything(ana: Story) -> None:
    answer = ana.client.get(ana.path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.text) == []
    assert set(re.findall(r"<script[^>]*>", answer.text)) == set(
        re.findall(r'<script defer src="/static/[^"]+"[^>]*>', answer.text)
    )


def test_a_preview_of_the_page_says_nothing_of_anybody(ana: Story) -> None:
    page = ana.open()

    assert "<title>Maple PT: your page</title>" in page
    assert "og:" not in page
    assert '<meta name="description"' not in page


# Light


def heaviest(language: str) -> tuple[str, ...]:
    """The six exercises of the library that weigh most on a page."""

    def weight(key: str) -> int:
        words = library()[key].texts[language]
        shown = f"{drawing(key, language, instance='1')}{words.name}{' '.join(words.steps)}"
        return len(gzip.compress(shown.encode()))

    return tuple(sorted(library(), key=weight)[-6:])


def sent(client: FlaskClient, address: str) -> tuple[int, str]:
    """How much comes over the wire, and what it says."""
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = "Content-Encoding" in answer.headers
        told = gzip.decompress(answer.data) if packed else answer.data
        return len(answer.data), told.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_first_view_fits_into_the_first_packets(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    story = begin(client, sessions, clock, settings, heaviest(language), language=language)

    weight, page = sent(client, story.path)

    assert page.count('<svg class="fg"') == 6
    assert len(re.findall(r"<style>", page)) == 1
    assert weight <= FIRST_PACKETS


def test_no_request_keeps_the_first_view_waiting(ana: Story) -> None:
    page = ana.open()

    assert "stylesheet" not in page
    assert "<script" in page
    assert re.findall(r"<script(?! defer )[^>]*>", page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_page_brings_without_photos_stays_light(
    client: FlaskClient, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> None:
    story = begin(client, sessions, clock, settings, heaviest(language), language=language)
    weight, page = sent(client, story.path)
    parts = set(re.findall(r'"(/static/[^"]+|/sw\.js|/offline[^"]*)"', page))
    names = {Path(one.partition("?")[0]).name for one in parts}
    assert {"guide-show.js", "guide-count.js", "guide.css", "sw.js", "offline"} <= names

    whole = weight + sum(sent(client, html.unescape(one))[0] for one in parts)

    assert whole <= WHOLE_PAGE


def test_an_answer_that_repeats_a_query_is_not_compressed(ana: Story) -> None:
    wants = {"Accept-Encoding": "gzip"}

    assert "Content-Encoding" not in ana.client.get(f"{ana.path}?q=x", headers=wants).headers
    assert ana.client.get(ana.path, headers=wants).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ana.client.get(ana.path).headers


def _advised(ana: Story) -> None:
    with ana.sessions.begin() as session:
        asking = Asking(clinic_id=ana.patient().clinic_id, pain_response=True)
        asking.approve(1, SOON)
        session.add(asking)
    ana.send("all", pain="4", note="Fine")


def _changed(ana: Story) -> None:
    ana.clock.moment = SOON + timedelta(minutes=1)
    new_plan(ana, ("bridge", "dead-bug"))


def _held(ana: Story) -> None:
    with ana.sessions.begin() as session:
        session.get_one(Patient, ana.patient_id).hold_for_safety(SOON)


STATES: dict[str, tuple[Callable[[Story], object], str]] = {
    "to do": (lambda _: None, "Good morning, Ana"),
    "logged, with advice": (_advised, "Pain is not always harm."),
    "plan changed": (_changed, "New: Dead bug."),
    "danger": (lambda ana: ana.send("all", note="I have chest pain"), "This may be serious."),
    "held": (_held, "Please talk to us first"),
}


@pytest.mark.parametrize("state", STATES)
def test_the_page_takes_four_statements_whatever_it_shows(ana: Story, state: str) -> None:
    happens, shows = STATES[state]
    happens(ana)

    page, said = heard(ana)

    assert shows in words_of(page)
    assert said == ["INSERT", *["SELECT"] * 3]


@pytest.mark.parametrize(
    ("place", "shows"),
    [("/week", "1 of 1 session done"), ("/reminders", "Fri 20 Mar")],
    ids=["week", "reminders"],
)
def test_a_page_of_their_own_takes_no_more(ana: Story, place: str, shows: str) -> None:
    ana.send("all", pain="4")
    with ana.sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().second_step = False
        patient = session.get_one(Patient, ana.patient_id)
        patient.pause(date(2026, 3, 20), date(2026, 3, 25), by=patient.signature)

    page, said = heard(ana, place)

    assert shows in words_of(page)
    assert said == ["INSERT", *["SELECT"] * 3]


def heard(ana: Story, place: str = "") -> tuple[str, list[str]]:
    """A page, and the statements that it took; on PostgreSQL one more raises the wall."""
    said: list[str] = []
    with ana.sessions() as session:
        engine = session.get_bind()

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _hear(_c: object, _u: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN") and "set_config(" not in statement:
            said.append(statement.split(maxsplit=1)[0])

    page = ana.open(place)
    sa.event.remove(engine, "before_cursor_execute", _hear)
    return page, sorted(said)


def test_a_new_link_logs_like_the_first(ana: Story, in_town: Flask, sandbox: Sandbox) -> None:
    ask_and_wait(in_town, with_link(ana, made=DUE - 4 * DAY).token)
    [text] = sandbox.texts(PATIENT_NUMBER)
    token = re.findall(r"/x/(\w+)", text.body)[0]

    Story(ana.client, ana.sessions, ana.clock, ana.settings, token, 0, ana.patient_id).send("all")

    assert ana.entry().outcome is Outcome.DONE
    assert outbox.plan(ana.sessions, SOON) == 0
