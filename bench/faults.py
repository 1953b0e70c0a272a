"""What does a provider that misbehaves cost? `python -m bench.faults --ours --messages 300`

One fault after the other, each on a database of its own: the web takes the receipts, the clock
ticks until nothing moves. Lost, doubled and stuck must all be 0, or the exit status is not.
"""

import logging
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from threading import Thread

import sqlalchemy as sa
import structlog
from waitress.server import create_server

from app import create_app
from bench.stage import (
    Provider,
    a_crowd,
    a_database,
    a_provider,
    opened,
    settings_for,
    table,
    unrest,
)
from reminders import clock
from reminders.bootstrap import open_post
from reminders.config import Settings, SystemClock
from reminders.outbox import Post
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions
from reminders.store.people import Medium

PATIENCE = 180.0
RECEIPTS_TAKE = 10.0
# Those with `times` strike every message once, the others all the time. A receipt would settle a
# text of unknown fate at once: without any, the look-up has to.
FAULTS: Mapping[str, Mapping[str, object]] = {
    "none": {},
    "429": {"create": "busy", "times": -1},
    "500, not taken": {"create": "broken", "times": -1},
    "taken, then 500": {"create": "accepted_then_500", "receipts": "missing", "times": -1},
    "taken, then dropped": {"create": "accepted_then_drop", "receipts": "missing", "times": -1},
    "taken, then hangs": {"create": "accepted_then_hang", "receipts": "missing", "times": -1},
    "taken, then 500, list lags 3 s": {
        "create": "accepted_then_500", "receipts": "missing", "list_lag_seconds": 3, "times": -1,
    },
    "taken, then 500, but receipts come": {"create": "accepted_then_500", "times": -1},
    "slow": {"latency_ms": 500, "jitter_ms": 1500},
    "receipts late": {"receipts": "late", "late_seconds": 2},
    "receipts missing": {"receipts": "missing"},
    "receipts repeated": {"receipts": "repeated"},
    "receipts shuffled": {"receipts": "shuffled"},
    "receipts early": {"receipts": "early"},
    "mail busy": {"mail": "busy", "times": -1},
    "mail taken, then dropped": {"mail": "accepted_then_drop", "times": -1},
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One line of the table; `missed` are those whose row says that nobody can know."""

    fault: str
    lost: int
    doubled: int
    stuck: int
    missed: int
    delivered: int
    look_ups: int
    seconds: float

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)


def run(provider: Provider, fault: str, messages: int, server: str) -> Outcome:
    """Let one fault happen to so many messages, and wait until nothing moves."""
    medium = Medium.EMAIL if fault.startswith("mail") else Medium.TEXT
    with a_database(server) as database:
        provider.reset()
        sessions = opened(database, provider)
        crowd = a_crowd(sessions, messages, medium)
        fields = FAULTS[fault]
        provider.behave(**fields | ({"times": messages} if "times" in fields else {}))
        with _a_web(database, provider, sessions) as settings:
            post = open_post(settings, timeout=settings.clock_timeout_seconds, sessions=sessions)
            seconds = _tick_until_quiet(post)
            told = medium is Medium.TEXT and fields.get("receipts") != "missing"
            delivered = _delivered(post, messages if told else 0)
        copies = provider.copies()
        outcome = Outcome(
            fault=fault,
            lost=sum(copies[address] == 0 for address in crowd),
            doubled=sum(copies[address] > 1 for address in crowd),
            stuck=unrest(sessions),
            missed=_count(sessions, State.MISSED),
            delivered=delivered,
            look_ups=provider.look_ups(),
            seconds=round(seconds, 1),
        )
        sessions.kw["bind"].dispose()
        return outcome


@contextmanager
def _a_web(database: str, provider: Provider, sessions: Sessions) -> Iterator[Settings]:
    """The doors that receipts come in by; yields settings that lead the provider there."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": provider.smtp_port}
    door = create_server(lambda _environ, _start: [], host="127.0.0.1", port=0, threads=8)
    base = f"http://127.0.0.1:{door.effective_port}"
    settings = settings_for(database, provider.url, public_base_url=base, **mail)
    door.application = create_app(settings, sessions=sessions)
    thread = Thread(target=door.run, daemon=True)
    thread.start()
    yield settings
    door.close()


def _tick_until_quiet(post: Post) -> float:
    began = time.monotonic()
    while unrest(post.sessions) and time.monotonic() - began < PATIENCE:
        clock.tick(post, SystemClock().now())
        time.sleep(0.1)
    return time.monotonic() - began


def _delivered(post: Post, expected: int) -> int:
    """How many receipts have brought news, after a while."""
    began = time.monotonic()
    while _count(post.sessions, State.DELIVERED) < expected:
        if time.monotonic() - began > RECEIPTS_TAKE:
            break
        clock.tick(post, SystemClock().now())
        time.sleep(0.2)
    return _count(post.sessions, State.DELIVERED)


def _count(sessions: Sessions, state: State) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).where(Message.state == state)) or 0


def main() -> None:
    asked = _asked()
    if not asked.ours:
        sys.exit("Say --ours: there are no peers to compare with yet.")
    logging.getLogger("waitress").setLevel(logging.ERROR)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with a_provider() as provider:
        chosen = asked.only or FAULTS
        outcomes = [run(provider, fault, asked.messages, asked.database) for fault in chosen]
    head = ("fault", "lost", "doubled", "stuck", "missed", "delivered", "look-ups", "seconds")
    print(table(head, [astuple(outcome) for outcome in outcomes]))
    sys.exit(not all(outcome.sound for outcome in outcomes))


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--ours", action="store_true", help="measure this service")
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--only", action="append", choices=[*FAULTS], help="one fault, or several")
    parser.add_argument("--database", default="", help="a PostgreSQL server; empty: SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
