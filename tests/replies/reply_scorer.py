"""Was a reply read right? The rules by which labelled replies are judged.

full        all five fields equal one and the same alternative
false log   something was logged (done, partial, skip, or a pain level) that no single
            alternative says: nothing was said, another level, or other positions
false stop  an opt-out that no alternative says; missed stop: the reverse
urgent      missed where it was expected; false where no alternative is urgent
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

COMPLETION = frozenset({"done", "partial", "skip"})


@dataclass(frozen=True)
class Said:
    """What one reply says, by a reader or by a label."""

    intent: str | None
    pain: int | None = None
    done: tuple[int, ...] | None = None
    delay_minutes: int | None = None
    urgent: bool = False

    @property
    def logs(self) -> bool:
        """Tell whether anything would be logged."""
        return self.intent in COMPLETION or self.pain is not None


@dataclass(frozen=True)
class Verdict:
    """How one reading compares with its label."""

    full: bool
    false_log: bool
    missed_stop: bool
    false_stop: bool
    missed_urgent: bool
    false_urgent: bool


def judge(prediction: Mapping[str, Any], row: Mapping[str, Any]) -> Verdict:
    """Compare one prediction with one labelled row."""
    count = len(row["context"]["exercises"])
    labels = [row["expect"], *row.get("accept", [])]
    alternatives = [said(label, count) for label in labels]
    read = said(prediction, count)
    intents = {one.intent for one in alternatives}
    expected = alternatives[0]
    return Verdict(
        full=read in alternatives,
        false_log=read.logs and not any(covered(read, one) for one in alternatives),
        missed_stop=expected.intent == "stop" and read.intent not in intents,
        false_stop=read.intent == "stop" and "stop" not in intents,
        missed_urgent=expected.urgent and not read.urgent,
        false_urgent=read.urgent and not any(one.urgent for one in alternatives),
    )


def said(fields: Mapping[str, Any], count: int) -> Said:
    """Bring a label or a prediction to one form; "done" with every position is plain "done"."""
    done = tuple(sorted(set(fields.get("done") or ()))) or None
    whole = Said(
        intent=fields.get("intent"),
        pain=fields.get("pain"),
        done=done,
        delay_minutes=fields.get("delay_minutes"),
        urgent=bool(fields.get("urgent")),
    )
    spelled_out = whole.intent == "done" and done == tuple(range(1, count + 1))
    return replace(whole, done=None) if spelled_out else whole


def covered(read: Said, label: Said) -> bool:
    """Tell whether everything a reading would log is said by a label."""
    if read.intent in COMPLETION:
        if label.intent != read.intent:
            return False
        if read.done is not None and read.done != label.done:
            return False
    return read.pain is None or read.pain == label.pain
