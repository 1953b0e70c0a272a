"""How is a dose said to a patient and to staff?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reminders.core.dose.values import Band, Dose, Side
from reminders.core.wording.speech import DoseWords, speech
from reminders.core.wording.template import fill

_TEMPO = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{1,2})")  # out, wait, back: "3-1-3"


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
    clauses = [*_clauses(dose, words, words.between), *_other_days(dose, lang)]
    remarks = [_sentence(clause) for clause in clauses]
    return Words(headline, (*remarks, dose.note) if dose.note else tuple(remarks))


def sentence(dose: Dose, lang: str) -> str:
    """Say a dose in one breath, without its note: "2 times 8 on each side, hold 5 seconds"."""
    words = speech(lang).dose
    opening = _work(dose, words) + _side_words(words)[dose.side][1]
    usual = ", ".join((opening, *_clauses(dose, words, words.rest)))
    return "; ".join((usual, *_other_days(dose, lang)))


def tempo_seconds(tempo: str) -> tuple[int, int, int] | None:
    """How long a repetition goes out, waits and comes back, if the tempo counts it."""
    match = _TEMPO.fullmatch(tempo)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


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
    if dose.band is not None:
        yield fill(words.band, {"colour": _colour(dose.band, words)})
    if dose.effort is not None:
        yield fill(words.effort, {"n": str(dose.effort)})


def _other_days(dose: Dose, lang: str) -> Iterator[str]:
    """Say "Mon, Wed: 2 times 6"."""
    if dose.other_days is not None and dose.other_days.days:
        days = sorted(dose.other_days.days)
        named = ", ".join(speech(lang).dates.days[day] for day in days)
        yield f"{named}: {_work(dose.on(days[0]), speech(lang).dose)}"


def _colour(band: Band, words: DoseWords) -> str:
    return words.bands[band.rank]


def _tempo(tempo: str, words: DoseWords) -> str:
    """Say "3-1-3" as a count of seconds; any other tempo is already in words."""
    counts = tempo_seconds(tempo)
    if counts is None:
        return tempo
    out, wait, back = (_time(count, words) for count in counts)
    template = words.tempo_wait if counts[1] else words.tempo
    return fill(template, {"out": out, "wait": wait, "back": back})


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
