"""How much, said in plain words?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from reminders.core.wording.speech import DoseWords, speech
from reminders.core.wording.template import fill

SECONDS_A_REPETITION = 3
SECONDS_A_DISTANCE = 30
SECONDS_BETWEEN_EXERCISES = 20

_TEMPO = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{1,2})")  # out, wait, back: "3-1-3"


class Side(StrEnum):
    """Which side works; BOTH, the usual, is not said."""

    BOTH = "both"
    EACH = "each"
    LEFT = "left"
    RIGHT = "right"
    ALTERNATE = "alternate"


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
    effort: int | None = None
    distance: str = ""
    note: str = ""

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
            effort=_whole(stored.get("effort")),
            distance=_line(stored.get("distance")),
            note=_line(stored.get("note")),
        )

    def to_json(self) -> dict[str, int | str]:
        """Store what was said, and nothing for what was not."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in said.items() if value not in (None, "")} | {
            "side": self.side.value
        }


@dataclass(frozen=True)
class Words:
    """A dose as a patient reads it: the count, then a short sentence for each other thing."""

    headline: str
    remarks: tuple[str, ...]


def in_words(dose: Dose, lang: str) -> Words:
    """Say a dose for a page: "3 times 10, each side", then "Hold 5 seconds."."""
    words = speech(lang).dose
    side = _side_words(words)[dose.side][0]
    headline = ", ".join(part for part in (_work(dose, words), side) if part)
    remarks = [_sentence(clause) for clause in _clauses(dose, words, words.between)]
    return Words(headline, (*remarks, dose.note) if dose.note else tuple(remarks))


def sentence(dose: Dose, lang: str) -> str:
    """Say a dose in one breath, without its note: "2 times 8 on each side, hold 5 seconds"."""
    words = speech(lang).dose
    opening = _work(dose, words) + _side_words(words)[dose.side][1]
    return ", ".join((opening, *_clauses(dose, words, words.rest)))


def minutes(doses: Iterable[Dose]) -> int:
    """Estimate how long a session takes, at least one minute.

    1. A repetition takes what its tempo says, else 3 seconds, and its hold on top.
    2. A set takes its repetitions, or its seconds; a distance counts as 30 seconds.
    3. Each side doubles the sets.
    4. Rest stands between sets, or between repetitions if there is one set of them.
    5. Changing from one exercise to the next takes 20 seconds.
    """
    taken = [_seconds(dose) for dose in doses]
    changes = SECONDS_BETWEEN_EXERCISES * max(0, len(taken) - 1)
    return max(1, (sum(taken) + changes + 30) // 60)


def problems(dose: Dose) -> Mapping[str, str]:
    """Say per field what must be put right; empty is good."""
    return dict([*_without_work(dose), *_out_of_range(dose), *_ill_written(dose)])


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


def _side_words(words: DoseWords) -> Mapping[Side, tuple[str, str]]:
    """How a side is said after a comma, and how within a sentence."""
    return {
        Side.BOTH: ("", ""),
        Side.EACH: (words.each, words.on_each),
        Side.LEFT: (words.left, words.on_left),
        Side.RIGHT: (words.right, words.on_right),
        Side.ALTERNATE: (words.alternate, words.on_alternate),
    }


def _work(dose: Dose, words: DoseWords) -> str:
    """Say "3 times 10"; one set of repetitions is just "10 times", one of minutes "10 minutes"."""
    if dose.reps is not None:
        if dose.sets == 1 or dose.reps == 1:
            return _counted(words.times, dose.sets * dose.reps)
        return f"{_counted(words.times, dose.sets)} {dose.reps}"
    sets = _counted(words.times, dose.sets)
    if dose.seconds is not None:
        alone = dose.sets == 1 and dose.seconds >= 60
        time = _time(dose.seconds, words)
        return time if alone else f"{sets} {time}"
    if dose.distance:
        return dose.distance if dose.sets == 1 else f"{sets} {dose.distance}"
    return sets


def _clauses(dose: Dose, words: DoseWords, rest: str) -> Iterator[str]:
    if dose.hold_seconds:
        yield fill(words.hold, {"n": _time(dose.hold_seconds, words)})
    if dose.tempo:
        yield _tempo(dose.tempo, words)
    if dose.rest_seconds:
        yield fill(rest, {"n": _time(dose.rest_seconds, words)})
    if dose.load:
        yield fill(words.load, {"load": dose.load})
    if dose.effort is not None:
        yield fill(words.effort, {"n": str(dose.effort)})


def _tempo(tempo: str, words: DoseWords) -> str:
    """Say "3-1-3" as a count of seconds; any other tempo is already in words."""
    counts = _tempo_seconds(tempo)
    if counts is None:
        return tempo
    out, wait, back = (_time(count, words) for count in counts)
    template = words.tempo_wait if counts[1] else words.tempo
    return fill(template, {"out": out, "wait": wait, "back": back})


def _tempo_seconds(tempo: str) -> tuple[int, int, int] | None:
    match = _TEMPO.fullmatch(tempo)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _time(seconds: int, words: DoseWords) -> str:
    full, rest = divmod(seconds, 60)
    said = [_counted(words.minutes, full)] if full else []
    if rest or not full:
        said.append(_counted(words.seconds, rest))
    return " ".join(said)


def _counted(one_and_many: tuple[str, str], count: int) -> str:
    return fill(one_and_many[count != 1], {"n": str(count)})


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "!", "?")) else ".")


def _seconds(dose: Dose) -> int:
    rounds = dose.sets * (2 if dose.side is Side.EACH else 1)
    one_set = dose.sets == 1 and dose.reps is not None
    rests = rounds * (dose.reps or 1) - 1 if one_set else rounds - 1
    return rounds * _seconds_a_set(dose) + max(0, rests) * (dose.rest_seconds or 0)


def _seconds_a_set(dose: Dose) -> int:
    hold = dose.hold_seconds or 0
    if dose.reps is not None:
        moving = sum(_tempo_seconds(dose.tempo) or (SECONDS_A_REPETITION,))
        return dose.reps * (moving + hold)
    if dose.seconds is not None:
        return dose.seconds
    return SECONDS_A_DISTANCE if dose.distance else SECONDS_A_REPETITION + hold


_RANGES = {
    "sets": (1, 20),
    "reps": (1, 100),
    "seconds": (1, 7200),
    "hold_seconds": (1, 300),
    "rest_seconds": (1, 600),
    "effort": (0, 10),
}
_LENGTHS = {"tempo": 40, "load": 40, "distance": 40, "note": 300}


def _without_work(dose: Dose) -> Iterator[tuple[str, str]]:
    work = {"reps": dose.reps, "seconds": dose.seconds, "distance": dose.distance or None}
    said = [name for name, amount in work.items() if amount is not None]
    if not said:
        yield "reps", "Say how many, how long or how far, please."
    for name in said[1:]:
        yield name, "Choose one, please: how many, how long or how far."


def _out_of_range(dose: Dose) -> Iterator[tuple[str, str]]:
    for name, (least, most) in _RANGES.items():
        value = getattr(dose, name)
        if value is not None and not least <= value <= most:
            yield name, f"Between {least} and {most}, please."


def _ill_written(dose: Dose) -> Iterator[tuple[str, str]]:
    for name, most in _LENGTHS.items():
        if len(getattr(dose, name)) > most:
            yield name, f"At most {most} letters, please."
