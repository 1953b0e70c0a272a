"""Where does the patient say not today, or not yet?"""

from __future__ import annotations

from collections.abc import Iterator

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked

_LENGTHS = ("half_hour", "hour_and_half", "one_hour", "couple_hours")
_BESIDE = ("soon", "later", "time_of_day", "pain_strict", "no_pain", "do_verb", "polite", "busy")
_LOOSE = ("hedge", "before_done", "filler", "unit")
_OURS = ("em_strong", "do_them", "yet", "pain", "body_part")
_SHORT = 6
_BRIEF = 2
_YET = 3
_FEW_FOREIGN = 2


def skips(note: Note) -> Iterator[Mark]:
    """Yield every report that the session is left out, or put off to another day."""
    for mark in note.marks("skip") if not _of_a_visit(note) else ():
        if not (_not_yet(note, mark) or _other_matter(note, mark) or _unsaid(note, mark)):
            yield mark
    yield from _other_days(note)


def _not_yet(note: Note, mark: Mark) -> bool:
    """Tell whether "yet" or "right now" makes it a later: "didn't do them yet"."""
    return any(
        mark.last <= other.first <= mark.last + _YET or mark.first - 2 <= other.first < mark.first
        for other in note.marks("yet")
    )


def _other_matter(note: Note, mark: Mark) -> bool:
    """Tell whether something else is skipped: "skipping dinner", "forgot your birthday"."""
    if _covered(note, mark):
        return True
    bare = mark.last - mark.first == 1 or note.one_of(mark.last - 1, "bare_no")
    return note.about_other(mark.last) or (bare and note.foreign(mark.last))


def _covered(note: Note, mark: Mark) -> bool:
    painless = any(
        other.first < mark.first < other.last for other in note.marks("no_pain", "not_no_pain")
    )
    return painless or any(
        other.first < mark.last and mark.first < other.last and not _outgrown(note, mark, other)
        for other in note.marks("not_skip")
    )


def _outgrown(note: Note, mark: Mark, other: Mark) -> bool:
    """Tell whether a longer report says more than what looks like none: "hoy no creo".

    What begins alike must name the exercises: "hoy no hay ejercicios", not "hoy no hay luz".
    """
    ends = other.last <= mark.last and mark.first < other.first
    named = mark.first == other.first and other.last < mark.last
    return ends or (named and note.in_set(mark.last - 1, "exnoun"))


def _of_a_visit(note: Note) -> bool:
    """Tell whether a question shows that a visit is put off: "can't today, how about Friday?"."""
    asks = any(token.text == "?" for token in note.tokens)
    return asks and not (note.has("skip_word", "em_strong", "pain_strict") or note.mentions)


def _unsaid(note: Note, mark: Mark) -> bool:
    denied = note.before(mark, "negation_strict", near=1)
    return denied or note.asks(mark.first) or note.before(mark, "doubt", near=2)


def _other_days(note: Note) -> Iterator[Mark]:
    """Yield "tomorrow" where it is the exercises that are put off."""
    known = ("tomorrow", "do_verb", "time_of_day")
    alone = len(note.tokens) <= _SHORT and note.explained(
        0, len(note.tokens), *known, words=("hedge", "before_done")
    )
    for mark in note.marks("tomorrow"):
        doing = _put_off(note, mark) and not note.asks(mark.first)
        fits = alone and not note.asks(mark.first) and not _weekday(note, mark)
        if _covered(note, mark) or note.before(mark, "not_number"):
            continue
        # "La mañana", "this morning" is no other day.
        if (fits or doing) and not note.one_of(mark.first - 1, "determiner"):
            yield mark


def _put_off(note: Note, mark: Mark) -> bool:
    """Tell whether it is the exercises that another day gets: not "start the new job monday"."""
    first, _ = note.clause(mark.first)
    return any(
        first <= one.first and one.last <= mark.first and not note.foreign(one.last)
        for one in note.marks("do_them")
    )


def _weekday(note: Note, mark: Mark) -> bool:
    """Tell whether a day is named, which without a verb may be about a visit."""
    return any(note.in_set(at, "weekday") for at in range(mark.first, mark.last))


def laters(note: Note) -> Iterator[Mark]:
    """Yield every report that the session is still to come today."""
    # "Haven't had the chance yet" puts off what "haven't had the chance" would leave out.
    for mark in (*note.marks("later"), *_not_yets(note)):
        asked = note.asks(mark.first) and not note.has("remind_me")
        denied = note.before(mark, "negation_strict", near=1) or note.before(mark, "doubt")
        if not (asked or denied or _elsewhere(note, mark) or _goodbye(note, mark)):
            yield mark
    # After "what was your pain?" a bare number is no clock time.
    if not (note.context.asked is Asked.PAIN and note.numbers):
        yield from _lengths(note)
        yield from _times(note)


def _elsewhere(note: Note, mark: Mark) -> bool:
    """Tell whether something else is still to come: "almost there, we stopped for gas"."""
    first, last = note.sentence(mark.first)
    named = note.mentions or note.numbers or note.has(*_OURS, *_LENGTHS)
    behind = any(mark.last <= one.first < last for one in note.marks("condition", "question_start"))
    if named or behind or mark.last - mark.first > _BRIEF:
        return False
    return note.foreigners(first, mark.first) + note.foreigners(mark.last, last) > 0


def _goodbye(note: Note, mark: Mark) -> bool:
    """Tell whether it only says when people meet or talk: "talk later", "ahorita vengo"."""
    return any(
        other.first < mark.last and mark.first < other.last for other in note.marks("not_later")
    )


def _not_yets(note: Note) -> Iterator[Mark]:
    for mark in note.marks("skip"):
        if _not_yet(note, mark) and not _other_matter(note, mark):
            yield mark


def _lengths(note: Note) -> Iterator[Mark]:
    """Yield a length of time that stands alone: "30 min", "half an hour"."""
    known = ("soon", "length_before", *_LENGTHS)
    if note.mentions or not note.explained(0, len(note.tokens), *known, words=_LOOSE):
        return
    for number in note.numbers:
        unit = note.one_of(number.last, "delay_unit")
        if unit or number.shape is Shape.CLOCK:
            yield Mark("soon", note.lang, number.first, number.last + (1 if unit else 0))
    yield from note.marks(*_LENGTHS)


def _times(note: Note) -> Iterator[Mark]:
    """Yield "tonight", "after work", "at 7" where the clause says nothing else."""
    for mark in note.marks("soon", "later_alone"):
        names = (*_BESIDE, "later_alone") if mark.name == "later_alone" else _BESIDE
        alone = note.explained(*note.clause(mark.first), *names, words=_LOOSE)
        opens = mark.first == 0 and mark.name == "soon" and _short(note)
        opens = opens and not any(number.first > mark.last for number in note.numbers)
        told = note.asks(mark.first) or _hurts(note, mark) or _goodbye(note, mark)
        if (alone or opens) and not (told or _level(note, mark) or _rated(note, mark)):
            yield mark


def _hurts(note: Note, mark: Mark) -> bool:
    """Tell whether it is the pain that is said to be now: "my neck is killing me tonight, 8"."""
    numbered = note.number_places.intersection(range(mark.first, mark.last))
    return bool(note.numbers) and not numbered and note.before(mark, "pain_strict", near=0)


def _rated(note: Note, mark: Mark) -> bool:
    """Tell whether the clause rates the pain: "after it's a 3" puts nothing off."""
    last = note.clause(mark.first)[1]
    return any(
        mark.last <= number.first < last and note.one_of(number.first - 1, "article")
        for number in note.numbers
    )


def _short(note: Note) -> bool:
    """Tell whether a text is a few words and no question: "after the game"."""
    few = len(note.tokens) <= _SHORT and note.foreigners(0, len(note.tokens)) <= _FEW_FOREIGN
    return few and not any(token.text == "?" for token in note.tokens) and not note.asks(0)


def _level(note: Note, mark: Mark) -> bool:
    """Tell whether the number is a level of pain: "mi dolor está en 5" is no clock time."""
    numbered = note.number_places.intersection(range(mark.first, mark.last))
    staged = {one.last for one in note.marks("rated") if mark.first < one.last <= mark.last}
    if staged & note.number_places:
        return True
    rated = note.before(mark, "pain_strict") and not note.one_of(mark.last, "delay_unit")
    return bool(numbered) and rated
