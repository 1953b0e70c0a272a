"""What is a dose made of, and how is it kept?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

KILOS_A_POUND = 0.4536

_WEIGHT = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?) ?(kg|kilos?|lbs?|pounds?)\b", re.IGNORECASE)


class Side(StrEnum):
    """Which side works; BOTH, the usual, is not said."""

    BOTH = "both"
    EACH = "each"
    LEFT = "left"
    RIGHT = "right"
    ALTERNATE = "alternate"


class Band(StrEnum):
    """An elastic band, lightest first: a rank, for its force depends on how far it is pulled."""

    TAN = "tan"
    YELLOW = "yellow"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    BLACK = "black"
    SILVER = "silver"
    GOLD = "gold"

    @property
    def rank(self) -> int:
        return list(Band).index(self)


@dataclass(frozen=True)
class OtherDays:
    """What is different on some weekdays; what is not said stays as on the other days."""

    days: frozenset[int] = frozenset()
    sets: int | None = None
    reps: int | None = None
    seconds: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """The amounts that are said."""
        amounts = {"sets": self.sets, "reps": self.reps, "seconds": self.seconds}
        return {name: amount for name, amount in amounts.items() if amount is not None}


@dataclass(frozen=True)
class Dose:
    """How much of one exercise: sets of repetitions, or of seconds, or of a distance."""

    sets: int = 1
    reps: int | None = None
    seconds: int | None = None
    hold_seconds: int | None = None
    rest_seconds: int | None = None
    side: Side = Side.BOTH
    tempo: str = ""
    load: str = ""
    band: Band | None = None
    effort: int | None = None
    distance: str = ""
    note: str = ""
    other_days: OtherDays | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Dose":
        """Read what was stored; what is missing or makes no sense is as if never said."""
        sets = _whole(stored.get("sets"))
        return cls(
            sets=1 if sets is None else sets,
            reps=_whole(stored.get("reps")),
            seconds=_whole(stored.get("seconds")),
            hold_seconds=_whole(stored.get("hold_seconds")),
            rest_seconds=_whole(stored.get("rest_seconds")),
            side=_side(stored.get("side")),
            tempo=_line(stored.get("tempo")),
            load=_line(stored.get("load")),
            band=_band(stored.get("band")),
            effort=_whole(stored.get("effort")),
            distance=_line(stored.get("distance")),
            note=_line(stored.get("note")),
            other_days=_other_days(stored.get("other_days")),
        )

    def to_json(self) -> dict[str, object]:
        """Store what was said, and nothing for what was not."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {name: value for name, value in said.items() if value not in (None, "")}
        if self.other_days is not None:
            days = sorted(self.other_days.days)
            kept["other_days"] = {"days": days, **self.other_days.counts}
        if self.band is not None:
            kept["band"] = self.band.value
        return kept | {"side": self.side.value}

    def on(self, weekday: int) -> "Dose":
        """The dose of one weekday, 0 being Monday: what is asked for on that day alone."""
        other = self.other_days
        if other is None or weekday not in other.days:
            return replace(self, other_days=None)
        return replace(
            self,
            other_days=None,
            sets=self.sets if other.sets is None else other.sets,
            reps=self.reps if other.reps is None else other.reps,
            seconds=self.seconds if other.seconds is None else other.seconds,
        )

    @property
    def kilos(self) -> float | None:
        """The weight, if the load names one."""
        found = _WEIGHT.search(self.load)
        if found is None:
            return None
        amount = float(found[1].replace(",", "."))
        return amount if found[2].lower().startswith("k") else amount * KILOS_A_POUND


def _whole(stored: object) -> int | None:
    """Read a whole number, also from a form's or a spreadsheet's way of writing it."""
    if isinstance(stored, bool) or not isinstance(stored, int | float | str):
        return None
    try:
        return int(float(stored))
    except (ValueError, OverflowError):
        return None


def _line(stored: object) -> str:
    return " ".join(stored.split()) if isinstance(stored, str) else ""


def _side(stored: object) -> Side:
    return next((side for side in Side if side == stored), Side.BOTH)


def _band(stored: object) -> Band | None:
    return next((band for band in Band if band == stored), None)


def _other_days(stored: object) -> OtherDays | None:
    if not isinstance(stored, Mapping):
        return None
    days = stored.get("days")
    known = [_whole(day) for day in days] if isinstance(days, list | tuple) else []
    return OtherDays(
        frozenset(day for day in known if day is not None and 0 <= day <= 6),
        _whole(stored.get("sets")),
        _whole(stored.get("reps")),
        _whole(stored.get("seconds")),
    )
