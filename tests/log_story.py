"""A clinic's day with everything going wrong in it, for whoever reads the log afterwards.

Run as a program: the log goes where a real one goes, and every word that must not be in it into the
file that is named.
"""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sentry_sdk
import sqlalchemy as sa

sys.path[:0] = [str(Path(__file__).parent / part) for part in ("", "web", "channels")]

from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from channel_mail_server import MailServer
from channel_mail_server import running as mail_server
from desk_door import press, sign_in
from error_tracker import Tracker
from flask import Flask
from flask.testing import FlaskClient
from setting import ACCOUNT, RING, TOKEN, HandClock, make_settings
from test_hooks import brought, text_form

from app import create_app
from reminders import clock, outbox
from reminders.bootstrap import open_post, set_up_logging
from reminders.config import Mode, Settings, SystemClock
from reminders.outbox import Post
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.sandbox.behaviour import Behaviour, Create, MailFault
from reminders.sandbox.carrier import Line
from reminders.store.conversation import Link, Purpose
from reminders.store.db import Sessions, make_engine, make_sessions
from reminders.store.keyring import Encrypted
from reminders.store.links import new_link
from reminders.store.migrate import upgrade
from reminders.store.models import Base
from reminders.store.people import Medium, Patient
from reminders.web.house import house_of, session

BEN, BENS_MAIL = "+12075550119", "ben.okafor@example.org"
STRANGER = "+12075550177"
SAID = (
    *("done 4", "my left hip is worse than on Sunday", "chest pain since noon", "later"),
    *("this is the wrong number", "STOP", "START", "\nCRITICAL forged line\r\n{}", "\0\x1b[31m"),
)


def play(folder: Path) -> None:
    with Tracker() as tracker:
        _play(folder, tracker)
        sentry_sdk.get_client().close(timeout=30)
        (folder / "told.json").write_text(json.dumps(tracker.told))


def _play(folder: Path, tracker: Tracker) -> None:
    settings = make_settings(
        database_url=f"sqlite:///{folder}/story.db", log_level="DEBUG", sentry_dsn=tracker.address
    )
    set_up_logging(settings)
    engine = make_engine(settings.sqlalchemy_url, RING)
    upgrade(engine)
    sessions, time = make_sessions(engine), HandClock()
    told = SandboxSettings(
        mode=Mode.TEST,
        now=SystemClock().now,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        step_seconds=0.01,
    )
    with Sandbox(told) as sandbox:
        wired = settings.model_copy(
            update={
                "twilio_base_url": sandbox.base_url,
                "smtp_host": "127.0.0.1",
                "smtp_port": sandbox.smtp_port,
            }
        )
        _begin(sessions)
        post = open_post(wired, timeout=10, sessions=sessions)
        app = create_app(wired, time=time, sessions=sessions)
        _add_a_door_that_breaks(app)
        _a_day(app, post, sandbox, time)
        _refused_mail(wired, sessions, time)
        house_of(app).courier.close()
    _faults_of_ours(app)
    _words_of_libraries()
    words = sorted({*_kept(sessions), *_secrets(settings), *SAID, STRANGER, CLINIC_NUMBER})
    (folder / "words.json").write_text(json.dumps(words))


def _begin(sessions: Sessions) -> None:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        clinic.second_step = False
        a_plan(session, a_patient(session, clinic))
        ben = a_patient(
            session,
            clinic,
            first_name="Ben",
            last_name="Okafor",
            phone=BEN,
            email=BENS_MAIL,
            medium=Medium.EMAIL,
        )
        a_plan(session, ben)


def _a_day(app: Flask, post: Post, sandbox: Sandbox, time: HandClock) -> None:
    client = app.test_client()
    for number, (line, behaviour) in enumerate(_TROUBLES):
        time.moment = NOW + timedelta(days=number, minutes=31)
        sandbox.line(PATIENT_NUMBER, line)
        sandbox.behave(replace(behaviour, times=2))
        clock.tick(post, time.moment)
        outbox.settle_unknown(post, time.moment + timedelta(minutes=5))
        _texts(client, f"{number:02}")
    sandbox.settle()
    _page(client, post, time)
    _desk(app, client)
    for job in (clock.prepare, clock.review, clock.keep_watch, clock.take_stock, clock.seal):
        job(post, time.moment)
    clock.fetch_missed(post, time.moment)


_TROUBLES = (
    (Line.MOBILE, Behaviour()),
    (Line.UNKNOWN, Behaviour(create=Create.BROKEN, mail=MailFault.BUSY)),
    (Line.OPTED_OUT, Behaviour(create=Create.ACCEPTED_THEN_DROP)),
    (Line.FILTERED, Behaviour(create=Create.BUSY, mail=MailFault.ACCEPTED_THEN_DROP)),
)


def _texts(client: FlaskClient, day: str) -> None:
    for number, words in enumerate(SAID):
        form = text_form(words, MessageSid=f"SM{day}{number:030}")
        brought(client, "/hooks/text", form)
    brought(client, "/hooks/text", text_form("who is this", From=STRANGER, MessageSid=f"S{day}"))
    brought(client, "/hooks/text", text_form("done", To=STRANGER, MessageSid=f"T{day}"))
    brought(client, "/hooks/text", text_form("forged"), "not our token")
    receipt = {"MessageSid": f"SM{day}", "MessageStatus": "failed", "ErrorCode": "21211"}
    brought(client, f"/hooks/status/{PATIENT_NUMBER}", receipt)
    for to in (f"reply+{'a' * 26}@in.maplept.example", "odd"):
        raw = f"From: Ben <{BENS_MAIL}>\r\nTo: {to}\r\nSubject: my hip\r\n\r\nit hurts\r\n"
        client.post(f"/hooks/mail?key={'m' * 40}", data=raw.encode())


def _page(client: FlaskClient, post: Post, time: HandClock) -> None:
    with post.sessions.begin() as session:
        ana = session.scalars(sa.select(Patient).order_by(Patient.id)).first()
        assert ana is not None
        link = new_link(
            ana.clinic_id,
            ana.id,
            Purpose.SESSION,
            Medium.TEXT,
            secret=post.settings.secret_key.get_secret_value(),
            now=time.moment,
            expires_at=time.moment + timedelta(days=3),
        )
        session.add(link)
    token = link.token(post.settings.secret_key.get_secret_value())
    for place in ("", "/week", "/reminders", "/later", "/stop", "/keep", "/nothing", "/%00"):
        client.get(f"/x/{token}{place}")
    client.post(f"/x/{token}", data={"note": "a knee like glass", "act": "all"})
    client.post(f"/x/{token}/new")


def _desk(app: Flask, client: FlaskClient) -> None:
    client.post("/login", data={"email": BENS_MAIL, "password": "a word of Lena"})
    sign_in(client, 1)
    client.get("/desk/patients?q=Morales")
    client.get("/desk/patients/1")
    press(client, "/desk/patients/1/note", text="Ring me about the hip, Ana")
    client.get("/desk/patients/1%0aCRITICAL")
    client.post("/desk/patients/1/note", data={"text": "without a token"})


def _refused_mail(settings: Settings, sessions: Sessions, time: HandClock) -> None:
    """A server that repeats the address in its refusal, and one that breaks off."""
    for day, answer in enumerate((f"550 5.1.1 <{BENS_MAIL}> Ben Okafor is unknown", "drop"), 6):
        with mail_server(MailServer(recipient=answer)) as server:
            here = settings.model_copy(update={"smtp_port": server.port})
            time.moment = NOW + timedelta(days=day, minutes=31)
            clock.tick(open_post(here, timeout=2, sessions=sessions), time.moment)


def _add_a_door_that_breaks(app: Flask) -> None:
    """Behind it something breaks, with a person's words in the exception."""
    app.testing = False

    @app.get("/breaks/<kind>")
    def breaks(kind: str) -> str:
        ana = session().get_one(Patient, 1)
        if kind == "database":
            session().execute(
                sa.text("INSERT INTO patient (first_name) VALUES (:name)"), {"name": ana.phone}
            )
        if kind == "statement":
            session().execute(sa.text(f"SELECT '{ana.last_name}' FROM nowhere"))
        raise LookupError(f"{ana.first_name} {ana.last_name} {ana.phone} {ana.email}")


def _faults_of_ours(app: Flask) -> None:
    for kind in ("database", "statement", "python"):
        assert app.test_client().get(f"/breaks/{kind}").status_code >= 500


def _words_of_libraries() -> None:
    """What libraries say when something breaks in them, at every level."""
    for name in (
        "waitress",
        "apscheduler.executors",
        "urllib3.connectionpool",
        "twilio.http_client",
    ):
        library = logging.getLogger(name)
        library.error("Exception while serving %s", f"/x/{'t' * 26}?To={PATIENT_NUMBER}")
        library.warning(f"Retrying after {BENS_MAIL}\nCRITICAL forged")
        with suppress(ValueError):
            try:
                raise ValueError(f"no such number: {PATIENT_NUMBER}")
            except ValueError:
                library.exception("Job broke for Ana Morales")
                raise


def _kept(sessions: Sessions) -> Iterator[str]:
    """Every personal value that the day has left in the database, and every way in."""
    with sessions() as rows:
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, Encrypted):
                    yield from (word for word in rows.scalars(sa.select(column)) if word)
        for link in rows.scalars(sa.select(Link)):
            yield link.token("s" * 40)


def _secrets(settings: Settings) -> Iterator[str]:
    yield from (TOKEN, "s" * 40, "m" * 40, "a word of Lena", "not our token", "t" * 26)
    yield from (key.get_secret_value() for key in settings.encryption_keys)


if __name__ == "__main__":
    play(Path(sys.argv[1]))
