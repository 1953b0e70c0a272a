"""How does a crowd that is due at one moment leave? `python -m bench.burst --messages 10000`

Clock processes are running and warm when the moment comes; from then on counts when each request
reaches the provider, and every process's work. `--peers` puts the usual task queues beside ours.
"""

import subprocess
import sys
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bench import cpu
from bench.killing import LATENCY_MS, kill
from bench.patience import until_quiet
from bench.peers import burst as peers
from bench.peers.burst import HEAD, Burst
from bench.peers.designs import PEERS
from bench.servers import Missing, postgres
from bench.stage import (
    Provider,
    a_crowd,
    a_database,
    a_provider,
    opened,
    settings_for,
    table,
    unrest,
    while_parent_lives,
)
from reminders import clock, watch
from reminders.bootstrap import open_post
from reminders.config import SystemClock
from reminders.store.db import Sessions, transaction
from reminders.store.people import Patient
from reminders.store.plans import Routine

SQLITE = "SQLite"
POSTGRES = "PostgreSQL"
A_DAY = timedelta(days=1)
LEAD = timedelta(seconds=8)
WARM_ROUNDS = 2
QUIET = 60.0
STEP = 0.5
HOW = f"""\
All are due at one moment, planned by the clock itself; a request takes {LATENCY_MS} ms. First and
p99 count from the due moment to the request's arrival at the provider. The ceiling is what so many
requests in flight allow. CPU is that of clocks and database together, with the planning."""


def run(database: str, messages: int, in_flight: int, clocks: int) -> Burst:
    """One burst over so many clocks, which share the requests in flight."""
    server = postgres() if database == POSTGRES else None
    with a_provider() as provider, a_database(server.url if server else "") as url:
        # The peers ask for no receipts either; posting them would be most of the provider's work.
        provider.behave(latency_ms=LATENCY_MS, receipts="missing")
        sessions = opened(url, provider)
        warm = WARM_ROUNDS * in_flight
        numbers = a_crowd(sessions, warm + messages)
        _due_at(sessions, warm, SystemClock().now() + A_DAY)
        with _clocks(url, provider, in_flight // clocks, clocks) as started:
            until_quiet(lambda: unrest(sessions), quiet=QUIET, step=STEP)
            due_at = _next_minute(SystemClock().now() + LEAD)
            _due_at(sessions, warm, due_at)
            worked = _work(sessions, due_at, [*started, *([server.process] if server else [])])
        came = provider.arrivals()
        sessions.kw["bind"].dispose()
    waits = sorted(came[one] - due_at.timestamp() for one in numbers[warm:] if one in came)
    return Burst(
        design=f"ours, {database}, {clocks} clock{'s' * (clocks > 1)}",
        messages=len(waits),
        in_flight=in_flight,
        first=waits[0],
        p99=waits[int(len(waits) * 0.99)],
        seconds=waits[-1] + LATENCY_MS / 1000,
        cpu=worked,
    )


def _due_at(sessions: Sessions, warm: int, moment: datetime) -> None:
    """Let the patients after the first ones be due at a moment, by their own wall clock."""
    with transaction(sessions) as session:
        zone = session.scalars(sa.select(Patient.zone)).first() or ""
        wall = moment.astimezone(ZoneInfo(zone)).time().isoformat("minutes")
        session.execute(
            sa.update(Routine)
            .where(Routine.patient_id > warm)
            .values(times=[wall], next_due_at=moment)
        )


def _next_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


@contextmanager
def _clocks(url: str, provider: Provider, seats: int, count: int) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "bench.burst", "--clock", url, provider.url, str(seats)]
    started = [
        subprocess.Popen(command, cwd=Path(__file__).parents[1], start_new_session=True)
        for _ in range(count)
    ]
    try:
        yield [process.pid for process in started]
    finally:
        for process in started:
            kill(process)


def _work(sessions: Sessions, due_at: datetime, processes: Sequence[int]) -> float:
    """Let it all be done; processor seconds from just before the planning to the end."""
    before = cpu.seconds(*processes)
    time.sleep(max(0.0, (due_at - SystemClock().now()).total_seconds()))
    until_quiet(lambda: unrest(sessions), quiet=QUIET, step=STEP)
    return cpu.seconds(*processes) - before


def be_a_clock(url: str, provider: str, seats: int) -> None:
    """Plan and send until killed or alone; reviewing patients is another bench's matter."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    settings = settings_for(
        url, provider, seats=seats, concurrency=seats, lease_seconds=60, spread_seconds=0
    )
    post = open_post(settings, timeout=settings.clock_timeout_seconds)
    sender = clock.Sender(post, SystemClock(), watch.FirstLook(post))
    sender.begin()
    try:
        for _ in while_parent_lives():
            clock.prepare(post, SystemClock().now())
            time.sleep(settings.tick_seconds)
    finally:
        sender.end()


def main() -> None:
    asked = _asked()
    if asked.clock:
        url, provider, seats = asked.clock
        be_a_clock(url, provider, int(seats))
    else:
        _compare(asked)


def _compare(asked: Namespace) -> None:
    """Print the table of our bursts and of theirs; the exit status says whether all went out."""
    bursts = [
        peers.median([run(database, asked.messages, seats, clocks) for _ in range(asked.runs)])
        for database in asked.database or (SQLITE, POSTGRES)
        for seats in asked.in_flight or (64, 256)
        for clocks in (asked.clocks or (1, 2, 4) if database == POSTGRES else (1,))
    ]
    lines = [burst.row() for burst in bursts]
    lines += _peers(min(burst.cpu_per_message for burst in bursts), asked)
    rows = [[*line, ""][: len(HEAD) + 1] for line in lines]
    print(table([*HEAD, "CPU against ours"], rows), HOW, sep="\n\n")
    sys.exit(any(burst.messages < asked.messages for burst in bursts))


def _peers(ours: float, asked: Namespace) -> Iterator[tuple[str, ...]]:
    """The usual task queues at 64 in flight, and how often ours goes into their work."""
    for peer in PEERS.values() if asked.peers else (PEERS[name] for name in asked.peer):
        try:
            runs = [peers.run(peer, asked.peer_messages, 64) for _ in range(asked.runs)]
        except Missing as fault:
            yield (peer.title, f"missing: {fault}", *[""] * (len(HEAD) - 1))
        else:
            burst = peers.median(runs)
            yield (*burst.row(), f"{burst.cpu_per_message / ours:.1f}")


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.burst", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--in-flight", type=int, action="append", help="64 and 256")
    parser.add_argument("--clocks", type=int, action="append", help="on PostgreSQL: 1, 2 and 4")
    parser.add_argument("--database", action="append", choices=[SQLITE, POSTGRES])
    parser.add_argument("--runs", type=int, default=1, help="the median of so many")
    parser.add_argument("--peers", action="store_true", help="every usual task queue as well")
    parser.add_argument("--peer", action="append", choices=[*PEERS], default=[], help="this one")
    parser.add_argument("--peer-messages", type=int, default=2_000)
    parser.add_argument("--clock", nargs=3, help=SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
