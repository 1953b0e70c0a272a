"""The clock as it runs: one process, ended by SIGTERM, its database restarted under it."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from river import PASSING_TRIES, a_crowd, copies
from setting import ACCOUNT, KEY, RING, TOKEN

from reminders.config import SystemClock
from reminders.sandbox import Behaviour, Sandbox
from reminders.store.conversation import Attempt, Message, State
from reminders.store.db import Sessions, transaction
from reminders.store.people import Consent, Patient
from reminders.store.plans import Routine

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
ROOT = Path(__file__).parents[2]
SIZE = 12
PATIENCE = 60.0


@pytest.fixture
def crowd(sessions: Sessions) -> None:
    """Twelve patients where it is noon just now, all due half an hour ago."""
    now = SystemClock().now()
    with transaction(sessions) as session:
        for patient in a_crowd(session, SIZE):
            patient.zone = _zone_at_noon(now)
        session.flush()
        # They have agreed just now: nobody doubts yet that the numbers are theirs.
        session.execute(sa.update(Consent).values(at=now))
        for routine in session.scalars(sa.select(Routine)):
            routine.times, routine.starts = [time(11, 30).isoformat("minutes")], now.date()
            patient = session.get_one(Patient, routine.patient_id)
            routine.plan_next(patient, now - timedelta(hours=3))
            assert routine.next_due_at is not None
            assert routine.next_due_at <= now


def _zone_at_noon(now: datetime) -> str:
    # POSIX counts the other way round: Etc/GMT+5 is five hours behind.
    behind = now.astimezone(UTC).hour - 12
    return f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"


@pytest.fixture
def heart(crowd: None, engine: sa.Engine, sandbox: Sandbox) -> "Iterator[subprocess.Popen[bytes]]":
    """`python -m reminders.clock`, beating five times a second."""
    settings = {
        "RUN_MODE": "test",
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "PUBLIC_BASE_URL": "http://localhost",
        "SECRET_KEY": "s" * 40,
        "ENCRYPTION_KEYS": KEY,
        "INDEX_KEY": base64.b64encode(RING.index_key).decode(),
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_BASE_URL": sandbox.base_url,
        "SETTLE_SECONDS": "0",
        "SETTLE_AGAIN_SECONDS": "0",
        "TICK_SECONDS": "0.2",
        "LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "reminders.clock"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


def _until(so: Callable[[], bool], heart: "subprocess.Popen[bytes]") -> None:
    pause = Event()
    for _ in range(int(PATIENCE / 0.05)):
        if so():
            return
        assert heart.poll() is None, "the clock has died"
        pause.wait(0.05)
    raise AssertionError("it never came")


def test_sigterm_lets_what_is_in_flight_arrive_and_be_settled(
    heart: "subprocess.Popen[bytes]", sessions: Sessions, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(latency_ms=1_000))
    _until(lambda: sum(copies(sandbox, SIZE)) > 0, heart)

    heart.send_signal(signal.SIGTERM)
    ended = heart.wait(PATIENCE)

    with sessions() as session:
        sent = sa.select(sa.func.count()).where(Message.state == State.SENT)
        open_tries = sa.select(sa.func.count()).where(Attempt.state.in_(PASSING_TRIES))
        assert session.scalar(open_tries) == 0
        assert session.scalar(sent) == sum(copies(sandbox, SIZE))
    assert ended == 0
    assert 0 < sum(copies(sandbox, SIZE)) < SIZE


def test_a_database_that_restarts_under_it_costs_no_text_and_doubles_none(
    heart: "subprocess.Popen[bytes]", sessions: Sessions, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(latency_ms=150))
    _until(lambda: sum(copies(sandbox, SIZE)) > 0, heart)

    for _ in range(5):
        _cut_every_connection(sessions)
        Event().wait(0.1)
    sandbox.behave(Behaviour())
    _until(lambda: _all_sent(sessions), heart)

    assert copies(sandbox, SIZE) == [1] * SIZE


def _cut_every_connection(sessions: Sessions) -> None:
    cut = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with sessions() as session:
        session.execute(cut)


def _all_sent(sessions: Sessions) -> bool:
    """Time passes for the claims that lost their database: a second at each look."""
    claimed = sa.select(Message).where(Message.state == State.CLAIMED)
    with transaction(sessions) as session:
        # Waiting for none that the clock is busy with: it locks them in an order of its own.
        for claim in session.scalars(claimed.with_for_update(skip_locked=True)):
            if claim.lease_until is not None:
                claim.lease_until -= timedelta(seconds=1)
        sent = sa.select(sa.func.count()).where(Message.state == State.SENT)
        return session.scalar(sent) == SIZE
