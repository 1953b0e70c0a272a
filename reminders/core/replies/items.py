"""Which exercises does a text name together, by name, by number or as the rest of them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reminders.core.replies.exercises import places_of_kind
from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.reading import Asked
from reminders.core.replies.words import LANGUAGES

_JOINTS = frozenset({",", "&", "/", "-", "+", "#"}).union(
    *(language.grammar["and"] for language in LANGUAGES.values())
)


@dataclass(frozen=True, slots=True)
class Item:
    """Exercises named together, or the rest of them (no positions)."""

    positions: frozenset[int]
    first: int
    last: int
    acted: bool = False


def items_of(note: Note) -> list[Item]:
    """Return every item from left to right."""
    found = [
        Item(frozenset({one.position}), one.first, one.last, one.acted)
        for one in note.mentions
        if not _of_material(note, one.first) and not _moment(note, one.first)
    ]
    for more in (_rests, _kinds, _ordinals, _numbered):
        taken = {at for item in found for at in range(item.first, item.last)}
        found += [item for item in more(note) if not taken & set(range(item.first, item.last))]
    return sorted(found, key=lambda item: item.first)


def _of_material(note: Note, at: int) -> bool:
    """Tell whether it is a picture or a film of an exercise: "the video for clamshells"."""
    at -= 1 if note.one_of(at - 1, "determiner") else 0
    return note.one_of(at - 1, "preposition") and note.one_of(at - 2, "material")


def _moment(note: Note, at: int) -> bool:
    """Tell whether an exercise only dates a complaint: "can't breathe since the bike"."""
    at -= 1 if note.one_of(at - 1, "determiner") else 0
    if any(mark.last in {at, at - 1} for mark in note.marks("moment_sure")):
        return True
    dated = any(mark.last in {at, at - 1} for mark in note.marks("moment"))
    return dated and len(note.mentions) == 1 and not note.has(*_REPORTING)


_REPORTING = (
    *("did_verb", "did_part", "stopped_after", "stop_verb", "skip", "skip_word", "the_rest"),
    *("em_strong", "only", "except"),
)


def _rests(note: Note) -> Iterator[Item]:
    """Read "the rest", "everything else"; a shorter phrase inside a longer one is no other."""
    end = -1
    for mark in note.marks("the_rest"):
        if mark.first >= end and not note.about_other(mark.first, strictly=False):
            yield Item(frozenset(), mark.first, mark.last)
            end = mark.last


def _kinds(note: Note) -> Iterator[Item]:
    """Read "both stretches", "the two slides" as every exercise of that kind."""
    names = note.context.exercises
    for at in range(1, len(note.tokens)):
        count = next((one.value for one in note.numbers if one.last == at), None)
        if count is not None or note.one_of(at - 1, "kind_before"):
            kind = places_of_kind(note.word(at), names)
            if 1 < len(kind) < len(names) and count in {None, len(kind)}:
                yield Item(frozenset(kind), at - (count is not None), at + 1)


def _numbered(note: Note) -> Iterator[Item]:
    """Read "1 and 3", "1-3", "#2", "number four" as places in the list."""
    count = len(note.context.exercises)
    for group in _groups(note):
        values = [at for number in group for at in _span_of(number)]
        if not all(1 <= value <= count for value in values):
            continue
        first, last = group[0].first, group[-1].last
        if _as_places(note, group, first, last):
            yield Item(frozenset(values), first, last)


def _span_of(number: Number) -> range:
    if number.shape in {Shape.RANGE, Shape.CHANGE}:
        return range(int(number.low), number.whole + 1)
    return range(number.whole, number.whole + 1)


def _groups(note: Note) -> Iterator[list[Number]]:
    group: list[Number] = []
    for number in note.numbers:
        fits = number.value == number.whole and number.shape in _PLACED and not _falls(number)
        if group and (not fits or not _follows(note, group[-1], number)):
            yield group
            group = []
        if fits and number.first not in note.mention_places:
            group.append(number)
    if group:
        yield group


def _falls(number: Number) -> bool:
    """Tell whether it is pain that came down, as in "5->2": a list of places rises."""
    return number.shape is Shape.CHANGE and number.low >= number.value


_PLACED = frozenset({Shape.PLAIN, Shape.PLACE, Shape.RANGE, Shape.CHANGE, Shape.PRONOUN})


def _follows(note: Note, number: Number, other: Number) -> bool:
    """Tell whether a list of places goes on: lists rise, so that "1, 2 and 4, 3" ends at the 4."""
    rises = other.value > number.value or note.word(other.first - 1) != ","
    return rises and _joined(note, number.last, other.first)


def _joined(note: Note, first: int, last: int) -> bool:
    return last - first <= 3 and all(
        note.word(at) in _JOINTS or note.one_of(at, "place_joint") for at in range(first, last)
    )


def _as_places(note: Note, group: Sequence[Number], first: int, last: int) -> bool:
    """Tell whether numbers mean exercises rather than counts or pain."""
    told = any(mark.first <= first < mark.last for mark in note.marks("not_number"))
    if told or note.one_of(last, "not_pain_after") or note.one_of(last, "count_after"):
        return False
    if any(number.shape is Shape.PLACE for number in group):
        return not any(mark.last in {first - 1, first - 2} for mark in note.marks("pain_strict"))
    if len(group) == 1 and group[0].shape not in {Shape.RANGE, Shape.CHANGE}:
        judged = note.one_of(last, "judging") and note.one_of(first - 1, "determiner")
        opens = judged and note.clause(first)[0] == first - 1
        return opens or any(mark.last == first for mark in note.marks("except_one"))
    if any(mark.last in {first, first - 1} for mark in note.marks("places_before")):
        return not _level_behind_done(note, group, first)
    if _stands_alone(note, group, first, last):
        return True
    return any(mark.first == last for mark in note.marks("places_after")) and (
        note.clause(first)[0] == first
    )


# So many numbers in a row, and nothing else in the clause, are places: "1 2 & 4. coach needed me".
_LONG_LIST = 3


def _stands_alone(note: Note, group: Sequence[Number], first: int, last: int) -> bool:
    listed = first == 0 and len(group) >= _LONG_LIST and note.clause(last - 1)[1] == last
    asked = note.context.asked is Asked.CONFIRM_DONE
    return listed or (asked and note.explained(0, len(note.tokens), words=("filler",)))


def _level_behind_done(note: Note, group: Sequence[Number], first: int) -> bool:
    """Tell whether a range is the pain of a report: "done 2-3", not "did 2-3" or "1-3 done"."""
    ranged = len(group) == 1 and group[0].shape is Shape.RANGE
    at = first - 1
    while note.word(at) in {",", ".", "-", ":"}:
        at -= 1
    return ranged and note.one_of(at, "closing_done")


def _ordinals(note: Note) -> Iterator[Item]:
    """Read "the first two", "the last one", "the first and the third"."""
    count = len(note.context.exercises)
    end = -1
    for at in range(len(note.tokens)):
        place = _ordinal(note.word(at), count)
        if place is None or at < end or at + 1 in note.mention_places:
            continue
        first, last, size = _sized(note, at)
        if not (1 <= size <= count and _names_exercises(note, first, last, size, end)):
            continue
        start = place if place != count or size == 1 else count - size + 1
        if start + size - 1 <= count:
            yield Item(frozenset(range(start, start + size)), first, last)
            end = last


def _names_exercises(note: Note, first: int, last: int, size: int, end: int) -> bool:
    excepted = any(mark.last == first - 1 for mark in note.marks("except"))
    dated = note.one_of(first - 1, "article") and note.one_of(first - 2, "date_before")
    dated = dated and not excepted
    if dated or note.one_of(last, "count_after"):
        return False
    if size > 1 or note.one_of(last, "ordinal_after"):
        return True
    listed = end >= 0 and _joined(note, end, first)
    closes = note.clause(first)[1] == last
    return closes and (listed or note.one_of(first - 1, "article"))


def _sized(note: Note, at: int) -> tuple[int, int, int]:
    """Return where "the first two", "los dos primeros" begins and ends, and how many it means."""
    for number in note.numbers:
        if number.first == at + 1 and number.shape is Shape.PLAIN:
            return at, number.last, number.whole
        if number.last == at and number.shape is Shape.PLAIN:
            return number.first, at + 1, number.whole
    couple = note.one_of(at + 1, "couple")
    return (at, at + 2, 2) if couple else (at, at + 1, 1)


def is_ordinal(word: str) -> bool:
    """Tell whether a word gives a place in a list: first, last, tercero."""
    return any(word in language.grammar["ordinals"] for language in LANGUAGES.values())


def _ordinal(word: str, count: int) -> int | None:
    for language in LANGUAGES.values():
        place = language.grammar["ordinals"].get(word)
        if place is not None:
            return count if place == -1 else int(place) if place <= count else None
    return None
