"""What must be put right before a dose may be given?"""

import re
from collections.abc import Iterator, Mapping

from reminders.core.dose.values import Dose

MOST_KILOS = 200

_RANGES = {
    "sets": (1, 20),
    "reps": (1, 100),
    "seconds": (1, 7200),
    "hold_seconds": (1, 300),
    "rest_seconds": (1, 600),
    "effort": (0, 10),
}
_LENGTHS = {"tempo": 40, "load": 40, "distance": 40, "note": 300}
_NUMBER_ALONE = re.compile(r"-?[\d.,]+")


def problems(dose: Dose) -> Mapping[str, str]:
    """Say per field what must be put right; empty is good."""
    return dict(
        [
            *_without_work(dose),
            *_loads(dose),
            *_out_of_range(dose),
            *_ill_written(dose),
            *_on_other_days(dose),
        ]
    )


def _without_work(dose: Dose) -> Iterator[tuple[str, str]]:
    work = {"reps": dose.reps, "seconds": dose.seconds, "distance": dose.distance or None}
    said = [name for name, amount in work.items() if amount is not None]
    if not said:
        yield "reps", "Say how many, how long or how far, please."
    for name in said[1:]:
        yield name, "Choose one, please: how many, how long or how far."


def _loads(dose: Dose) -> Iterator[tuple[str, str]]:
    if _NUMBER_ALONE.fullmatch(dose.load):
        yield "load", "With its unit, please, like 2 kg or 5 lb."
    elif dose.kilos is not None and not 0 < dose.kilos <= MOST_KILOS:
        yield "load", f"More than 0 and at most {MOST_KILOS} kg, please."
    if dose.load and dose.band is not None:
        yield "band", "Choose one, please: a weight or a band."


def _out_of_range(dose: Dose) -> Iterator[tuple[str, str]]:
    for name, (least, most) in _RANGES.items():
        value = getattr(dose, name)
        if value is not None and not least <= value <= most:
            yield name, f"Between {least} and {most}, please."


def _ill_written(dose: Dose) -> Iterator[tuple[str, str]]:
    for name, most in _LENGTHS.items():
        if len(getattr(dose, name)) > most:
            yield name, f"At most {most} letters, please."


def _on_other_days(dose: Dose) -> Iterator[tuple[str, str]]:
    other = dose.other_days
    if other is None:
        return
    if not other.days:
        yield "other_days", "Choose the days, please."
    if not other.counts:
        yield "other_sets", "Say what is different, please: sets, reps or seconds."
    if other.reps is not None and dose.reps is None:
        yield "other_reps", "On the other days nothing is counted: leave this empty, please."
    if other.seconds is not None and dose.seconds is None:
        yield "other_seconds", "On the other days no time is kept: leave this empty, please."
    for name, value in other.counts.items():
        least, most = _RANGES[name]
        if not least <= value <= most:
            yield f"other_{name}", f"Between {least} and {most}, please."
