"""What is a session, a day, a pain report, and what do they come to?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


class Outcome(StrEnum):
    """What a patient reported of a session."""

    DONE = "done"
    PART = "part"
    SKIPPED = "skipped"


class Excuse(StrEnum):
    """Why a session is not counted."""

    PAUSED = "paused"
    WITHHELD = "withheld"
    MISSED = "missed"
    FAILED = "failed"
    OPTED_OUT = "opted_out"
    SAFETY = "safety"


class Mark(StrEnum):
    """What a day was, in the eight shapes of calendar, strip and legend."""

    DONE = "done"
    PART = "part"
    SKIPPED = "skipped"
    NO_ANSWER = "no-answer"
    PAUSED = "paused"
    NOT_DELIVERED = "not-delivered"
    REST = "rest"
    TO_COME = "to-come"


class TimeOfDay(StrEnum):
    """Which part of the day a session was due in, on the patient's clock."""

    MORNING = "morning"  # before noon
    AFTERNOON = "afternoon"  # noon to five
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One due session as it is known now."""

    occurrence_id: int
    day: date
    due_at: datetime
    closes_at: datetime
    outcome: Outcome | None = None
    pain: int | None = None
    excuse: Excuse | None = None
    routine_id: int = 0
    ticked: int | None = None  # exercises ticked as done; none: not said which
    answered_at: datetime | None = None  # by the patient, not by staff for them


@dataclass(frozen=True, slots=True)
class DayMark:
    """One day of a strip or a calendar; the pain is the highest of its sessions."""

    day: date
    mark: Mark
    pain: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """One row of the calendar, Monday first; "done of due" counts sessions, not days."""

    monday: date
    days: tuple[DayMark, ...]
    done: int
    due: int


@dataclass(frozen=True, slots=True)
class PainPoint:
    """One pain report, 0 to 10, with the local date it is about and the moment it came."""

    day: date
    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole that is always shown with its whole."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Part ÷ whole; none when there is nothing to divide by."""
        # Half goes up, as a reader with a pencil has it; round() would send 62.5 down to 62.
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Exercises:
    """Exercises done of those asked for; sessions done in part without ticks are left out."""

    share: Share
    unlisted: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How many sessions stand how; the head of the package has the definitions."""

    done: int = 0
    part: int = 0
    skipped: int = 0
    no_answer: int = 0
    paused: int = 0
    withheld: int = 0
    missed: int = 0
    failed: int = 0
    opted_out: int = 0
    safety: int = 0
    open: int = 0
    done_uncounted: int = 0  # of the excused ones

    @property
    def due(self) -> int:
        """The sessions that count: done + part + skipped + no answer."""
        return self.done + self.part + self.skipped + self.no_answer

    @property
    def excused(self) -> int:
        """The sessions left out, done or not."""
        return (
            self.paused + self.withheld + self.missed + self.failed + self.opted_out + self.safety
        )

    @property
    def prescribed(self) -> int:
        """Every session that has come due and is over or answered, counted or not."""
        return self.due + self.excused

    @property
    def sessions(self) -> Share:
        """Done ÷ counted."""
        return Share(self.done, self.due)

    @property
    def plain(self) -> Share:
        """Done ÷ prescribed, nothing left out on either side."""
        return Share(self.done + self.done_uncounted, self.prescribed)

    @property
    def answered(self) -> Share:
        """Answered ÷ counted."""
        return Share(self.due - self.no_answer, self.due)

    @property
    def sessions_percent(self) -> int | None:
        """Done ÷ counted; none when nothing counts."""
        return self.sessions.percent

    @property
    def prescribed_percent(self) -> int | None:
        """Done ÷ prescribed, nothing left out on either side; none when nothing was prescribed."""
        return self.plain.percent

    @property
    def reported_percent(self) -> int | None:
        """Answered ÷ counted; none when nothing counts."""
        return self.answered.percent
