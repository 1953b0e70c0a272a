"""How long, until when, and which day does the patient speak of?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import NamedDay
from reminders.core.replies.words import LANGUAGES

_DAY_MINUTES = 24 * 60
_NOON = 12


def delay_of(note: Note) -> int | None:
    """Return the minutes a patient asks for; nothing for a clock time or "a few"."""
    halves = [mark for mark in note.marks("half_hour") if mark.first - 1 not in note.number_places]
    if halves:
        return 30 if not note.before(halves[0], "condition") else None
    lengths = (_length(note, number) for number in note.numbers)
    counted = next((length for length in lengths if length is not None), None)
    named = _named(note, _FIRST)
    return _with_half(note) or named or counted or _named(note, _LAST)


def _with_half(note: Note) -> int | None:
    """Read "two hours and a half"."""
    before = {mark.first for mark in note.marks("hour_and_half")}
    hours = (number.whole for number in note.numbers if number.last in before)
    return next((60 * count + 30 for count in hours if 0 < count <= 12), None)


# Lengths said in words: some hold a number that means another length, some only when none does.
_FIRST = (("three_quarters", 45), ("quarter_hour", 15), ("hour_and_half", 90))
_LAST = (("one_hour", 60), ("couple_hours", 120))


def _named(note: Note, lengths: Sequence[tuple[str, int]]) -> int | None:
    return next((minutes for name, minutes in lengths if note.has(name)), None)


def _length(note: Note, number: Number) -> int | None:
    if number.value <= 0 or number.first in note.mention_places:
        return None
    size = _unit(note, number.last)
    if not size and note.one_of(number.last, "more"):
        size = _unit(note, number.last + 1)
    if size and not note.one_of(number.last + 1, "ago") and not _started(note, number):
        minutes = int(number.value * size + 0.5)
        return minutes if 0 < minutes <= _DAY_MINUTES else None
    # Ten or more without a unit are minutes, but only where a length is asked for.
    bare = any(mark.last == number.first for mark in note.marks("length_before"))
    fits = number.shape is Shape.PLAIN and number.value >= 10 and not size
    ends = note.clause(number.first)[1] == number.last
    return number.whole if bare and fits and ends and number.value <= 180 else None


def _started(note: Note, number: Number) -> bool:
    """Tell whether the length is one of work done or waited: "for 20 min", "did 10 min"."""
    return any(mark.last == number.first for mark in note.marks("count_verb", "since_word"))


def _unit(note: Note, at: int) -> int:
    for language in LANGUAGES.values():
        size = language.grammar["units"].get(note.word(at))
        if size:
            return int(size)
    return 0


def clock_of(note: Note) -> time | None:
    """Return the time of day a patient names for later: "at 7", "6:30 pm", "tonight"."""
    for number in note.numbers:
        clock = _clock(note, number)
        if clock is not None:
            return clock
    return next(_named_times(note), None)


def _clock(note: Note, number: Number) -> time | None:
    text = note.word(number.first)
    hour, _, minute = text.partition(":") if ":" in text else (str(number.whole), "", "0")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        return None
    half = _half_of_day(note, number.last)
    said = any(mark.last == number.first for mark in note.marks("clock_before"))
    if _unit(note, number.last) or (number.shape is not Shape.CLOCK and not half and not said):
        return None
    if number.shape not in {Shape.CLOCK, Shape.PLAIN}:
        return None
    return time(_on_the_day(int(hour), half), int(minute))


def _half_of_day(note: Note, at: int) -> str:
    for name in ("am", "pm"):
        if any(at <= mark.first <= at + 1 for mark in note.marks(f"clock_{name}")):
            return name
    return ""


def _on_the_day(hour: int, half: str) -> int:
    """Return the hour on the 24-hour clock; "at 7" without more is this evening, "at 9" too early.

    A patient asked in the daytime to wait until "7" means the coming one; the caller, who
    knows the moment, may move it by twelve hours.
    """
    if half == "am":
        return hour % _NOON
    if half == "pm":
        return hour % _NOON + _NOON
    return hour + _NOON if 1 <= hour <= 7 else hour


def _named_times(note: Note) -> Iterator[time]:
    for language in LANGUAGES.values():
        for name, hour in language.grammar["times"].items():
            if note.has(f"time_{name}"):
                yield time(hour)


def day_of(note: Note, reports: Sequence[Mark]) -> NamedDay | None:
    """Return the day a report is about, if it is not today.

    Only a day named beside the report counts: "better than yesterday" and "see you Thursday"
    are about something else.
    """
    if note.has("this_session") and note.has("yesterday"):
        return None
    for report in reports:
        if any(_beside(note, report, mark) for mark in note.marks("yesterday")):
            return NamedDay(back=1)
        for mark in note.marks("on_weekday"):
            if report.first - 1 <= mark.last and mark.first <= report.last + 1:
                return _weekday(note, mark)
    return None


def _beside(note: Note, report: Mark, mark: Mark) -> bool:
    first, last = note.clause(report.first)
    compared = note.one_of(mark.first - 1, "comparing")
    return first <= mark.first < max(last, report.last) and not compared


def _weekday(note: Note, mark: Mark) -> NamedDay | None:
    for language in LANGUAGES.values():
        for number, name in enumerate(language.sets["weekday"]):
            if any(note.word(at) == name for at in range(mark.first, mark.last)):
                return NamedDay(weekday=number)
    return None
