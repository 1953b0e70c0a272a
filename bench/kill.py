"""What does `kill -9` cost? `python -m bench.kill --ours --messages 2000 --kills 20`

A clock process is killed again and again in the middle of its sending; then one is left alone until
nothing moves. Lost, doubled and stuck must all be 0, or the exit status is not.
"""

import os
import random
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from dataclasses import astuple, dataclass

from bench.stage import (
    Provider,
    a_clock,
    a_crowd,
    a_database,
    a_provider,
    opened,
    table,
    unrest,
)
from reminders.store.db import Sessions

LATENCY_MS = 100
LONGEST_LIFE = 0.5  # seconds after the first text of a life
QUIET = 0.2
PATIENCE = 300.0


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    messages: int
    kills: int
    lost: int
    doubled: int
    stuck: int
    look_ups: int
    seconds_to_drain: float

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)


def run(messages: int, kills: int, server: str) -> Outcome:
    """Kill so often, then let one process finish."""
    with a_provider() as provider, a_database(server) as database:
        provider.behave(latency_ms=LATENCY_MS)
        sessions = opened(database, provider)
        crowd = a_crowd(sessions, messages)
        done = sum(_live_and_die(database, provider, sessions) for _ in range(kills))
        seconds = _drain(database, provider, sessions)
        copies = provider.copies()
        outcome = Outcome(
            messages=messages,
            kills=done,
            lost=sum(copies[number] == 0 for number in crowd),
            doubled=sum(copies[number] > 1 for number in crowd),
            stuck=unrest(sessions),
            look_ups=provider.look_ups(),
            seconds_to_drain=round(seconds, 1),
        )
        sessions.kw["bind"].dispose()
        return outcome


def _live_and_die(database: str, provider: Provider, sessions: Sessions) -> bool:
    """Let a process begin to send, and kill it; False if nothing was left to send."""
    if not unrest(sessions):
        return False
    before = provider.copies().total()
    life = a_clock(database, provider)
    began = time.monotonic()
    while provider.copies().total() == before and time.monotonic() - began < 30:
        time.sleep(0.02)
    time.sleep(random.uniform(0, LONGEST_LIFE))
    os.kill(life.pid, signal.SIGKILL)
    life.wait()
    return True


def _drain(database: str, provider: Provider, sessions: Sessions) -> float:
    last = a_clock(database, provider)
    began = time.monotonic()
    while unrest(sessions) and time.monotonic() - began < PATIENCE:
        time.sleep(QUIET)
    seconds = time.monotonic() - began
    last.send_signal(signal.SIGKILL)
    last.wait()
    return seconds


def main() -> None:
    asked = _asked()
    if not asked.ours:
        sys.exit("Say --ours: there are no peers to compare with yet.")
    try:
        outcome = run(asked.messages, asked.kills, asked.database)
    except subprocess.SubprocessError as fault:
        sys.exit(str(fault))
    head = ("messages", "kills", "lost", "doubled", "stuck", "look-ups", "seconds to drain")
    print(table(head, [astuple(outcome)]))
    sys.exit(not outcome.sound)


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--ours", action="store_true", help="measure this service")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--database", default="", help="a PostgreSQL server; empty: SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
