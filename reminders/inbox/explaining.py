"""Why was a reply read so? Kept with it, for the desk to show."""

import json
from dataclasses import dataclass

from reminders.core.replies import Reading, Span
from reminders.core.safety import Flag


@dataclass(frozen=True)
class Why:
    """A reading as the desk shows it: what was understood, and from which words."""

    intent: str
    pain: int | None
    positions: tuple[int, ...]
    danger: str
    spans: tuple[Span, ...]


def explain(reading: Reading, flag: Flag | None) -> str:
    """Write a reading down as JSON for the reply's row."""
    return json.dumps(
        {
            "intent": reading.intent,
            "pain": reading.pain,
            "positions": list(reading.done or ()),
            "danger": flag.words if flag is not None else "",
            "spans": [[span.field, span.start, span.end, span.words] for span in reading.spans],
        }
    )


def explained(text: str | None) -> Why | None:
    """Read it back; None where a reply was not read by rule."""
    if not text:
        return None
    fields = json.loads(text)
    return Why(
        fields["intent"],
        fields["pain"],
        tuple(fields["positions"]),
        fields["danger"],
        tuple(Span(*span) for span in fields["spans"]),
    )
