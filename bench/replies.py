"""How long does one reply take to read and to screen?

    python -m bench.replies [FILE.jsonl ...]

Without files it reads the labelled replies of the tests. Prints the median, the slow end and the
worst of some 1,600-character texts made to be slow.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from reminders.core.replies import Asked, Context, read
from reminders.core.safety import screen

LABELLED = Path(__file__).parent.parent / "tests" / "replies"
ROUNDS = 5
LONG = ("1 2 3 4 " * 200, "x1y2" * 400, "no " * 533, "will do did not " * 100, "a" * 1_600)


def texts(files: list[Path]) -> list[tuple[str, Context]]:
    """Return the texts of the files with their contexts."""
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [(row["text"], _context(row.get("context") or {})) for row in rows]


def _context(given: dict[str, object]) -> Context:
    names = given.get("exercises")
    return Context(
        asked=Asked(str(given["asked"])) if given.get("asked") else None,
        exercises=tuple(str(name) for name in names) if isinstance(names, list) else (),
        lang=str(given.get("lang") or "en"),
    )


def measure(rows: list[tuple[str, Context]]) -> list[float]:
    """Return the milliseconds of each text, the best of some rounds."""
    best = [float("inf")] * len(rows)
    for _ in range(ROUNDS):
        for place, (text, context) in enumerate(rows):
            start = time.perf_counter()
            read(text, context)
            screen(text, context.exercises)
            best[place] = min(best[place], 1000 * (time.perf_counter() - start))
    return best


def main() -> None:
    """Measure and print."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(LABELLED.glob("replies_*.jsonl"))
    rows = texts(files)
    times = sorted(measure(rows))
    print(
        f"{len(rows)} texts, read and screened: median {statistics.median(times):.2f} ms, "
        f"95 % under {times[int(len(times) * 0.95)]:.2f} ms, "
        f"99 % under {times[int(len(times) * 0.99)]:.2f} ms, slowest {times[-1]:.2f} ms"
    )
    worst = max(measure([(text, rows[0][1]) for text in LONG]))
    print(f"{len(LONG)} texts of 1,600 characters made to be slow: at most {worst:.0f} ms")


if __name__ == "__main__":
    main()
