"""Is this number a level of pain, or does it count, measure or date something?"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked

_HIGHEST = 10
_FAR = 7
_PRAISED = 7
_LEAD = 3
_NEXT = 2
_FEW_FOREIGN = 4
_EASY = ("hedge", "filler")
_AROUND = (
    *("pain_strict", "body_part", "before_word", "after_word", "at_most", "chatter", "time_of_day"),
)
_REPORTS = ("did_all", "did_it", "done_word", "did_part", "skip", "no_pain")
_LEVELS = frozenset({Shape.PLAIN, Shape.TEN, Shape.RANGE, Shape.CHANGE, Shape.PRONOUN})
_PAUSES = frozenset({",", ".", ":", "-", ";", "!", "=", "(", "*", "/"})
# Digits that stand for words in hasty typing: "2" to, "4" for, "8" -ate.
_HASTY = frozenset({2, 4, 8})


def may_be_level(note: Note, number: Number) -> bool:
    """Rule out what counts, measures, dates or compares."""
    shaped = number.shape in _LEVELS or _numbered(note, number)
    if not shaped or not 0 <= number.value <= _HIGHEST:
        return False
    if number.first in note.mention_places or _conditional(note, number):
        return False
    if _spoken_for(note, number) or (_of_deed(note, number) and not linked(note, number)):
        return False
    if number.shape is Shape.TEN:
        counts = note.one_of(number.last, "count_after") or note.foreign(number.last)
        return not (counts or _praise(note, number) or _compared(note, number))
    return not (_counted(note, number) or _compared(note, number))


def _spoken_for(note: Note, number: Number) -> bool:
    """Tell whether a phrase says what the number is: "did all 4", "two down, one to go"."""
    at = number.first
    return (
        any(mark.first <= at < mark.last for mark in note.marks("not_number", "sched"))
        or any(mark.first < at < mark.last for mark in note.marks("did_all"))
        or any(mark.first <= at < mark.last - 1 for mark in note.marks("did_part"))
    )


def _of_deed(note: Note, number: Number) -> bool:
    """Tell whether a number says how much of an exercise was done: "walked like 10"."""
    return any(
        one.acted and number.first - 1 <= one.last <= number.first and not _paused(note, one.last)
        for one in note.mentions
    )


def _paused(note: Note, at: int) -> bool:
    return note.word(at) in _PAUSES


def _numbered(note: Note, number: Number) -> bool:
    """Tell whether "number 4" is a level: "pain is number 4"."""
    led = any(mark.last == number.first - 1 for mark in note.marks("pain_strict"))
    return number.shape is Shape.PLACE and led


def _conditional(note: Note, number: Number) -> bool:
    """Tell whether a level is only thought of: "if it gets to 7", "is a 4 normal?"."""
    if note.before(Mark("number", note.lang, number.first, number.last), "condition"):
        return True
    asked = note.asks(number.first) and number.shape is not Shape.TEN
    answers = note.context.asked is Asked.PAIN and not note.has("asking")
    return asked and not answers and not linked(note, number)


def _praise(note: Note, number: Number) -> bool:
    """Tell whether "10/10" praises or is a date: "10/10 session", "5/10 works for me"."""
    first, last = note.clause(number.first)
    dated = note.one_of(first - 1, "date_before") or note.one_of(number.first - 1, "date_before")
    timed = note.one_of(number.last, "clock_word") and not linked(note, number)
    dated = dated or (timed and any(m.first == number.last for m in note.marks("soon")))
    near = range(number.last, min(number.last + 2, last))
    praised = any(
        first <= mark.first and mark.last <= number.first for mark in note.marks("praise_before")
    )
    if number.value >= _PRAISED and first > 0 and _praised_before(note, first, number):
        return True
    return (
        dated
        or (praised and not linked(note, number))
        or (
            number.value >= _PRAISED
            and any(mark.first in near for mark in note.marks("praise_after"))
        )
    )


def _praised_before(note: Note, first: int, number: Number) -> bool:
    """Tell whether the clause before praises somebody: "best clinic ever, 10/10"."""
    if note.has(*_REPORTS, "pain_strict", "pain", "body_part") or linked(note, number):
        return False
    start, _ = note.sentence(first)
    praised = any(start <= mark.first < first for mark in note.marks("praise_after"))
    return praised and note.clause(first)[0] == number.first


def _compared(note: Note, number: Number) -> bool:
    """Tell whether "under", "better than", "down" or "not" stands right before a number."""
    at = number.first
    most = any(mark.last in {at, at - 1} and mark.first < at for mark in note.marks("at_most"))
    if most or number.shape is Shape.CHANGE:
        return False
    apart = at - 1 if note.one_of(at - 1, "article") else at
    return any(mark.last in {at, apart} for mark in note.marks("comparison"))


def _counted(note: Note, number: Number) -> bool:
    """Tell whether a number counts or measures something: "3 sets", "at 7", "10 squats"."""
    ahead = note.one_of(number.first - 1, "not_pain_before")
    if not ahead and any(mark.first == number.last for mark in note.marks("more_or_less")):
        return False
    parted = any(mark.last == number.first for mark in note.marks("did_part"))
    if parted and not linked(note, number):
        return True
    if any(mark.last == number.first > mark.first + 1 for mark in note.marks("length_before")):
        return note.context.asked is not Asked.PAIN
    if _staged(note, number):
        return False
    return _counts_behind(note, number) or _counts_ahead(note, number)


def _staged(note: Note, number: Number) -> bool:
    """Tell whether "started at", "ended at", "up to" leads up to the number."""
    if number.shape is Shape.CHANGE and note.clause(number.first)[0] == number.first - 1:
        return note.has("changed") and note.has("done_word", "did_all", "did_it")
    return any(
        mark.last == number.first and mark.last - mark.first > 1
        for mark in note.marks("before_word", "after_word", "at_most", "changed", "rated")
    )


def _counts_behind(note: Note, number: Number) -> bool:
    at = number.last
    if note.word(number.first - 1) == ":" and linked(note, number):
        return False
    if note.one_of(at, "not_pain_after") or _hasty(note, number):
        return True
    if at in note.mention_places:
        return not linked(note, number)
    return _plural(note, at)


def _hasty(note: Note, number: Number) -> bool:
    """Tell whether a digit stands for a word: "4u", "2 me"."""
    if number.value not in _HASTY or not note.word(number.first).isdigit():
        return False
    if not note.word(number.last).isalpha() or note.one_of(number.last, "number_tail"):
        return False
    glued = note.tokens[number.last - 1].end == note.tokens[number.last].start
    if note.context.asked is Asked.PAIN:
        return glued
    return glued or (note.one_of(number.last, "leet_after") and not linked(note, number))


def _plural(note: Note, at: int) -> bool:
    """Tell whether an unknown plural follows, as in "10 squats": then the number counts it."""
    word = note.word(at)
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    easy = any(note.one_of(at, name) for name in ("hedge", "singular_s"))
    return plural and not easy and not note.in_set(at, "body")


def _counts_ahead(note: Note, number: Number) -> bool:
    asked = note.context.asked is Asked.PAIN and _alone(note, number)
    if number.shape is Shape.PRONOUN and not note.one_of(number.first - 1, "pronoun_ok"):
        bare = note.clause(number.first)[0] == number.first
        lone = number.last - number.first == len(note.tokens)
        return not (asked or lone or (bare and closes_text(note, number)))
    if asked or not note.one_of(number.first - 1, "not_pain_before"):
        return False
    return not linked(note, number) or note.one_of(number.first - 1, "never_pain_before")


def is_level(note: Note, number: Number, ends: Sequence[int] | None) -> bool:
    """Tell whether a number that may be pain is one; `ends` stand right behind reports."""
    if note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING} or linked(note, number):
        return True
    if number.shape is Shape.TEN:
        return bool(ends) or not note.foreigners(*note.clause(number.first))
    turned = number.shape is Shape.CHANGE and note.clause(number.first)[0] >= number.first - 1
    if ends is not None and (turned or _right_after(note, number, ends) or _rating(note, number)):
        return True
    if (ends is not None and _closes_complaint(note, number)) or _goes_on(note, number):
        return True
    if closes_text(note, number) and note.has("pain_strict", "body_part"):
        return True
    scaled = any(
        one.shape is Shape.SCALE and one.last <= number.first <= one.last + _FAR
        for one in note.numbers
    )
    return scaled or _alone(note, number) or _it_is(note, number) or _opens_text(note, number)


def linked(note: Note, number: Number) -> bool:
    """Tell whether a pain word, or a body part with its verb, belongs to the number."""
    first, last = note.sentence(number.first)
    for mark in note.marks("pain_strict"):
        near = first <= mark.first and 0 <= number.first - mark.last <= _FAR
        if near and _easy(note, mark.last, number.first):
            return True
        close = mark.first < last and 0 <= mark.first - number.last <= 3
        between = note.number_places.intersection(range(number.last, mark.first))
        easy = note.explained(number.last, mark.first, *_AROUND, words=("hedge",))
        if close and easy and not between and not _has_own(note, mark):
            return True
    return _of_body(note, number)


def _has_own(note: Note, mark: Mark) -> bool:
    """Tell whether a pain word goes on to a number of its own: "done at 5, pain's a 2"."""
    last = note.clause(mark.first)[1]
    return any(mark.last <= other.first < last for other in note.numbers)


def _of_body(note: Note, number: Number) -> bool:
    """Tell whether a body part has the number: "knee 4", "5 in the knee"; not "back at 7"."""
    first, last = note.clause(number.first)
    at = number.first
    for mark in note.marks("body_part"):
        near = first <= mark.first and mark.last <= at <= mark.last + 5
        # "Knee is at 4", but "foot doctor is at 2".
        staged = at - mark.last <= _NEXT and _staged(note, number)
        ahead = note.one_of(at - 1, "not_pain_before") and not staged
        if near and _easy(note, mark.last, at) and not ahead:
            return True
        behind = number.last < mark.first < min(last, number.last + 4)
        if behind and note.one_of(number.last, "at_body") and _easy(note, number.last, mark.first):
            return True
    return False


def _easy(note: Note, first: int, last: int) -> bool:
    """Tell whether only words without weight, of one sentence, stand in a stretch."""
    ended = any(note.word(at) in {".", ";", "!"} for at in range(first, last))
    return not ended and note.explained(first, last, *_AROUND, words=_EASY)


def _right_after(note: Note, number: Number, ends: Sequence[int]) -> bool:
    """Tell whether a number follows a report at once: "done 4", "all done, maybe a two"."""
    ahead = note.one_of(number.first - 1, "not_pain_before") and not _staged(note, number)
    if ahead and number.first not in ends:
        return False
    return any(
        0 <= number.first - end <= _FAR
        and not note.number_places.intersection(range(end, number.first))
        and note.explained(end, number.first, "at_most", "changed", "rated", words=("hedge",))
        for end in ends
    )


def _rating(note: Note, number: Number) -> bool:
    """Tell whether a number beside a report is put as a rating: "was a 3", or all on its own."""
    if note.one_of(number.first - 1, "article"):
        return True
    changed = number.shape is Shape.CHANGE and note.has("changed")
    if changed and not note.foreigners(*note.clause(number.first)):
        return True
    return note.explained(*note.clause(number.first), *_AROUND, "correction", words=_EASY)


def closes_text(note: Note, number: Number) -> bool:
    """Tell whether a text ends with a clause that is nothing but the number: "..., about a 2"."""
    first, last = note.clause(number.first)
    ends = not any(token.text.isalnum() for token in note.tokens[last:])
    single = len(note.number_places.intersection(range(first, last))) == number.last - number.first
    ends = ends and single and number.first - first <= _LEAD
    return first > 0 and ends and note.explained(first, last, *_AROUND, words=_EASY)


def _closes_complaint(note: Note, number: Number) -> bool:
    """Tell whether a clause about pain ends with the number: "knee's hollering about a 6"."""
    first, last = note.clause(number.first)
    told = any(
        first <= mark.first and mark.last <= number.first
        for mark in note.marks("pain_strict", "body_part")
    )
    alone = not note.number_places.intersection(range(first, number.first))
    return told and alone and note.explained(number.last, last, *_AROUND, words=_EASY)


def _goes_on(note: Note, number: Number) -> bool:
    """Tell whether a clause goes on rating: "hip is a 2 on the flat, 5 on the hill"."""
    first, last = note.clause(number.first)
    before = next((one for one in reversed(note.numbers) if one.last <= number.first), None)
    if before is None or number.first != first or not linked(note, before):
        return False
    apart = note.clause(before.first)[1] == first - 1 and may_be_level(note, before)
    return apart and (number.last == last or note.one_of(number.last, "preposition"))


def _alone(note: Note, number: Number) -> bool:
    """Tell whether the whole text says nothing but this level."""
    single = len(note.numbers) == 1 or number.shape not in {Shape.PLAIN, Shape.CHANGE}
    sorted_out = note.has("correction", "before_word", "after_word")
    if not (single or sorted_out) or note.one_of(number.last, "clock_after"):
        return False
    if any(note.one_of(at, "person") for at in range(len(note.tokens))):
        return False
    known = (*_AROUND, *_REPORTS, "correction", "vague_pain")
    return note.explained(0, len(note.tokens), *known, words=_EASY)


def _it_is(note: Note, number: Number) -> bool:
    """Tell whether a clause opens with "it is a 7", "I'd call it a 4"."""
    opens = any(mark.last == number.first for mark in note.marks("it_is_a"))
    at = number.last
    ends = at >= len(note.tokens) or note.word(at) in _PAUSES | {"?"}
    corrected = note.one_of(at, "bare_no") and note.has("correction")
    return opens and (ends or corrected or note.one_of(at, "hedge"))


def _opens_text(note: Note, number: Number) -> bool:
    """Tell whether the first sentence is the number alone: "8 today. Can I take something?"."""
    first, last = note.clauses[0]
    if len(note.numbers) > 1 or any(note.one_of(at, "person") for at in range(first, last)):
        return False
    alone = first <= number.first < last < len(note.tokens)
    easy = note.explained(first, last, "time_of_day", "pain_strict", words=("hedge",))
    return alone and easy and note.foreigners(last, len(note.tokens)) <= _FEW_FOREIGN
