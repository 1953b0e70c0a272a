"""Which pain level, 0 to 10, does the patient give, if any?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked, Span

_HIGHEST = 10
_FAR = 7
_REPORTS = ("did_all", "did_it", "done_word", "did_part", "skip", "no_pain")
_EASY = ("hedge", "filler")
_AROUND = ("pain_strict", "body_part", "before_word", "after_word", "at_most", "chatter", "time_of_day")


class _When(IntEnum):
    """When the pain was; a later moment counts more."""

    PAST = 0
    BEFORE = 1
    MORNING = 2
    UNSAID = 3
    AFTER = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: int
    first: int
    last: int
    when: _When


@dataclass(frozen=True, slots=True)
class Pain:
    """The level, and the words that gave it."""

    level: int
    span: Span


def pain_of(note: Note, report_ends: Sequence[int], places: frozenset[int]) -> Pain | None:
    """Return the level said: after rather than before, corrected rather than first, else highest.

    `report_ends` are the places right behind a report ("done", "did 1 and 3"): a number there is
    pain. `places` are taken by the names and numbers of exercises.
    """
    found = [one for one in _numbers(note, report_ends) if one.first not in places]
    found += _zeros(note)
    found = [one for one in found if one.when is not _When.PAST]
    if not found:
        return None
    latest = max(one.when for one in found)
    found = [one for one in found if one.when is latest]
    if latest is _When.BEFORE and report_ends:
        return None
    if note.has("correction"):
        best = max(found, key=lambda one: one.first)
    else:
        best = max(found, key=lambda one: one.value)
    return Pain(best.value, note.span("pain", best.first, best.last))


def _numbers(note: Note, report_ends: Sequence[int]) -> Iterator[_Candidate]:
    for number in [*note.numbers, *_sound_alikes(note)]:
        if _may_be_pain(note, number) and _is_pain(note, number, report_ends):
            yield _Candidate(number.whole, number.first, number.last, _when(note, number))


def _may_be_pain(note: Note, number: Number) -> bool:
    """Rule out what counts, measures, dates or compares."""
    if number.shape not in _LEVELS or not 0 <= number.value <= _HIGHEST:
        return False
    if number.first in note.mention_places or _conditional(note, number):
        return False
    if any(mark.first <= number.first < mark.last for mark in note.marks("not_number", "sched")):
        return False
    if number.shape is Shape.TEN:
        counts = note.one_of(number.last, "count_after") or note.foreign(number.last)
        return not (counts or _praise(note, number) or _compared(note, number))
    return not (_counted(note, number) or _compared(note, number))


_LEVELS = frozenset({Shape.PLAIN, Shape.TEN, Shape.RANGE, Shape.CHANGE, Shape.PRONOUN})


def _conditional(note: Note, number: Number) -> bool:
    mark = Mark("", "", number.first, number.last)
    return note.before(mark, "condition") or (
        note.asks(number.first) and number.shape is not Shape.TEN and not _linked(note, number)
    )


def _praise(note: Note, number: Number) -> bool:
    first, last = note.clause(number.first)
    ends = {mark.first for mark in note.marks("praise_after")}
    return any(at in ends for at in range(number.last, min(number.last + 2, last))) or (
        note.one_of(first - 1, "date_before") or note.one_of(number.first - 1, "date_before")
    )


def _compared(note: Note, number: Number) -> bool:
    """Tell whether "under", "better than", "down" or "not" stands right before a number."""
    at = number.first
    if number.shape is Shape.CHANGE:
        return False
    if any(mark.last in {at, at - 1} and mark.first < at for mark in note.marks("at_most")):
        return False
    return any(
        mark.last == at or (mark.last == at - 1 and note.one_of(at - 1, "article"))
        for mark in note.marks("comparison")
    )


def _counted(note: Note, number: Number) -> bool:
    """Tell whether a number counts or measures something: "3 sets", "at 7", "10 squats"."""
    behind, ahead = note.word(number.last), note.word(number.first - 1)
    if any(mark.first == number.last for mark in note.marks("more_or_less")):
        return False
    if any(mark.last == number.first and mark.last - mark.first > 1
           for mark in note.marks("before_word", "after_word")):
        return False
    if behind and note.one_of(number.last, "not_pain_after") and not _rated(note, number):
        return True
    if behind.isalpha() and note.word(number.first).isdigit() and number.value in {2, 4, 8}:
        glued = note.tokens[number.last - 1].end == note.tokens[number.last].start
        if glued or (note.one_of(number.last, "leet_after") and not _linked(note, number)):
            return not note.one_of(number.last, "number_tail")
    if _plural(note, number.last) and number.last not in note.mention_places:
        return True
    if number.last in note.mention_places and number.shape is not Shape.TEN:
        return not _linked(note, number)
    if number.shape is Shape.PRONOUN and not note.one_of(number.first - 1, "pronoun_ok"):
        return not (_alone(note, number) and note.context.asked is Asked.PAIN)
    if note.one_of(number.first - 1, "not_pain_before"):
        if note.context.asked is Asked.PAIN and _alone(note, number):
            return False
        return not _linked(note, number) or ahead in {"for", "since", "til", "until", "x"}
    return False


def _rated(note: Note, number: Number) -> bool:
    return note.word(number.last) == "out"


def _plural(note: Note, at: int) -> bool:
    """Tell whether an unknown plural follows, as in "10 squats": then the number counts it."""
    word = note.word(at)
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith("ss")
        and not note.one_of(at, "hedge")
        and not note.one_of(at, "singular_s")
        and not note.in_set(at, "body")
    )


def _is_pain(note: Note, number: Number, report_ends: Sequence[int]) -> bool:
    """Tell whether a number that may be pain is one."""
    if note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}:
        return True
    if number.shape is Shape.TEN:
        told = bool(report_ends) or _linked(note, number)
        return told or not note.foreigners(*note.clause(number.first))
    return (
        _linked(note, number)
        or _right_after(note, number, report_ends)
        or _alone(note, number)
        or (bool(report_ends) and _rating(note, number))
        or _it_is(note, number)
        or _opens_text(note, number)
    )


def _linked(note: Note, number: Number) -> bool:
    """Tell whether a pain word, or a body part with its verb, belongs to the number."""
    first, last = note.sentence(number.first)
    for mark in note.marks("pain_strict"):
        if first <= mark.first and mark.last <= number.first:
            if number.first - mark.last <= _FAR and _easy(note, mark.last, number.first):
                return True
        elif number.last <= mark.first < last and mark.first - number.last <= 3:
            if _easy(note, number.last, mark.first, lists=("hedge",)):
                return True
    return _of_body(note, number)


def _of_body(note: Note, number: Number) -> bool:
    first, last = note.clause(number.first)
    for mark in note.marks("body_part"):
        if first <= mark.first and mark.last <= number.first <= mark.last + 5:
            if _easy(note, mark.last, number.first) and not note.one_of(
                number.first - 1, "not_pain_before"
            ):
                return True
        elif number.last < mark.first < min(last, number.last + 4):
            if note.one_of(number.last, "at_body") and _easy(note, number.last, mark.first):
                return True
    return False


def _easy(note: Note, first: int, last: int, lists: Sequence[str] = _EASY) -> bool:
    """Tell whether only words without weight stand in a stretch."""
    return note.explained(first, last, *_AROUND, words=lists) and not any(
        note.word(at) in {".", ";", "!"} for at in range(first, last)
    )


def _right_after(note: Note, number: Number, report_ends: Sequence[int]) -> bool:
    """Tell whether a number follows a report at once: "done 4", "all done, maybe a two"."""
    for end in report_ends:
        between = range(end, number.first)
        if 0 <= number.first - end <= _FAR and all(
            note.one_of(at, "hedge") or note.word(at) in _SOFT for at in between
        ):
            return not any(note.one_of(at, "not_pain_before") for at in between[-1:])
    return False


_SOFT = frozenset({",", ".", ":", "-", ";", "!", "=", "(", "*", "/"})


def _alone(note: Note, number: Number) -> bool:
    """Tell whether the text, or the number's sentence beside a report, says nothing else."""
    if any(note.one_of(at, "person") for at in range(len(note.tokens))):
        return False
    return note.explained(0, len(note.tokens), *_AROUND, *_REPORTS, "correction", words=_EASY) and (
        len(note.numbers) == 1
        or note.has("correction", "before_word", "after_word")
        or number.shape not in {Shape.PLAIN, Shape.CHANGE}
    )


def _opens_text(note: Note, number: Number) -> bool:
    """Tell whether the first sentence is the number alone: "8 today. Can I take something?"."""
    first, last = note.sentences[0]
    alone = len(note.numbers) == 1 and first <= number.first < last < len(note.tokens)
    easy = note.explained(first, last, "time_of_day", "pain_strict", words=("hedge",))
    return alone and easy and note.foreigners(last, len(note.tokens)) <= _FEW_FOREIGN


_FEW_FOREIGN = 4


def _it_is(note: Note, number: Number) -> bool:
    """Tell whether a text opens with "it is a 7"."""
    ends = {mark.last for mark in note.marks("it_is_a")}
    follows = number.last >= len(note.tokens) or note.one_of(number.last, "hedge")
    return number.first in ends and (follows or note.word(number.last) in _SOFT | {"?"})


def _rating(note: Note, number: Number) -> bool:
    """Tell whether a number beside a report is put as a rating: "was a 3", or all on its own."""
    first, last = note.clause(number.first)
    if note.one_of(number.first - 1, "article"):
        return True
    return note.explained(first, last, *_AROUND, "correction", words=_EASY)


def _when(note: Note, number: Number) -> _When:
    first, last = note.clause(number.first)
    tags = [
        (mark, when)
        for name, when in _TAGS
        for mark in note.marks(name)
        if first <= mark.first and mark.last <= last
    ]
    if not tags:
        return _When.UNSAID
    earliest = min(other.first for other in note.numbers if first <= other.first < last)
    if min(mark.first for mark, _ in tags) < earliest:
        ahead = [tag for tag in tags if tag[0].last <= number.first]
        chosen = max(ahead, key=lambda tag: (tag[0].first, tag[1])) if ahead else None
    else:
        behind = [tag for tag in tags if tag[0].first >= number.last]
        chosen = min(behind, key=lambda tag: (tag[0].first, -tag[1])) if behind else None
    return chosen[1] if chosen else _When.UNSAID


_TAGS = (
    ("past_word", _When.PAST),
    ("before_word", _When.BEFORE),
    ("morning_word", _When.MORNING),
    ("after_word", _When.AFTER),
)


def _zeros(note: Note) -> Iterator[_Candidate]:
    """Read "no pain", "didn't hurt at all", and "none" when pain was asked."""
    blocked = {mark.first for mark in note.marks("not_no_pain")}
    for mark in note.marks("no_pain"):
        past = note.before(mark, "past_word", "condition", "unreal", near=4)
        if mark.first not in blocked and not past and not note.asks(mark.first):
            yield _Candidate(0, mark.first, mark.last, _When.UNSAID)
    if note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}:
        for mark in note.marks("none"):
            rest = ("none", "chatter", "time_of_day", "did_all", "done_word")
            if note.explained(0, len(note.tokens), *rest):
                yield _Candidate(0, mark.first, mark.last, _When.UNSAID)


def _sound_alikes(note: Note) -> Iterator[Number]:
    """Read "pain level for" as four where only a level can stand."""
    from reminders.core.replies.words import LANGUAGES

    alikes = LANGUAGES[note.lang].grammar["sound_alikes"]
    for at, token in enumerate(note.tokens):
        ends = at + 1 == len(note.tokens) or note.word(at + 1) in _SOFT
        if token.text in alikes and ends and not note.number_places & {at - 1}:
            close = any(mark.last in {at, at - 1} for mark in note.marks("pain_strict"))
            asked = note.context.asked is Asked.PAIN and note.explained(0, at, words=_EASY)
            if close or asked:
                yield Number(at, at + 1, alikes[token.text])
