"""What does planning cost, and does what merely exists cost anything? `python -m bench.plan`

So many routines exist, of many habits, and so many of them come due in one minute. Beside it
stands APScheduler's own SQLAlchemy job store with one job a patient.
"""

import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import structlog

from bench.peers import apscheduler_jobs
from bench.routines import HABITS, MOMENT, a_stock, come_due
from bench.servers import postgres
from bench.stage import a_database, settings_for, table
from reminders import clock, outbox
from reminders.bootstrap import open_post, open_sessions
from reminders.config import SystemClock
from reminders.outbox import Post
from reminders.store.db import Sessions

NOWHERE = "http://127.0.0.1:9"
DUE = (100, 1_000, 10_000)
IDLE_ROUNDS = 100
FORTNIGHT = timedelta(days=14)  # every habit comes round by then
HEAD = ("database", "routines", "due", "us a message", "least", "most")
IDLE_HEAD = ("database", "routines", "idle planning, ms", "idle tick, ms")
PEER_HEAD = ("database", "due of as many", "APScheduler, us a job", "ours, us a message", "ratio")

HOW = f"""\
One in so many routines, spread over the table and of {len(HABITS)} habits, comes due at one moment;
wall time of planning all of them, rows of sittings and messages written, for each message; the
median of the rounds. Idle: the median of {IDLE_ROUNDS} with nothing due. APScheduler: from waking
up to the last of its jobs begun, each of which does nothing, with its time of grace lifted."""


@dataclass(frozen=True)
class Cost:
    """Microseconds for each of what came due, once a round."""

    routines: int
    due: int
    rounds: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


@dataclass(frozen=True)
class Idle:
    """Milliseconds, at the median, with nothing due."""

    routines: int
    planning: float
    tick: float


def measure(server: str, routines: int, rounds: int) -> tuple[Idle, list[Cost]]:
    """Load so many routines once; let none, and then some and more of them, come due."""
    with a_database(server) as database:
        settings = settings_for(database, NOWHERE)
        sessions = open_sessions(settings, migrate=True)
        a_stock(sessions, routines)
        idle = _idle(open_post(settings, timeout=1, sessions=sessions), routines)
        costs = [
            Cost(routines, due, [_planning(sessions, routines, due) for _ in range(rounds)])
            for due in DUE
            if due <= routines
        ]
        sessions.kw["bind"].dispose()
    return idle, costs


def _idle(post: Post, routines: int) -> Idle:
    now = SystemClock().now()
    return Idle(
        routines,
        planning=_milliseconds(lambda: outbox.plan(post.sessions, now)),
        tick=_milliseconds(lambda: clock.tick(post, now)),
    )


def _milliseconds(step: Callable[[], object]) -> float:
    took = []
    for _ in range(IDLE_ROUNDS):
        began = time.perf_counter()
        step()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def _planning(sessions: Sessions, routines: int, due: int) -> float:
    now = next(_moments)
    come_due(sessions, routines // due, now)
    began = time.perf_counter()
    written = outbox.plan(sessions, now)
    took = time.perf_counter() - began
    if written < due:
        sys.exit(f"{written} of {due} were planned")
    return 1e6 * took / written


_moments = (MOMENT + turn * FORTNIGHT for turn in count())


def _beside(server: str, jobs: int, rounds: int, ours: Sequence[Cost]) -> tuple[str, ...]:
    """A row that compares the job store with us, where as many are due as there are."""
    taken = []
    for _ in range(rounds):
        with a_database(server) as database:
            taken.append(apscheduler_jobs.microseconds_a_job(database, jobs))
    [cost] = [cost.median for cost in ours if cost.routines == cost.due == jobs]
    theirs = statistics.median(taken)
    return (_name(server), f"{jobs:,}", f"{theirs:.0f}", f"{cost:.1f}", f"{theirs / cost:.0f}")


def _name(server: str) -> str:
    return "PostgreSQL" if server else "SQLite"


def _cost_row(server: str, cost: Cost) -> tuple[str, ...]:
    figures = (cost.median, min(cost.rounds), max(cost.rounds))
    return (
        _name(server), f"{cost.routines:,}", f"{cost.due:,}", *(f"{one:.1f}" for one in figures)
    )  # fmt: skip


def _idle_row(server: str, idle: Idle) -> tuple[str, ...]:
    return (_name(server), f"{idle.routines:,}", f"{idle.planning:.3f}", f"{idle.tick:.2f}")


def main() -> None:
    asked = _asked()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    servers = ("", asked.database or postgres().url)
    sizes = sorted({*asked.routines, *asked.jobs})
    idles, costs, beside = [], [], []
    for server in servers:
        taken = [measure(server, size, asked.rounds) for size in sizes]
        ours = [cost for _, some in taken for cost in some]
        idles += [_idle_row(server, idle) for idle, _ in taken]
        costs += [_cost_row(server, cost) for cost in ours]
        beside += [_beside(server, jobs, asked.rounds, ours) for jobs in asked.jobs]
    for head, rows in ((HEAD, costs), (IDLE_HEAD, idles), (PEER_HEAD, beside)):
        print(table(head, rows), end="\n\n")
    print(HOW)


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.plan", description=__doc__)
    parser.add_argument("--routines", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="*", choices=DUE, default=[1_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="", help="another PostgreSQL server")
    return parser.parse_args()


if __name__ == "__main__":
    main()
