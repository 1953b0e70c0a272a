"""What can a reply say, and what must be known to read it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum


class Intent(StrEnum):
    """What the patient wants with the reply."""

    DONE = "done"
    PARTIAL = "partial"
    SKIP = "skip"
    LATER = "later"
    PAIN = "pain"
    STOP = "stop"
    START = "start"
    HELP = "help"
    MESSAGE = "message"
    CHATTER = "chatter"
    WRONG_NUMBER = "wrong_number"


class Asked(StrEnum):
    """What we asked last."""

    PAIN = "pain"
    CONFIRM_DONE = "confirm_done"
    WHO = "who"
    REASON = "reason"
    NEXT_MORNING = "next_morning"
    CONSENT = "consent"


class SkipReason(StrEnum):
    """Why a session was left out."""

    TIME = "time"
    FORGOT = "forgot"
    SORE = "sore"
    UNWELL = "unwell"
    UNSURE = "unsure"
    UNMOTIVATED = "unmotivated"


@dataclass(frozen=True, slots=True)
class Context:
    """What we know when a reply comes in."""

    asked: Asked | None = None
    exercises: tuple[str, ...] = ()
    lang: str = "en"
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Which words led to which field; offsets into the text as it came."""

    field: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day as the patient named it: days back from today, or a weekday (Monday is 0)."""

    back: int | None = None
    weekday: int | None = None

    def on(self, today: date) -> date:
        """Return the latest such day that is not after today."""
        if self.weekday is None:
            return today - timedelta(days=self.back or 0)
        return today - timedelta(days=(today.weekday() - self.weekday) % 7)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says. `done` holds positions from 1, only with a partial session."""

    intent: Intent
    lang: str
    pain: int | None = None
    done: tuple[int, ...] | None = None
    delay_minutes: int | None = None
    clock: time | None = None
    day: NamedDay | None = None
    correction: bool = False
    question: bool = False
    maybe_stop: bool = False
    death: bool = False
    choice: str | None = None
    reason: SkipReason | None = None
    spans: tuple[Span, ...] = ()
