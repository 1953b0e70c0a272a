"""What happened to the session: done, part of it, not today, or not yet?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.positions import Positions, positions_of
from reminders.core.replies.reading import Asked, Intent
from reminders.core.replies.words import in_order

_FEW_FOREIGN = 1
_MANY_FOREIGN = 4
_SMALL_TALK = ("chatter", "time_of_day", "no_pain", "correction", "yesterday", "pain_strict")


@dataclass(frozen=True, slots=True)
class Session:
    """What was said of the session; `ends` are the places right behind each report."""

    intent: Intent | None = None
    done: tuple[int, ...] | None = None
    ends: tuple[int, ...] = ()
    places: frozenset[int] = frozenset()
    marks: tuple[Mark, ...] = ()


def session_of(note: Note) -> Session:
    """Return the state of the session the words report."""
    letter = _by_letter(note)
    if letter is not None:
        return Session(letter, ends=(1,))
    whole = list(_whole(note))
    named = positions_of(note, all_said=bool(whole) or _confirmed(note))
    partial = list(_partial(note))
    skipped = list(_skipped(note)) if not _none_of_pain(note) else []
    later = list(_later(note))
    # Right behind a part a number counts what was left: "me faltaron dos".
    parts = [mark.last for mark in partial if not note.word(mark.last)[:1].isalnum()]
    ends = (*(mark.last for mark in [*whole, *skipped]), *parts, *named.ends)
    answer = _decide(note, whole, named, partial, skipped, later)
    return Session(
        answer[0], answer[1], ends if answer[0] else (), named.numbers if answer[0] else frozenset(), answer[2]
    )


def _by_letter(note: Note) -> Intent | None:
    """Read the one-letter answers of the printed reply key: "D 4", "N", "P 3"."""
    found = _LETTER.fullmatch(note.text.casefold())
    if found is None:
        return None
    meaning = in_order(note.lang)[0].grammar["letters"].get(found[1])
    if meaning == "yes":
        return Intent.DONE if note.context.asked is Asked.CONFIRM_DONE else None
    return None if meaning is None else Intent(meaning)


_LETTER = re.compile(r"\W*([a-z])[\s,.:-]*(?:\d{1,2}|[tfsuhm])?\W*")
_Answer = tuple[Intent | None, tuple[int, ...] | None, tuple[Mark, ...]]


def _decide(
    note: Note,
    whole: list[Mark],
    named: Positions,
    partial: list[Mark],
    skipped: list[Mark],
    later: list[Mark],
) -> _Answer:
    if named.done is not None:
        return _by_name(note, named, [*whole, *partial, *skipped])
    counted = _by_count(note)
    if counted is not None and not skipped and not whole:
        return counted, None, ()
    if partial and not (skipped and not whole and skipped[0].first < partial[0].first):
        return Intent.PARTIAL, _up_to(note, partial), tuple(partial)
    if whole and (not skipped or whole[-1].first > skipped[-1].first):
        return Intent.DONE, None, tuple(whole)
    if skipped:
        late = later and later[-1].first >= skipped[-1].first and not note.has("skip_word")
        return (Intent.LATER if late else Intent.SKIP), None, tuple(later if late else skipped)
    if later:
        return Intent.LATER, None, tuple(later)
    return _short_answer(note), None, ()


def _by_name(note: Note, named: Positions, marks: list[Mark]) -> _Answer:
    done = named.done or frozenset()
    where = (*marks, Mark("named", note.lang, named.first, named.last))
    if len(done) == len(note.context.exercises):
        return (Intent.PARTIAL if _fewer(note) else Intent.DONE), None, where
    if not done:
        return Intent.SKIP, None, where
    return Intent.PARTIAL, tuple(sorted(done)), where


def _fewer(note: Note) -> bool:
    """Tell whether less was done than the name of an exercise says, or sets were left out."""
    if any(not note.negated(mark) for mark in note.marks("did_part")):
        return True
    for one in note.mentions:
        name = note.context.exercises[one.position - 1]
        if any(char.isdigit() for char in name):
            near = [n for n in note.numbers if one.last <= n.first <= one.last + 1]
            if any(n.whole not in _told(name) and n.shape is Shape.PLAIN for n in near):
                return True
    return False


def _told(name: str) -> set[int]:
    """Return the numbers in the name of an exercise."""
    return {int(digits) for digits in re.findall(r"[0-9]{1,4}", name)}


def _whole(note: Note) -> Iterator[Mark]:
    """Yield every report that the whole session is done."""
    for mark in note.marks("did_all", "done_with_it"):
        if note.stated(mark) and not (_of_another(note, mark) or _unwanted(note, mark)):
            if _strong(note, mark) or not note.about_other(mark.last):
                yield mark
    for mark in note.marks("did_it"):
        if note.stated(mark) and _plain_it(note, mark):
            yield mark
    for mark in note.marks("done_word"):
        if note.stated(mark) and _plain_done(note, mark):
            yield mark
    for mark in note.marks("done_alone"):
        rest = ("chatter", "no_pain", "pain_strict", "time_of_day")
        if mark.first == 0 and note.explained(0, len(note.tokens), "done_alone", *rest):
            yield mark
    for mark in note.marks("after_doing"):
        rated = any(note.one_of(n.first - 1, "article") for n in note.numbers if n.first >= mark.last)
        if rated and not note.asks(mark.first):
            yield mark
    if note.context.exercises and not note.mentions:
        yield from (mark for mark in note.marks("did_sets") if note.stated(mark))


def _of_another(note: Note, mark: Mark) -> bool:
    """Tell whether someone who is not the patient did something: "you did it all"."""
    return note.before(mark, "second_person", near=2)


def _strong(note: Note, mark: Mark) -> bool:
    """Tell whether a report names the exercises, or "them": nothing behind it can change that."""
    return any(
        mark.first <= other.first and other.last <= mark.last for other in note.marks("em_strong")
    )


def _unwanted(note: Note, mark: Mark) -> bool:
    """Tell whether it is one exercise, or the texts, that someone is done with."""
    return mark.first in note.mention_places or any(
        other.first <= mark.first < other.last for other in note.marks("maybe_stop")
    )


def _plain_it(note: Note, mark: Mark) -> bool:
    first, last = note.clause(mark.first)
    bare = note.word(mark.last - 1) in {"did", "hice"}
    follows = mark.last in note.number_places | note.mention_places
    if bare and (follows or note.one_of(mark.last, "determiner")):
        return False
    if note.foreigners(0, len(note.tokens)) > _FEW_FOREIGN or note.about_other(mark.last):
        return False
    other = any(note.one_of(at, "person") for at in range(first, mark.first))
    if other and not note.has("reports_for") and note.context.asked is None:
        return False
    return note.explained(first, mark.first, *_SMALL_TALK, words=("before_done",)) and (
        note.explained(mark.last, last, *_SMALL_TALK, "only", words=("after_done", "hedge"))
    )


def _plain_done(note: Note, mark: Mark) -> bool:
    """Tell whether "done" on its own means the exercises: "done 4", "ok all done"; not "done deal"."""
    first, last = note.clause(mark.first)
    before = note.explained(first, mark.first, *_SMALL_TALK, "number_word", words=("before_done",))
    if not before or _of_one(note, mark) or _unwanted(note, mark) or note.about_other(mark.last):
        return False
    if mark.first > first and note.foreigners(0, len(note.tokens)) > _MANY_FOREIGN:
        return False
    covered = any(other.first == mark.last for other in note.marks(*_FOLLOWS))
    if note.one_of(mark.last, "not_after_done") and not covered:
        return False
    if mark.last >= last or mark.last in note.number_places or mark.last in note.mention_places:
        return not _counts(note, mark.last)
    if note.one_of(mark.last, "after_done") or not note.word(mark.last).isalpha():
        return True
    return covered or (mark.first == 0 and note.word(mark.first) == note.word(0) in _BARE)


def _of_one(note: Note, mark: Mark) -> bool:
    """Tell whether "done" closes a list of exercises: "1-3 done", "chest stretch done"."""
    if mark.first - 1 in note.mention_places:
        return True
    number = next((one for one in note.numbers if one.last == mark.first), None)
    if number is None:
        return False
    if number.shape is Shape.PART:
        return number.value < number.low
    if any(other.last == number.first for other in note.marks("count_verb")):
        return True
    listed = number.shape in {Shape.RANGE, Shape.PLACE} or note.word(number.first - 1) in {"and", "y"}
    return listed and note.clause(mark.first)[0] in {number.first, *range(number.first - 4, number.first)}


_FOLLOWS = ("chatter", "time_of_day", "no_pain", "except", "did_part", "pain", "yesterday", "body_part")
_BARE = frozenset({"done", "hecho", "listo"})


def _counts(note: Note, at: int) -> bool:
    """Tell whether the number behind "done" counts things that are no exercise."""
    number = next((one for one in note.numbers if one.first == at), None)
    if number is None:
        return False
    part = number.shape is Shape.PART and number.value < number.low
    return part or note.one_of(number.last, "foreign_unit")


def _partial(note: Note) -> Iterator[Mark]:
    for mark in note.marks("did_part"):
        unreal = note.before(mark, "unreal", near=4) or note.asks(mark.first)
        if not unreal and not note.before(mark, "negation_plain", near=1):
            if not _of_other_things(note, mark):
                yield mark
    yield from _stopped_at(note)


def _stopped_at(note: Note) -> Iterator[Mark]:
    """Yield "stopped after" where an exercise is named next."""
    for mark in note.marks("stopped_at"):
        if note.mention_places & {mark.last, mark.last + 1} and note.stated(mark):
            yield mark


def _of_other_things(note: Note, mark: Mark) -> bool:
    """Tell whether it is a part of something else: "half of the cake"."""
    if note.one_of(mark.last, "foreign_part") or note.about_other(mark.last):
        return True
    acts = any(
        mark.first <= other.first < mark.last for other in note.marks("did_verb", "stop_verb")
    )
    return not acts and note.foreigners(*note.sentence(mark.first)) > 0


def _skipped(note: Note) -> Iterator[Mark]:
    blocked = [mark for mark in note.marks("not_skip")]
    for mark in note.marks("skip"):
        yet = any(
            mark.last <= other.first <= mark.last + 3 or mark.first - 2 <= other.first < mark.first
            for other in note.marks("yet")
        )
        if yet or any(other.first <= mark.first < other.last for other in blocked):
            continue
        if note.about_other(mark.last) or (_one_word(mark) and note.foreign(mark.last)):
            continue
        denied = note.before(mark, "negation_strict", near=1) or note.asks(mark.first)
        if not denied and not note.before(mark, "doubt", near=4):
            yield mark
    yield from _put_off(note)


def _one_word(mark: Mark) -> bool:
    return mark.last - mark.first == 1


def _put_off(note: Note) -> Iterator[Mark]:
    """Yield "tomorrow" where it is the exercises that are put off."""
    for mark in note.marks("tomorrow"):
        if note.one_of(mark.first - 1, "determiner"):
            continue
        alone = note.explained(
            0, len(note.tokens), "tomorrow", "do_verb", "time_of_day", words=("hedge", "before_done")
        )
        doing = note.before(mark, "do_them") and not note.asks(mark.first)
        if (alone and len(note.tokens) <= 6) or doing:
            yield mark


def _later(note: Note) -> Iterator[Mark]:
    for mark in note.marks("later"):
        if note.asks(mark.first) and not note.has("remind_me"):
            continue
        if not note.before(mark, "negation_strict", near=0) and not note.before(mark, "doubt"):
            yield mark
    if note.context.asked is Asked.PAIN and note.numbers:
        return
    if not note.mentions and note.explained(0, len(note.tokens), "soon", *_LENGTHS, words=_LOOSE):
        units = [n for n in note.numbers if note.one_of(n.last, "delay_unit")]
        yield from (Mark("soon", note.lang, n.first, n.last + 1) for n in units)
        yield from note.marks(*_LENGTHS)
    for mark in note.marks("soon"):
        if note.number_places & set(range(mark.first, mark.last)) and _rated(note, mark):
            continue
        if note.explained(*note.clause(mark.first), "soon", "later", *_LATER_TALK, words=_LOOSE):
            yield mark
    for mark in note.marks("later_alone"):
        if note.explained(
            *note.clause(mark.first), "soon", "later", "later_alone", *_LATER_TALK, words=_LOOSE
        ):
            yield mark


def _rated(note: Note, mark: Mark) -> bool:
    """Tell whether the number is a level of pain: "mi dolor está en 5" is no clock time."""
    return note.before(mark, "pain_strict") and not note.one_of(mark.last, "delay_unit")


_LENGTHS = ("half_hour", "hour_and_half", "one_hour", "couple_hours")
_LATER_TALK = ("time_of_day", "pain_strict", "no_pain", "do_verb", "polite", "busy")
_LOOSE = ("hedge", "before_done", "filler", "unit")


def _by_count(note: Note) -> Intent | None:
    """Read "3 of 5", "did 4" against the length of the list."""
    size = len(note.context.exercises)
    for number in note.numbers:
        verb = any(
            mark.last == number.first
            or (
                mark.last == number.first - 1
                and note.word(mark.last).isalpha()
                and not note.one_of(mark.last, "article")
            )
            for mark in note.marks("count_verb")
        )
        alone = note.explained(0, len(note.tokens), "chatter", "only", words=("hedge",))
        verb_or_done = verb or any(
            number.first == mark.last or number.last == mark.first
            for mark in note.marks("part_verb")
        )
        if number.shape is Shape.PART and (verb_or_done or number.low == size) and _real(note, number):
            if note.one_of(number.last, "count_after"):
                return Intent.PARTIAL if number.value < number.low else None
            if verb_or_done or alone:
                return Intent.DONE if number.value >= number.low else Intent.PARTIAL
        if verb and number.shape in {Shape.PLAIN, Shape.ODD} and _real(note, number):
            if _ends_count(note, number.last) and (number.shape is Shape.ODD or number.value < size):
                return Intent.PARTIAL
            if _ends_count(note, number.last) and number.value == size:
                return Intent.DONE
    return None


def _real(note: Note, number: Number) -> bool:
    return note.stated(Mark("", "", number.first, number.last))


def _ends_count(note: Note, at: int) -> bool:
    return note.clause(at - 1)[1] == at or note.one_of(at, "count_noun")


def _up_to(note: Note, partial: Sequence[Mark]) -> tuple[int, ...] | None:
    """Read "stopped after clamshells" as everything up to there."""
    stops = {mark.last for mark in note.marks("stopped_after")} if partial else set()
    for one in note.mentions:
        if stops & {one.first, one.first - 1}:
            return tuple(range(1, one.position + 1))
    return None


def _none_of_pain(note: Note) -> bool:
    """Tell whether "none today" answers the question about pain."""
    asked = note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}
    return asked and note.explained(0, len(note.tokens), "none", "chatter", "time_of_day")


def _confirmed(note: Note) -> bool:
    return note.context.asked is Asked.CONFIRM_DONE and any(
        mark.first == 0 for mark in note.marks("yes")
    )


def _short_answer(note: Note) -> Intent | None:
    """Read a bare yes or no, which means something only after "did you do them?"."""
    if note.context.asked is not Asked.CONFIRM_DONE:
        alone = note.explained(0, len(note.tokens), "no", "chatter_no")
        return Intent.SKIP if note.has("no_alone") and alone else None
    parts = ("part_alone", "chatter", "yes")
    if note.has("part_alone") and note.explained(0, len(note.tokens), *parts, words=("filler",)):
        return Intent.PARTIAL
    first = note.marks("yes", "no")
    starts = [mark for mark in first if note.clauses and mark.first == note.clauses[0][0]]
    if not starts or note.asks(0):
        return None
    longest = max(starts, key=lambda mark: (mark.last, mark.name == "no"))
    return Intent.SKIP if longest.name == "no" else Intent.DONE
