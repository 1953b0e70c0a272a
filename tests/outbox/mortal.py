"""A clock process that can be killed at any step: `python mortal.py DATABASE_URL PROVIDER_URL`.

It loads everything once and forks a process for each line of its input, "step" or "step place":

- plan: dies before the commit of its first planning transaction
- planned: dies when the plan is committed and nothing is claimed
- commit N: dies just before the Nth commit of its sending (a claim's or a settling's)
- claimed N: dies before the Nth text touches the network
- calling N: dies while the Nth text is with the provider
- called N: dies when the provider has answered the Nth text, before it is settled
- run: ticks until somebody kills it

It prints the process id, and for all but the last waits until that has died.
"""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from threading import Timer

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

import structlog
from river import DUE
from setting import RING, make_settings
from sqlalchemy import Engine, event

from reminders import clock, outbox
from reminders.bootstrap import open_post
from reminders.channels import Accepted, Askable, Outgoing
from reminders.store.db import make_engine, make_sessions

IN_FLIGHT = 0.05  # seconds; the provider takes longer


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingChannel:
    """The real channel, with a death at one of its texts."""

    def __init__(self, real: Askable, step: str, place: int) -> None:
        self._real, self._step, self._place = real, step, place
        self._texts: Iterator[int] = count(1)
        self.look_up, self.status, self.incoming = real.look_up, real.status, real.incoming

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        mine = next(self._texts) == self._place
        if mine and self._step == "claimed":
            die()
        if mine and self._step == "calling":
            Timer(IN_FLIGHT, die).start()
        travelling = self._real.start(outgoing)
        if mine and self._step == "called":
            travelling.add_done_callback(die)
        return travelling


def live(database: str, provider: str, step: str, place: int) -> None:
    """What the forked process does until it dies."""
    engine = make_engine(database, RING)
    settings = make_settings(twilio_base_url=provider, lease_seconds=60)
    post = open_post(settings, timeout=5, sessions=make_sessions(engine))
    dying = outbox.Post(post.sessions, settings, DyingChannel(post.texts, step, place), post.mails)
    if step == "plan":
        event.listen(engine, "commit", die)
    outbox.plan(post.sessions, DUE)
    if step == "planned":
        die()
    if step == "commit":
        _die_at_commit(engine, place)
    if step != "run":
        outbox.send_due(dying, DUE)
    while True:
        clock.tick(post, DUE)


def _die_at_commit(engine: Engine, place: int) -> None:
    commits = count(1)
    event.listen(engine, "commit", lambda _: die() if next(commits) == place else None)


def main() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    database, provider = sys.argv[1:]
    for line in sys.stdin:
        step, _, place = line.strip().partition(" ")
        child = os.fork()
        if not child:
            live(database, provider, step, int(place or 1))
        if step != "run":
            os.waitpid(child, 0)
        print(child, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    main()
