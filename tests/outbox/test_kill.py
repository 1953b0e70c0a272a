"""`kill -9` at every step: nothing lost, nothing doubled, nothing left hanging."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from river import DUE, a_crowd, copies, run_clean, tries, unrest

from reminders.outbox import Post
from reminders.sandbox import Behaviour, Sandbox
from reminders.store.conversation import Attempt, Link, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.plans import Routine
from reminders.store.record import Occurrence

SIZE = 6
MANY = 40
LIVES = 4
STEPS = (
    "plan",
    "planned",
    "commit 4",  # of a claim; the three before it only count
    "commit 9",  # of a settling, mostly
    "claimed 2",
    "calling 2",
    "called 2",
)
PAUSE = Event()
NINE = DUE - timedelta(minutes=1)


class Graveyard:
    """Processes that the test sends to their death, forked from one that has loaded everything."""

    def __init__(self, database: str, provider: str) -> None:
        self._source = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("mortal.py")), database, provider],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, step: str) -> int:
        """Let one process live as far as a step; returns its id."""
        assert self._source.stdin is not None
        assert self._source.stdout is not None
        self._source.stdin.write(f"{step}\n")
        self._source.stdin.flush()
        return int(self._source.stdout.readline())

    def close(self) -> None:
        self._source.kill()
        self._source.communicate()


@pytest.fixture
def graveyard(engine: sa.Engine, sandbox: Sandbox) -> Iterator[Graveyard]:
    made = Graveyard(engine.url.render_as_string(hide_password=False), sandbox.base_url)
    yield made
    made.close()


def test_a_process_killed_at_any_step_loses_nothing_and_doubles_nothing(
    graveyard: Graveyard, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    for step in STEPS:
        _anew(sessions, sandbox)

        graveyard.run(step)
        run_clean(post)

        assert (step, copies(sandbox, SIZE), unrest(sessions)) == (step, [1] * SIZE, 0)
        assert _all_sent_and_linked(sessions), step


def test_processes_killed_at_random_lose_nothing_and_double_nothing(
    graveyard: Graveyard, sessions: Sessions, post: Post, sandbox: Sandbox
) -> None:
    with transaction(sessions) as session:
        a_crowd(session, MANY)
    sandbox.behave(Behaviour(latency_ms=40, jitter_ms=60))
    interrupted = 0

    for _ in range(LIVES):
        before = sum(copies(sandbox, MANY))
        victim = graveyard.run("run")
        _until(lambda: sum(copies(sandbox, MANY)) > before)  # noqa: B023 - used up at once
        PAUSE.wait(random.uniform(0, 0.15))
        os.kill(victim, signal.SIGKILL)
        interrupted += tries(sessions).count(Try.STARTED)
    sandbox.behave(Behaviour())
    run_clean(post)

    assert interrupted > 0
    assert copies(sandbox, MANY) == [1] * MANY
    assert unrest(sessions) == 0


def _until(so: Callable[[], bool]) -> None:
    while not so():
        PAUSE.wait(0.005)


def _anew(sessions: Sessions, sandbox: Sandbox) -> None:
    """The same crowd before anything was due."""
    with transaction(sessions) as session:
        for row in (Attempt, Occurrence, Message, Link):
            session.execute(sa.delete(row))
        if (
            session.scalar(sa.update(Routine).values(next_due_at=NINE).returning(Routine.id))
            is None
        ):
            a_crowd(session, SIZE)
    sandbox.reset()
    sandbox.behave(Behaviour(latency_ms=100))


def _all_sent_and_linked(sessions: Sessions) -> bool:
    with sessions() as session:
        rows = session.execute(
            sa.select(Message.state, Occurrence.excuse).join(
                Occurrence, Occurrence.message_id == Message.id
            )
        ).all()
    return [tuple(row) for row in rows] == [(State.SENT, None)] * SIZE
