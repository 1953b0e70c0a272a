"""Which benches are there, all in one run? `python -m bench [--full]`

The short run takes some thirteen minutes, ours beside one peer; the full one takes every peer and
size, and repeats itself.
"""

import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass

from bench.servers import postgres

SERVER = "{postgresql}"


@dataclass(frozen=True)
class Step:
    """One bench: its title, its call, and how many minutes it takes two quiet cores."""

    title: str
    call: str
    minutes: float

    @property
    def command(self) -> Sequence[str]:
        words = self.call.format(postgresql=postgres().url).split()
        return (sys.executable, "-m", *words)


SHORT = (
    Step("Killed while sending", "bench.kill --messages 600 --kills 6 --peer celery", 4),
    Step("Killed while patients write", "bench.inbound --replies 100 --kills 4", 1),
    Step("A provider that misbehaves", "bench.faults --ours --messages 50", 1.5),
    Step(
        "A burst",
        "bench.burst --messages 2500 --in-flight 64 --clocks 1 --peer celery --peer-messages 800",
        2,
    ),
    Step("Planning", "bench.plan --routines 10000", 1),
    Step("The doors", f"bench.hooks --requests 200 --answers 200 --database {SERVER}", 1.5),
    Step("A page", f"bench.page --requests 400 --rounds 1 --database {SERVER}", 1),
    Step("The desk", "bench.desk --rounds 10 --on sqlite", 0.5),
    Step("The reader", "bench.replies", 0.2),
)
FULL = (
    Step("Killed while sending", "bench.kill --runs 3", 45),
    Step("Killed while patients write", "bench.inbound --runs 3", 12),
    Step("A provider that misbehaves, SQLite", "bench.faults --ours", 5),
    Step("A provider that misbehaves, PostgreSQL", f"bench.faults --ours --database {SERVER}", 5),
    Step("A burst", "bench.burst --peers --runs 3", 80),
    Step("A burst of 100,000", "bench.burst --messages 100000 --in-flight 256 --clocks 2", 25),
    Step(
        "Planning",
        "bench.plan --routines 10000 100000 1000000 --jobs 1000 10000",
        25,
    ),
    Step("The doors", f"bench.hooks --requests 2000 --database {SERVER}", 6),
    Step("A page", f"bench.page --requests 2000 --database {SERVER}", 2),
    Step(
        "The desk", "bench.desk --patients 5000 --days 180 --rounds 200 --on sqlite postgresql", 10
    ),
    Step("The reader", "bench.replies", 0.5),
)


def main() -> None:
    steps = FULL if _wants_all() else SHORT
    minutes = sum(step.minutes for step in steps)
    print(f"About {minutes:.0f} minutes on two quiet cores.\n", flush=True)
    began, unsound = time.monotonic(), []
    for step in steps:
        print(f"## {step.title}\n\n`python -m {step.call}`\n", flush=True)
        set_out = time.monotonic()
        if subprocess.run(step.command, check=False).returncode:
            unsound.append(step.title)
        print(f"\nTook {(time.monotonic() - set_out) / 60:.1f} minutes.\n", flush=True)
    print(f"Took {(time.monotonic() - began) / 60:.0f} minutes.")
    if unsound:
        sys.exit(f"Not as promised: {', '.join(unsound)}")


def _wants_all() -> bool:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every peer and size, repeated")
    return bool(parser.parse_args().full)


if __name__ == "__main__":
    main()
