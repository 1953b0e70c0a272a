"""The heartbeat: one tick does the whole round, and says that it is alive."""

import os
import subprocess
import sys
from datetime import timedelta

import sqlalchemy as sa
from builders import NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask.testing import FlaskClient
from setting import HandClock

from bench.patience import until
from reminders import clock as heart
from reminders import outbox
from reminders.config import DemoClock, SystemClock
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.audit import Heartbeat
from reminders.store.conversation import Attempt, Message, State
from reminders.store.db import Sessions, transaction

DUE = NOW + timedelta(minutes=31)


def test_a_tick_plans_sends_and_beats(post: Post, sessions: Sessions, sandbox: Sandbox) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))

    heart.tick(post, DUE)

    assert len(sandbox.texts(PATIENT_NUMBER)) == 1
    with sessions() as session:
        assert session.query(Heartbeat).count() == 1


def test_a_tick_with_nothing_to_do_asks_one_question(
    post: Post, engine: sa.Engine, sessions: Sessions
) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    heart.tick(post, NOW)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    heart.tick(post, NOW)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert len([one for one in asked if not one.startswith("BEGIN")]) == 1


def test_a_running_clock_asks_about_texts_whose_receipts_never_came(
    post: Post, sessions: Sessions, sandbox: Sandbox, clock: HandClock
) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    heart.tick(post, DUE)
    sandbox.settle()
    with transaction(sessions) as session:
        session.query(Attempt).one().started_at -= timedelta(hours=1)

    beating = heart.start(post, clock)
    until(lambda: _states(sessions) == [State.DELIVERED])
    beating.shutdown(wait=True)

    assert _states(sessions) == [State.DELIVERED]


def _states(sessions: Sessions) -> list[State]:
    with sessions() as session:
        return list(session.scalars(sa.select(Message.state)))


def test_the_monitor_hears_a_silent_clock(
    client: FlaskClient, post: Post, sessions: Sessions
) -> None:
    silent = client.get("/healthz/heartbeat")
    heart.tick(post, NOW)
    beating = client.get("/healthz/heartbeat")
    with transaction(sessions) as session:
        session.query(Heartbeat).one().beat_at -= timedelta(minutes=3)
    stopped = client.get("/healthz/heartbeat")

    assert [answer.status_code for answer in (silent, beating, stopped)] == [503, 200, 503]


def test_the_monitor_hears_of_a_clock_that_ticks_and_does_not_send(
    client: FlaskClient, post: Post, sessions: Sessions, clock: HandClock
) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    heart.prepare(post, DUE)
    clock.moment = DUE
    sending = client.get("/healthz/heartbeat")
    clock.moment += timedelta(minutes=6)
    stuck = client.get("/healthz/heartbeat")
    outbox.send_due(post, clock.now())
    again = client.get("/healthz/heartbeat")

    assert [answer.status_code for answer in (sending, stuck, again)] == [200, 503, 200]
    assert stuck.json == {"status": "late"}


def test_a_dead_clock_does_not_close_the_web(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_the_scheduler_ticks_at_once_and_ends_when_told(
    post: Post, sessions: Sessions, clock: HandClock
) -> None:
    beating = heart.start(post, clock)
    scheduler = beating.scheduler
    jobs = scheduler.get_jobs()
    beating.shutdown(wait=True)

    assert {job.id for job in jobs} == {
        "prepare", "review", "fetch_missed", "chase", "keep_watch", "take_stock", "seal",
        "clear_out",
    }  # fmt: skip
    assert all(job.misfire_grace_time is None for job in jobs)
    assert not scheduler.running


def test_web_and_clock_alone_refuse_sqlite_and_say_why() -> None:
    for command in (["-m", "reminders.clock"], ["-c", "import app; app.create_app()"]):
        ended = subprocess.run(
            [sys.executable, *command],
            env={"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:////tmp/none.db"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode != 0
        assert "SQLite serves one process only" in ended.stderr


def test_the_demo_clock_only_moves_forward() -> None:
    clock = DemoClock()
    tomorrow = SystemClock().now() + timedelta(days=1)

    clock.move_to(tomorrow)
    clock.move_to(tomorrow - timedelta(hours=5))

    assert clock.now() >= tomorrow
