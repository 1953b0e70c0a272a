"""Where does the patient say that the whole session is done?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reminders.core.replies.items import Item, is_ordinal
from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark

SMALL_TALK = (
    "third_person",
    "chatter",
    "time_of_day",
    "no_pain",
    "correction",
    "yesterday",
    "pain_strict",
)
_FOLLOWS = (
    *("chatter", "time_of_day", "no_pain", "except", "did_part", "pain", "yesterday", "body_part"),
)
_FEW_FOREIGN = 1
_MANY_FOREIGN = 4
_LIST_LENGTH = 4


def whole_reports(note: Note, items: Sequence[Item]) -> Iterator[Mark]:
    """Yield every report that the whole session is done."""
    if _paperwork(note):
        return
    for mark in note.marks("did_all", "done_with_it", "did_it", "done_word"):
        if (
            note.stated(mark)
            and not _unwanted(note, mark)
            and not _belongs_to_item(note, mark, items)
            and _KINDS[mark.name](note, mark)
        ):
            yield mark
    yield from _said_alone(note)
    yield from _rated_afterwards(note)
    if note.context.exercises and not note.mentions:
        yield from (mark for mark in note.marks("did_sets") if note.stated(mark))


def rated_reports(note: Note) -> Iterator[Mark]:
    """Yield reports that only a level of pain beside them makes sure: "all 4, hip 3"."""
    if _paperwork(note):
        return
    for mark in note.marks("whole_list", "done_word", "did_it", "did_all", "after_doing"):
        first, _ = note.clause(mark.first)
        opens = mark.name == "after_doing" or note.explained(
            first, mark.first, *SMALL_TALK, words=("before_done",)
        )
        apart = not _unwanted(note, mark) and not _counted_thing(note, mark)
        if note.stated(mark) and opens and apart:
            yield mark


def _counted_thing(note: Note, mark: Mark) -> bool:
    """Tell whether it is something else that is all there or done: "all 4 tires", "done eating"."""
    number = next((one for one in note.numbers if mark.first <= one.first < mark.last), None)
    if number is not None and number.value != len(note.context.exercises):
        return True
    at = mark.last
    if note.one_of(at, "owning") or (note.one_of(at, "not_after_done") and note.foreign(at)):
        return True
    bare = not note.one_of(at, "preposition") and note.about_other(at, strictly=True)
    other = note.foreign(at) or note.in_set(at, "body")
    other = other and note.word(at).isalpha() and not note.one_of(at, "after_done")
    # "Hice los tres" leaves no doubt; "los tres" may go on with any noun.
    told = any(one.first == mark.first for one in note.marks("did_verb"))
    hurts = any(one.first == at for one in note.marks("pain_strict", "pain"))
    return bare or hurts or (other and mark.name == "whole_list" and not told)


def _named_later(note: Note, mark: Mark) -> bool:
    """Tell whether "them" is told behind a comma and is something else: "did them, the dishes"."""
    at = mark.last
    return note.word(at) == "," and note.about_other(at + 1) and note.clause(at + 1)[1] <= at + 3


def _paperwork(note: Note) -> bool:
    """Tell whether it is a form or a bill that is done: "Done! Sent the fax"."""
    told = note.has("em_strong", "pain_strict", "no_pain") or note.mentions or note.numbers
    if told:
        return False
    said = note.marks("time_of_day", "soon", "nothing_new")
    when = {at for mark in said for at in range(mark.first, mark.last)}
    return any(note.one_of(at, "paperwork") for at in range(len(note.tokens)) if at not in when)


def _belongs_to_item(note: Note, mark: Mark, items: Sequence[Item]) -> bool:
    """Tell whether "done" closes a list of exercises, or "I did" opens one."""
    named = [item for item in items if item.positions]
    if mark.name == "did_all" and note.one_of(mark.last - 1, "determiner"):
        return any(item.first == mark.last for item in named)
    if mark.name == "did_all":
        return len(items) > 1 and any(
            mark.first < item.first < item.last == mark.last for item in named
        )
    small = note.word(mark.last) == "#" or note.one_of(mark.last, "determiner")
    opens = {mark.last, mark.last + 1} if small else {mark.last}
    if any(item.first in opens for item in named):
        return True
    at = mark.first - 1
    while note.in_set(at, "is"):
        at -= 1
    return mark.name == "done_word" and any(item.last == at + 1 for item in items if named)


def _all_of_them(note: Note, mark: Mark) -> bool:
    """Tell whether "did all" is about the exercises and the patient: not "you did it all"."""
    if note.before(mark, "second_person", near=0):
        return False
    named = any(
        mark.first <= other.first and other.last <= mark.last for other in note.marks("em_strong")
    )
    third = note.before(mark, "third_person", near=2) and not note.has("reports_for")
    if third and not named and note.foreigners(0, len(note.tokens)):
        return False
    told = named or note.word(mark.first - 1) == ":"
    if not told and _of_other_subject(note, mark):
        return False
    strange = note.foreigners(note.clause(mark.first)[0], mark.first)
    goes_on = note.one_of(mark.first - 1, "joint")
    if not told and strange and not (goes_on or note.has("reports_for")):
        return False
    # "Them" and "my exercises" leave no doubt; "everything" may be about a wedding.
    return not _named_later(note, mark) and (
        named or not note.about_other(mark.last, strictly=True)
    )


def _of_other_subject(note: Note, mark: Mark) -> bool:
    """Tell whether something else is done: "the chicken is all done"."""
    first, _ = note.clause(mark.first)
    thing = first + 1 < mark.first and note.one_of(first, "determiner")
    thing = thing and not note.in_set(first + 1, "relative")
    return thing and note.about_other(first, strictly=True)


def _unwanted(note: Note, mark: Mark) -> bool:
    """Tell whether it is one exercise, or the texts, that someone is done with."""
    return mark.first in note.mention_places or any(
        other.first < mark.last and mark.first < other.last
        for other in note.marks("maybe_stop", "not_done")
        if not (mark.first < other.first and other.last < mark.last)
    )


def _all_of_it(note: Note, mark: Mark) -> bool:
    """Tell whether "did it" is about the exercises: "it" can be anything else."""
    first, last = note.clause(mark.first)
    if note.before(mark, "second_person", near=0):
        return False
    if note.one_of(mark.last - 1, "bare_verb") and _takes_object(note, mark.last):
        return False
    if mark.last in note.number_places and mark in _counting(note, mark):
        return False
    if note.foreigners(0, len(note.tokens)) > _FEW_FOREIGN or note.about_other(
        mark.last, strictly=True
    ):
        return False
    another = any(note.one_of(at, "person") for at in range(first, mark.first))
    if another and not note.has("reports_for") and note.context.asked is None:
        return False
    return note.explained(first, mark.first, *SMALL_TALK, words=("before_done",)) and (
        note.explained(mark.last, last, *SMALL_TALK, "only", words=("after_done", "hedge"))
    )


def _counting(note: Note, mark: Mark) -> list[Mark]:
    """Return the mark itself where it may lead up to a count: "made it through 3"."""
    return [replace(one, name=mark.name) for one in note.marks("count_verb")]


def _takes_object(note: Note, at: int) -> bool:
    taken = at in note.number_places or at in note.mention_places
    return taken or note.one_of(at, "determiner")


def _just_done(note: Note, mark: Mark) -> bool:
    """Tell whether "done" on its own means the exercises: "ok all done", not "done deal"."""
    first, last = note.clause(mark.first)
    known = (*SMALL_TALK, "number_word", "body_part", "before_word", "after_word")
    before = note.explained(first, mark.first, *known, words=("before_done",))
    if not before or _closes_list(note, mark) or note.about_other(mark.last, strictly=True):
        return False
    if mark.first > first and note.foreigners(0, len(note.tokens)) > _MANY_FOREIGN:
        return False
    if is_ordinal(note.word(mark.last)) and note.foreigners(mark.last, last):
        return False
    covered = any(other.first == mark.last for other in note.marks(*_FOLLOWS))
    timed = note.one_of(mark.last, "clock_word") and mark.last + 1 in note.number_places
    covered = covered or timed
    if note.one_of(mark.last, "not_after_done") and not covered:
        return False
    if mark.last >= last or mark.last in note.number_places | note.mention_places:
        return not _counts_others(note, mark.last)
    return covered or _may_follow(note, mark)


def _may_follow(note: Note, mark: Mark) -> bool:
    if note.word(mark.last).endswith("ing") and note.foreign(mark.last):
        return False
    fits = note.one_of(mark.last, "after_done") or not note.word(mark.last).isalpha()
    opens = mark.first == 0 and mark.last == 1 and note.one_of(0, "bare_done")
    return fits or opens


def _closes_list(note: Note, mark: Mark) -> bool:
    """Tell whether "done" closes a list of exercises: "1-3 done", "chest stretch done"."""
    at = mark.first - 1
    while note.in_set(at, "is") or note.word(at) in {"=", ":"}:
        at -= 1
    if at in note.mention_places:
        return True
    number = next((one for one in note.numbers if one.last == at + 1), None)
    said = {mark.last for mark in note.marks("not_number")}
    if number is None or number.last in said:
        return False
    if number.shape is Shape.PART:
        return number.value < number.low
    counted = any(other.last == number.first for other in note.marks("count_verb"))
    return counted or _listed(note, number)


def _listed(note: Note, number: Number) -> bool:
    listed = number.shape in {Shape.RANGE, Shape.PLACE} or is_ordinal(note.word(number.first - 1))
    starts = note.clause(number.first)[0]
    return (listed or note.one_of(number.first - 1, "joint")) and (
        number.first - _LIST_LENGTH <= starts <= number.first
    )


def _counts_others(note: Note, at: int) -> bool:
    """Tell whether the number behind "done" counts some of the exercises, or no exercises."""
    number = next((one for one in note.numbers if one.first == at), None)
    if number is None:
        return False
    part = number.shape is Shape.PART and number.value < number.low
    return part or note.one_of(number.last, "foreign_unit")


_KINDS = {
    "did_all": _all_of_them,
    "done_with_it": _all_of_them,
    "did_it": _all_of_it,
    "done_word": _just_done,
}


def _said_alone(note: Note) -> Iterator[Mark]:
    """Yield words that mean "done" only when nothing else is said: "ya"."""
    rest = ("done_alone", "chatter", "no_pain", "pain_strict", "time_of_day")
    for mark in note.marks("done_alone"):
        ends = not note.word(mark.last).isalpha() or any(
            other.first == mark.last for other in note.marks("chatter", "time_of_day")
        )
        if mark.first == 0 and ends and note.explained(0, len(note.tokens), *rest):
            yield mark


def _rated_afterwards(note: Note) -> Iterator[Mark]:
    """Yield "after exercises it's a 5": a level for afterwards means they were done."""
    for mark in note.marks("after_doing"):
        behind = [number for number in note.numbers if number.first >= mark.last]
        rated = any(note.one_of(number.first - 1, "article") for number in behind)
        if rated and not note.asks(mark.first):
            yield mark
