"""Which peers are there, and how is each of them run beside us?"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bench.peers import rows
from bench.peers.environment import programs
from bench.servers import Missing, Server, postgres, redis
from bench.stage import Provider, a_database

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Peer:
    """A task queue as its users run it: its worker's command and what that is told."""

    title: str
    queue: str
    worker: tuple[str, ...]
    told: Mapping[str, str] = field(default_factory=dict)
    on_redis: bool = True


_CELERY = ("celery", "-A", "bench.peers.celery_app", "worker", "-l", "ERROR", "-c", "{seats}")
_THREADS = ("-P", "threads")
_PROCRASTINATE = ("procrastinate", "-a", "bench.peers.procrastinate_app.app")
_WORKER = (*_PROCRASTINATE, "--log-level", "error", "worker", "-c", "{seats}")
PEERS: Mapping[str, Peer] = {
    "celery": Peer("Celery + Redis", "celery", (*_CELERY, *_THREADS)),
    "celery-late": Peer(
        "Celery + Redis, acks_late", "celery", (*_CELERY, *_THREADS), {"PEER_ACKS_LATE": "1"}
    ),
    "dramatiq": Peer(
        "dramatiq + Redis",
        "dramatiq",
        ("dramatiq", "bench.peers.dramatiq_app", "--processes", "1", "--threads", "{seats}"),
    ),
    "procrastinate": Peer("procrastinate", "procrastinate", _WORKER, on_redis=False),
    "procrastinate-retry": Peer(
        "procrastinate, stalled jobs retried",
        "procrastinate",
        _WORKER,
        {"PEER_RETRIES_STALLED": "1"},
        on_redis=False,
    ),
}


@dataclass(frozen=True)
class Stage:
    """A peer with its database, its broker and our provider, ready to begin."""

    peer: Peer
    engine: sa.Engine
    environment: Mapping[str, str]
    seats: int
    servers: tuple[Server, ...]

    def start(self) -> "subprocess.Popen[bytes]":
        """A worker in a process group of its own."""
        return self._run(*(word.format(seats=self.seats) for word in self.peer.worker))

    @contextmanager
    def planner(self) -> Iterator["Planner"]:
        """What puts the due rows' ids into the queue, started and ready."""
        words = ("python", "-m", "bench.peers.planner", self.peer.queue)
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with self._run(*words, **pipes) as process:
            yield Planner(process)

    def left(self) -> int:
        """How many rows do not say that they were sent."""
        return rows.due(self.engine)

    def _run(self, program: str, *words: str, **pipes: int) -> "subprocess.Popen[bytes]":
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(
            [programs() / program, *words],
            cwd=ROOT,
            env=os.environ | self.environment,
            start_new_session=True,
            **silent | pipes,
        )


class Planner:
    """A peer's planner in a process of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Take a process that has just been started, and wait until it is ready."""
        self.process = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._orders, self._news, self._faults = process.stdin, process.stdout, process.stderr
        self._hear()

    def plan(self, moment: datetime) -> int:
        """Let it queue what is due at that moment, once that has come; how many there were."""
        self._orders.write(f"{moment.isoformat()}\n".encode())
        self._orders.flush()
        return int(self._hear())

    def _hear(self) -> bytes:
        if not (said := self._news.readline()):
            raise Missing(f"its planner, which died of {self._faults.read().decode()[-200:]!r}")
        return said


@contextmanager
def a_stage(peer: Peer, provider: Provider, *, seats: int) -> Iterator[Stage]:
    """The peer's broker and an empty table; raises Missing where it cannot be run."""
    programs()
    server = postgres()
    with ExitStack() as things:
        broker = things.enter_context(redis()) if peer.on_redis else None
        database = things.enter_context(a_database(server.url))
        engine = sa.create_engine(database)
        things.callback(engine.dispose)
        environment = {
            "PEER_DATABASE": database,
            "PEER_PROVIDER": provider.url,
            "PEER_REDIS": broker.url if broker else "",
            "PEER_SEATS": str(seats),
            **peer.told,
        }
        rows.create(engine)
        servers = (server, broker) if broker else (server,)
        yield Stage(peer, engine, environment, seats, servers)
