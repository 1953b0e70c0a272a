"""Where does the patient say that part of the session is done?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Intent


def part_reports(note: Note) -> Iterator[Mark]:
    """Yield every report of a part: "most of them", "had to stop", "only one set"."""
    for mark in note.marks("did_part"):
        unreal = note.before(mark, "unreal", near=4) or note.asks(mark.first)
        denied = note.before(mark, "negation_plain", near=1)
        if not (unreal or denied or _of_other_things(note, mark)):
            yield mark
    for mark in note.marks("stopped_at"):
        if note.mention_places & {mark.last, mark.last + 1} and note.stated(mark):
            yield mark


def _of_other_things(note: Note, mark: Mark) -> bool:
    """Tell whether it is a part of something else: "half of the cake"."""
    if note.one_of(mark.last, "foreign_part") or note.about_other(mark.last, strictly=True):
        return True
    counted = next((one for one in note.numbers if one.first <= mark.last - 1 < one.last), None)
    if counted is not None and not note.mentions and note.foreign(counted.last):
        return True
    if note.one_of(mark.last, "stopping_for") and note.foreign(mark.last + 1):
        return True
    if not note.mentions and (_of_others(note, mark) or note.foreign(mark.last)):
        return True
    acts = any(
        mark.first <= other.first < mark.last
        for other in note.marks("did_verb", "stop_verb")
        if not any(other.first == weak.first for weak in note.marks("only"))
    )
    acts = acts or any(note.in_set(at, "exnoun") for at in range(mark.first, mark.last))
    if note.one_of(mark.last - 1, "lacking") and note.foreign(mark.last):
        return True
    first, last = note.clause(mark.first)
    alone = mark.first == first == 0 and mark.last == last
    return not (acts or alone) and note.foreigners(*note.sentence(mark.first)) > 0


def _of_others(note: Note, mark: Mark) -> bool:
    """Tell whether others did it, or it is said of them: "they cut it short", "most are nice"."""
    if note.has("reports_for", "em_strong"):
        return False
    first, _ = note.clause(mark.first)
    subject = note.foreigners(first, mark.first) or note.before(mark, "third_person", near=2)
    described = note.in_set(mark.last, "is") and not note.has("done_word")
    return bool(subject) or described


def done_up_to(note: Note) -> tuple[int, ...] | None:
    """Read "stopped after clamshells" as everything up to there."""
    stops = {mark.last for mark in note.marks("stopped_after")}
    named = [one for one in note.mentions if stops & {one.first, one.first - 1}]
    # "After the tilt, no, after the pose": what is said last counts.
    return tuple(range(1, named[-1].position + 1)) if named else None


def stopped_somewhere(note: Note) -> bool:
    """Tell whether the one exercise named is where the patient stopped: "quit at the clams"."""
    stops = {mark.last for mark in note.marks("stopped_at", "stopped_after")}
    named = {one.position for one in note.mentions}
    return len(named) == 1 and any(
        {one.first, one.first - 1} & stops and note.has("did_part", "stopped_at")
        for one in note.mentions
    )


def counted(note: Note) -> Intent | None:
    """Read "3 of 5", "did 4" against the length of the list."""
    for number in note.numbers:
        if note.stated(Mark("number", note.lang, number.first, number.last)):
            read = _of_so_many if number.shape is Shape.PART else _so_many
            intent = read(note, number)
            if intent is not None:
                return intent
    return None


def _of_so_many(note: Note, number: Number) -> Intent | None:
    verb = _verb_before(note, number) or any(
        number.first == mark.last or number.last == mark.first for mark in note.marks("part_verb")
    )
    known = ("chatter", "only", "time_of_day", "pain_strict", "no_pain", "body_part")
    alone = note.explained(0, len(note.tokens), *known, words=("hedge",))
    fewer = number.value < number.low
    opens = number.first == 0 and note.clause(0)[1] == number.last
    alone = alone or (opens and not any(token.text == "?" for token in note.tokens))
    if note.one_of(number.last, "count_after"):
        return Intent.PARTIAL if fewer and verb else None
    if note.foreign(number.last):
        return None
    whole = number.low == len(note.context.exercises)
    if not whole and note.foreigners(0, len(note.tokens)) > 1:
        return None
    if verb or (alone and whole):
        if number.value == 0:
            return Intent.SKIP
        return Intent.PARTIAL if fewer else Intent.DONE
    return None


def _so_many(note: Note, number: Number) -> Intent | None:
    if note.foreigners(*note.sentence(number.first)):
        return None
    ends = note.clause(number.first)[1] == number.last or note.one_of(number.last, "count_noun")
    if not ends or not _verb_before(note, number):
        return None
    size = len(note.context.exercises)
    if number.shape is Shape.ODD or (number.shape is Shape.PLAIN and number.value < size):
        return Intent.PARTIAL
    return Intent.DONE if number.shape is Shape.PLAIN and number.value == size else None


def _verb_before(note: Note, number: Number) -> bool:
    """Tell whether "did", "only" or the like stands before a number, one small word apart."""
    at = number.first
    apart = note.word(at - 1).isalpha() and not note.one_of(at - 1, "article")
    return any(
        mark.last == at or (mark.last == at - 1 and apart) for mark in note.marks("count_verb")
    )


def fewer_than_named(note: Note) -> bool:
    """Tell whether less was done than an exercise's name says: 8 of the "Walk 20 minutes"."""
    if any(not note.negated(mark) for mark in note.marks("did_part")):
        return True
    for one in note.mentions:
        told = _told(note.context.exercises[one.position - 1])
        ends = note.clause(one.first)[1]
        near = [n for n in note.numbers if one.last <= n.first <= one.last + 1 and n.first < ends]
        if told and any(n.value < min(told) and _same_unit(note, n, ends) for n in near):
            return True
    return False


def _same_unit(note: Note, number: Number, ends: int) -> bool:
    """Tell whether a number counts what the name counts: "walked 8 min", not "walked 2 miles"."""
    if number.shape is not Shape.PLAIN:
        return False
    return number.last >= ends or note.one_of(number.last, "unit") or not note.foreign(number.last)


def _told(name: str) -> set[int]:
    """Return the numbers in the name of an exercise."""
    return {int(digits) for digits in re.findall(r"[0-9]{1,4}", name)}
