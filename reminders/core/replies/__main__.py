"""Read replies as JSON lines from standard input, write one reading a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from reminders.core.replies import Asked, Context, read
from reminders.core.safety import Danger, screen


def prediction(row: Mapping[str, Any]) -> dict[str, object]:
    """Return the reading of one row in the form the scorer compares."""
    given = row.get("context") or {}
    exercises = tuple(given.get("exercises") or ())
    asked = given.get("asked")
    context = Context(
        asked=Asked(asked) if asked else None,
        exercises=exercises,
        lang=given.get("lang") or "en",
        ours=tuple(given.get("ours") or ()),
    )
    reading = read(row.get("text") or "", context)
    flag = screen(row.get("text") or "", exercises)
    return {
        "id": row.get("id"),
        "intent": reading.intent,
        "pain": reading.pain,
        "done": list(reading.done) if reading.done else None,
        "delay_minutes": reading.delay_minutes,
        "urgent": flag is not None and flag.danger is not Danger.DEATH,
    }


def main() -> None:
    """Answer every line that is not empty."""
    for line in sys.stdin:
        if line.strip():
            answer = json.dumps(prediction(json.loads(line)), ensure_ascii=False)
            sys.stdout.write(answer + "\n")


if __name__ == "__main__":
    main()
