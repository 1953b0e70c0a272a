"""Is a pain level green, amber or red for this patient?

Where the bands begin is set by the clinic, and by the therapist for one patient: sources differ,
and most of them speak of tendons and knees. Until somebody sets them: green 0-3, amber 4-5, red 6
and more. Pain is not the same as harm, and rest is not the goal.
"""

from dataclasses import dataclass
from enum import StrEnum

HIGHEST = 10


class Band(StrEnum):
    """What a pain level asks for: carry on, go easier, do less."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Bands:
    """The levels from which pain is amber, and red."""

    amber_from: int = 4
    red_from: int = 6

    def __post_init__(self) -> None:
        if not 0 < self.amber_from < self.red_from <= HIGHEST:
            raise ValueError("amber begins above 0 and below red, red at 10 or lower")

    def of(self, pain: int) -> Band:
        """Which band a level from 0 to 10 lies in."""
        if pain >= self.red_from:
            return Band.RED
        return Band.AMBER if pain >= self.amber_from else Band.GREEN
