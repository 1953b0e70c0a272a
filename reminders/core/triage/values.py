"""What triage is told of a patient, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from reminders.core.adherence import PainPoint, Sitting
from reminders.core.hours import Workdays


class AlertKind(StrEnum):
    """What a reason is about, worst first."""

    SAFETY = "safety"
    PAIN_UP = "pain_up"
    UNSETTLED = "unsettled"
    SILENT = "silent"
    MESSAGE = "message"
    UNCLEAR = "unclear"
    NOT_DELIVERED = "not_delivered"
    HOLD = "hold"
    NOT_BETTER = "not_better"
    UNDER_HALF = "under_half"
    DOING_WELL = "doing_well"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def rest(self) -> timedelta:
        """For how long it is not said again, in other words, once a person has put it away.

        Their figures move every day, though the finding stays. Pain, a failed message and a
        reply are another matter each time.
        """
        return timedelta(days=_REST.get(self, 0))


_RANKS: Final[Mapping[AlertKind, int]] = {kind: rank for rank, kind in enumerate(AlertKind)}
_REST: Final[Mapping[AlertKind, int]] = {
    AlertKind.SILENT: 3,
    AlertKind.NOT_BETTER: 14,
    AlertKind.UNDER_HALF: 7,
    AlertKind.DOING_WELL: 14,
}


class Urgency(StrEnum):
    """When a person should look, soonest first: the groups of the desk's list."""

    NOW = "now"
    TODAY = "today"
    WHEN_YOU_CAN = "when_you_can"
    GOOD_NEWS = "good_news"

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person should look: the finding as a sentence, and what it rests on."""

    kind: AlertKind
    urgency: Urgency
    sentence: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One message that did not arrive, and why in desk words: "the number is a landline"."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one patient; the zone is the patient's."""

    zone: ZoneInfo
    sittings: tuple[Sitting, ...] = ()
    pains: tuple[PainPoint, ...] = ()
    mornings: tuple[PainPoint, ...] = ()  # pain the morning after, where it was asked
    settled_below: int = 4  # where this patient's pain is green again
    last_heard: datetime | None = None  # any word of the patient, whichever door it came by
    failures: tuple[Failure, ...] = ()  # since the last message that arrived
    unread_since: datetime | None = None  # the oldest message that no person has seen
    unread_words: str = ""
    unclear_since: datetime | None = None  # the oldest reply that could not be read
    unclear_words: str = ""
    red_flag_since: datetime | None = None
    red_flag_words: str = ""
    hold_since: datetime | None = None
    hold_words: str = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a reason begins; a clinic may set its own."""

    pain_high: int = 7
    pain_rise: int = 2
    pain_days: int = 4  # so that a Friday evening is still seen on Monday
    unsettled_mornings: int = 2
    unsettled_days: int = 14
    silent_sessions: int = 3
    silent_days: int = 5
    half_percent: int = 50
    well_percent: int = 80
    recent_days: int = 14
    fewest_sessions: int = 4  # a percentage of fewer says little
    effort_percent: int = 70
    effort_days: int = 28
    better_points: int = 2
    better_percent: int = 30
    undelivered: int = 2
    unread_workdays: int = 1
    untaken_workdays: int = 2  # then everyone sees what its owner has not taken
    workdays: frozenset[int] = frozenset(range(5))
    closed: frozenset[date] = frozenset()

    def having(self, chosen: Mapping[str, int]) -> "Thresholds":
        """The same, with what somebody has set."""
        changes: dict[str, Any] = {name: chosen[name] for name in SETTABLE if name in chosen}
        return replace(self, **changes)

    @property
    def on(self) -> Workdays:
        """The days on which people of the clinic are there."""
        return Workdays(self.workdays, self.closed)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which values a threshold makes sense."""

    least: int
    most: int


# What a clinic or, for one patient, a therapist may set.
SETTABLE: Final[Mapping[str, Bounds]] = {
    "pain_high": Bounds(1, 10),
    "pain_rise": Bounds(1, 9),
    "unsettled_mornings": Bounds(1, 7),
    "silent_sessions": Bounds(1, 20),
    "silent_days": Bounds(1, 30),
    "half_percent": Bounds(10, 90),
    "well_percent": Bounds(50, 100),
    "effort_percent": Bounds(50, 100),
    "undelivered": Bounds(1, 10),
    "unread_workdays": Bounds(1, 5),
    "untaken_workdays": Bounds(1, 10),
}
