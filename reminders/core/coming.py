"""Which sittings are still to come, as far as the plan stands now?"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from reminders.core.schedule import Rhythm, due_between

Place = tuple[str, int, date]  # routine, slot, local date: what makes a sitting one


@dataclass(frozen=True, slots=True)
class Coming:
    """A sitting that is not written down yet."""

    key: str
    slot: int
    day: date
    at: datetime
    paused: bool

    @property
    def place(self) -> Place:
        return self.key, self.slot, self.day


def coming(
    rhythms: Mapping[str, Rhythm], written: Collection[Place], after: datetime, until: datetime
) -> tuple[Coming, ...]:
    """The sittings in (after, until], soonest first.

    A slot that today has already had does not come again, at whatever time it is due from now on.
    """
    found = _due(rhythms, after, until)
    return tuple(sorted((one for one in found if one.place not in written), key=lambda one: one.at))


def _due(rhythms: Mapping[str, Rhythm], after: datetime, until: datetime) -> Iterator[Coming]:
    for key, rhythm in rhythms.items():
        for due in due_between(rhythm, after, until):
            yield Coming(key, due.slot, due.day, due.at, due.paused)
