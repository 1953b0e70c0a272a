"""How do the peers stand a burst? The rows of bench.burst that are not ours.

So many messages are due at one moment. Worker and planner are running and warm; from that moment
on, the time until each request reaches the provider counts, and every process's work.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bench import cpu
from bench.killing import LATENCY_MS, kill
from bench.patience import until_quiet
from bench.peers import rows
from bench.peers.designs import Peer, Planner, Stage, a_stage
from bench.servers import Missing
from bench.stage import a_provider

LEAD = timedelta(seconds=3)
WARM_AREA = 208
QUIET = 60.0
HEAD = (
    "design", "messages", "in flight", "first, s", "p99, s", "a second", "of the ceiling",
    "CPU us a message",
)  # fmt: skip


@dataclass(frozen=True)
class Burst:
    """One line of the table: seconds since the due moment, and processor seconds in all."""

    design: str
    messages: int
    in_flight: int
    first: float
    p99: float
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    @property
    def of_ceiling(self) -> float:
        return self.per_second * LATENCY_MS / 1000 / self.in_flight

    @property
    def cpu_per_message(self) -> float:
        """Microseconds of worker, planner, broker and database together."""
        return 1e6 * self.cpu / self.messages

    def row(self) -> tuple[str, ...]:
        return (
            self.design, f"{self.messages:,}", str(self.in_flight), f"{self.first:.2f}",
            f"{self.p99:.2f}", f"{self.per_second:.0f}", f"{self.of_ceiling:.0%}",
            f"{self.cpu_per_message:,.0f}",
        )  # fmt: skip


def median(bursts: Sequence[Burst]) -> Burst:
    """The middle of each figure over repeated bursts of one design."""
    figures = {
        name: statistics.median(getattr(burst, name) for burst in bursts)
        for name in ("first", "p99", "seconds", "cpu")
    }
    return replace(bursts[0], messages=min(burst.messages for burst in bursts), **figures)


def run(peer: Peer, messages: int, in_flight: int) -> Burst:
    """One burst; raises Missing where the peer cannot be run."""
    with (
        a_provider() as provider,
        a_stage(peer, provider, seats=in_flight) as stage,
        stage.planner() as planner,
    ):
        provider.behave(latency_ms=LATENCY_MS)
        worker = stage.start()
        try:
            _warm_up(stage, planner)
            due_at = rows.now() + LEAD
            numbers = rows.fill(stage.engine, messages, due_at)
            worked = _work(stage, worker.pid, planner, due_at)
        finally:
            kill(worker)
        came = provider.arrivals()
    waits = sorted(came[one] - due_at.timestamp() for one in numbers if one in came)
    return _burst(stage, waits, worked)


def _warm_up(stage: Stage, planner: Planner) -> None:
    """Let every seat have sent something: a burst does not come in the first minute of a life."""
    rows.fill(stage.engine, 2 * stage.seats, rows.now(), area=WARM_AREA)
    planner.plan(rows.now())
    until_quiet(stage.left, quiet=QUIET)


def _work(stage: Stage, worker: int, planner: Planner, due_at: datetime) -> float:
    """Let it all be done; processor seconds from just before the due moment to the end."""
    processes = [worker, planner.process, *(server.process for server in stage.servers)]
    before = cpu.seconds(*processes)
    planner.plan(due_at)
    until_quiet(stage.left, quiet=QUIET)
    return cpu.seconds(*processes) - before


def _burst(stage: Stage, waits: list[float], worked: float) -> Burst:
    if not waits:
        raise Missing("every one of its messages")
    return Burst(
        design=stage.peer.title,
        messages=len(waits),
        in_flight=stage.seats,
        first=waits[0],
        p99=waits[int(len(waits) * 0.99)],
        seconds=waits[-1] + LATENCY_MS / 1000,
        cpu=worked,
    )
