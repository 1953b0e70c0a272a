"""What does `kill -9` cost what patients write? `python -m bench.inbound --replies 500 --kills 20`

The web is killed again and again while texts come in; the provider calls again a few times, as it
does, and gives up. Then a clock fetches what never came in, reads what lies unread and settles
the answers. Unread, unlogged, doubled and stuck must all be 0, or the exit status is not.
"""

import random
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Flask

from app import create_app
from bench.killing import kill
from bench.patience import until
from bench.servers import answers, free_port, postgres
from bench.stage import (
    TOKEN,
    Provider,
    a_crowd,
    a_database,
    opened,
    settings_for,
    table,
    unrest,
)
from reminders import clock, outbox
from reminders.bootstrap import open_post, set_up_logging
from reminders.config import Mode, SystemClock
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.sandbox.__main__ import ACCOUNT
from reminders.store.conversation import Attempt, Message, Reply, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.record import LogEntry

THREADS = 8
CALLERS = 8
LONGEST_LIFE = 0.3  # seconds after the first text of a life
START = PATIENCE = 120.0
HOOK = "/hooks/text#rc=3&rp=ct,rt,5xx"  # as the README tells to set it
HEAD = (
    "design", "replies", "kills", "taken at once", "fetched later", "left unread", "unread",
    "unlogged", "entries doubled", "answers doubled", "stuck", "in flight", "look-ups", "seconds",
)  # fmt: skip

HOW = f"""\
The sandbox writes each text over {CALLERS} lines at once and calls the web's hook as the provider
does, with three retries. gunicorn's whole process group is killed up to {LONGEST_LIFE} s after the
first text of a life was stored. Then the provider's list is fetched once and a clock ticks until
nothing moves. In flight are the answers whose fate no row told after the kills, looked up then."""


@dataclass(frozen=True)
class Outcome:
    """One line of the table; `in_flight` answers were with the provider when a kill came."""

    design: str
    replies: int
    kills: int
    taken: int
    fetched: int
    left_unread: int
    unread: int
    unlogged: int
    entries_doubled: int
    answers_doubled: int
    stuck: int
    in_flight: int
    look_ups: int
    seconds: float

    @property
    def sound(self) -> bool:
        told_twice = self.entries_doubled or self.answers_doubled
        return not (self.unread or self.unlogged or told_twice or self.stuck)


def run(replies: int, kills: int, server: str) -> Outcome:
    """Kill the web so often while texts come in, then let one clock make good."""
    base = f"http://127.0.0.1:{free_port()}"
    with _phones(base + HOOK) as sandbox, a_database(server) as database:
        provider = Provider(sandbox.base_url, sandbox.smtp_port)
        sessions = opened(database, provider)
        numbers = a_crowd(sessions, replies)
        _remind(sessions)
        taken = 0
        for share in (numbers[place::kills] for place in range(kills)):
            with _a_web(database, provider.url, base) as life:
                taken += _write_and_kill(sandbox, sessions, life, share)
        stored, unread = _count(sessions, Reply.id), _unread(sessions)
        in_flight = _count(sessions, Attempt.id, Attempt.state == Try.STARTED)
        seconds, look_ups = _make_good(provider, database, base, sessions)
        entries, copies = _entries(sessions), provider.copies()
        outcome = Outcome(
            design=f"ours, {'PostgreSQL' if server else 'SQLite'}",
            replies=replies,
            kills=kills,
            taken=taken,
            fetched=_count(sessions, Reply.id) - stored,
            left_unread=unread,
            unread=_unread(sessions),
            unlogged=replies - len(entries),
            entries_doubled=sum(count > 1 for count in entries.values()),
            answers_doubled=sum(copies[number] > 1 for number in numbers),
            stuck=unrest(sessions),
            in_flight=in_flight,
            look_ups=look_ups,
            seconds=round(seconds, 1),
        )
        sessions.kw["bind"].dispose()
        return outcome


def web(database: str, provider: str, base: str) -> Flask:
    """What gunicorn serves: the web as it runs."""
    settings = settings_for(database, provider, public_base_url=base)
    set_up_logging(settings)
    return create_app(settings)


@contextmanager
def _phones(hook: str) -> Iterator[Sandbox]:
    settings = SandboxSettings(
        mode=Mode.TEST,
        now=SystemClock().now,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        texts_to=hook,
    )
    with Sandbox(settings) as sandbox:
        yield sandbox


def _remind(sessions: Sessions) -> None:
    """Let everybody have had their reminder, which no phone needs to get for this."""
    now = SystemClock().now()
    outbox.plan(sessions, now)
    with transaction(sessions) as session:
        session.execute(sa.update(Message).values(state=State.SENT, attempts=1, ended_at=now))


def _write_and_kill(
    sandbox: Sandbox, sessions: Sessions, life: "subprocess.Popen[bytes]", numbers: Sequence[str]
) -> int:
    """Bring some texts to a web that dies meanwhile; how many it said it has taken."""
    before = _count(sessions, Reply.id)
    with ThreadPoolExecutor(CALLERS) as pool:
        turns = [pool.submit(_write, sandbox, number) for number in numbers]
        until(lambda: _count(sessions, Reply.id) > before)
        time.sleep(random.uniform(0, LONGEST_LIFE))
        kill(life)
    return sum(turn.result() for turn in turns)


@contextmanager
def _a_web(database: str, provider: str, base: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The web under gunicorn, ready; SQLite serves one process, PostgreSQL two."""
    workers = "1" if database.startswith("sqlite") else "2"
    bound = f"bench.inbound:web({database!r}, {provider!r}, {base!r})"
    life = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", bound, "--bind", base.removeprefix("http://"),
            "--workers", workers, "--threads", str(THREADS), "--no-control-socket",
            "--log-level", "critical",
        ],
        cwd=Path(__file__).parents[1], start_new_session=True,
    )  # fmt: skip
    try:
        if not until(lambda: answers(base + "/healthz"), seconds=START):
            sys.exit("the web did not start")
        yield life
    finally:
        kill(life)


CLINIC = "+12075550100"


def _write(sandbox: Sandbox, number: str) -> bool:
    return sandbox.text_in(number, CLINIC, f"done, pain {int(number[-1]) % 7}").status == 200


def _make_good(
    provider: Provider, database: str, base: str, sessions: Sessions
) -> tuple[float, int]:
    """Do what a clock does until nothing moves; seconds, and how often it asked for an answer."""
    settings = settings_for(database, provider.url, public_base_url=base)
    post = open_post(settings, timeout=settings.clock_timeout_seconds, sessions=sessions)
    began = time.monotonic()
    clock.fetch_missed(post, SystemClock().now())
    before = provider.look_ups()
    while (_unread(sessions) or unrest(sessions)) and time.monotonic() - began < PATIENCE:
        clock.tick(post, SystemClock().now())
        time.sleep(0.2)
    return time.monotonic() - began, provider.look_ups() - before


def _unread(sessions: Sessions) -> int:
    return _count(sessions, Reply.id, Reply.read_at.is_(None))


def _entries(sessions: Sessions) -> Counter[int]:
    """How many log entries each reply has left."""
    with sessions() as session:
        return Counter(session.scalars(sa.select(LogEntry.reply_id)))


def _count(sessions: Sessions, what: sa.ColumnElement[int], *where: sa.ColumnElement[bool]) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count(what)).where(*where)) or 0


def main() -> None:
    asked = _asked()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    servers = ("", asked.database or postgres().url)
    outcomes = [
        run(asked.replies, asked.kills, server) for server in servers for _ in range(asked.runs)
    ]
    print(table(HEAD, [astuple(outcome) for outcome in outcomes]), HOW, sep="\n\n")
    sys.exit(not all(outcome.sound for outcome in outcomes))


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.inbound", description=__doc__)
    parser.add_argument("--replies", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--database", default="", help="another PostgreSQL server")
    return parser.parse_args()


if __name__ == "__main__":
    main()
