"""Which pain level, 0 to 10, does the patient give, if any?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from reminders.core.replies.level import is_level, linked, may_be_level
from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked, Span
from reminders.core.replies.words import in_order

_PAUSES = frozenset({"", ",", ".", "!", ";", ":"})


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


def pain_of(
    note: Note, ends: Sequence[int] | None, places: frozenset[int], *, skipped: bool = False
) -> Pain | None:
    """Return the level said: after rather than before, corrected rather than first, else highest.

    `ends` are the places right behind a report, where a number is pain (None: nothing was
    reported); `places` name exercises. Where the session was `skipped`, the pain before it counts.
    """
    found = [one for one in _numbers(note, ends) if one.first not in places]
    zeros = _zeros(note, reported=ends is not None)
    found = [one for one in (*found, *zeros) if one.when is not _When.PAST]
    latest = max((one.when for one in found), default=_When.PAST)
    if not found or (latest is _When.BEFORE and ends and not skipped):
        return None
    best = max(
        (one for one in found if one.when is latest),
        key=lambda one: one.first if note.has("correction") else one.value,
    )
    return Pain(best.value, note.span("pain", best.first, best.last))


def _numbers(note: Note, ends: Sequence[int] | None) -> Iterator[_Candidate]:
    levels = [
        number
        for number in [*note.numbers, *_sound_alikes(note)]
        if may_be_level(note, number) and is_level(note, number, ends)
    ]
    sure = any(linked(note, number) for number in levels)
    for number in levels:
        # Beside "my hip is a 4", "the last call was a 10" is no pain.
        if not sure or linked(note, number) or not _of_other_thing(note, number):
            yield _Candidate(number.whole, number.first, number.last, _when(note, number))


def _of_other_thing(note: Note, number: Number) -> bool:
    """Tell whether a clause speaks of something that is neither pain nor an exercise."""
    first, last = note.clause(number.first)
    named = note.mention_places.intersection(range(first, last))
    return not named and note.foreigners(first, last) > 0


def _when(note: Note, number: Number) -> _When:
    """Return when the pain was, by the words of its clause.

    People keep one order: either the moment comes first ("before 6, after 3") or the number
    ("6 before, 3 after").
    """
    if number.shape is Shape.CHANGE:
        return _When.AFTER
    if any(mark.first <= number.first < mark.last for mark in note.marks("past_word")):
        return _When.PAST
    first, last = note.clause(number.first)
    tags = [tag for tag in _tags(note) if first <= tag[0].first and tag[0].last <= last]
    if not tags:
        return _When.UNSAID
    if len(tags) == 1 and _of_both(note, tags[0][0], last):
        return tags[0][1]
    start = min(other.first for other in (*note.numbers, number) if first <= other.first < last)
    if min(mark.first for mark, _ in tags) < start:
        ahead = [tag for tag in tags if tag[0].last <= number.first]
        return max(ahead, key=lambda tag: (tag[0].first, tag[1]), default=_NO_TAG)[1]
    nearest = min((one.first for one in note.numbers if one.first >= number.last), default=last)
    # "9 since I fell last night" is the pain of now.
    since = min((m.first for m in note.marks("since_word") if m.first >= number.last), default=last)
    behind = [tag for tag in tags if number.last <= tag[0].first <= min(nearest, since)]
    return min(behind, key=lambda tag: (tag[0].first, -tag[1]), default=_NO_TAG)[1]


def _of_both(note: Note, mark: Mark, last: int) -> bool:
    """Tell whether one "today" closes all that is told: "right is a 5 and left is a 3 today"."""
    today = mark in {replace(one, name=mark.name) for one in note.marks("this_session")}
    told = note.has("past_word", "before_word", "morning_word", "comparison", "changed")
    return today and mark.last == last and not told


def _tags(note: Note) -> Iterator[tuple[Mark, _When]]:
    for name, when in _TAGS:
        for mark in note.marks(name):
            since = when is _When.PAST and _lasts(note, mark)
            if not since and (when is not _When.BEFORE or not _dates(note, mark)):
                yield mark, when


def _lasts(note: Note, mark: Mark) -> bool:
    """Tell whether it goes on from then till now: "since last night my back is an 8"."""
    return any(one.last == mark.first for one in note.marks("since_word"))


def _dates(note: Note, mark: Mark) -> bool:
    """Tell whether "before" only says when they were done: "before work", "before my shift"."""
    at = mark.last + (1 if note.one_of(mark.last, "determiner") else 0)
    covered = any(
        mark.first == other.first and mark.last < other.last for other in note.marks("time_of_day")
    )
    return covered or (note.word(at).isalpha() and note.foreign(at))


_NO_TAG = (Mark("", "", 0, 0), _When.UNSAID)
_TAGS = (
    ("past_word", _When.PAST),
    ("before_word", _When.BEFORE),
    ("morning_word", _When.MORNING),
    ("after_word", _When.AFTER),
)


def _zeros(note: Note, *, reported: bool) -> Iterator[_Candidate]:
    """Read "no pain", "didn't hurt at all", and "none" when pain was asked."""
    sure = reported or note.context.asked is not None
    blocked = {mark.first for mark in note.marks("not_no_pain")}
    for mark in note.marks("no_pain"):
        unreal = note.before(mark, "past_word", "condition", "unreal", near=4)
        unreal = unreal or note.one_of(mark.first - 1, "nearly") or _selects(note, mark)
        strange = not sure and note.foreigners(*note.clause(mark.first)) > 0
        if mark.first not in blocked and not (unreal or strange or note.asks(mark.first)):
            yield _Candidate(0, mark.first, mark.last, _When.UNSAID)
    rest = ("none", "chatter", "time_of_day", "did_all", "done_word")
    if note.has("skip") and note.has("did_all"):
        return
    asked = note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}
    if asked and note.explained(0, len(note.tokens), *rest):
        for mark in note.marks("none"):
            yield _Candidate(0, mark.first, mark.last, _When.UNSAID)


def _selects(note: Note, mark: Mark) -> bool:
    """Tell whether it only says which exercises: "the ones that don't hurt"."""
    which = note.one_of(mark.first - 1, "relative_pronoun")
    return which and (note.one_of(mark.first - 2, "objects") or note.in_set(mark.first - 2, "em"))


def _sound_alikes(note: Note) -> Iterator[Number]:
    """Read "pain level for" as four where only a level can stand."""
    alikes = in_order(note.lang)[0].grammar["sound_alikes"]
    for at, token in enumerate(note.tokens):
        if token.text not in alikes or note.word(at + 1) not in _PAUSES:
            continue
        close = any(mark.last in {at, at - 1} for mark in note.marks("pain_strict"))
        asked = note.context.asked is Asked.PAIN and note.explained(
            0, at, words=("hedge", "filler")
        )
        if (close or asked) and at - 1 not in note.number_places:
            yield Number(at, at + 1, alikes[token.text])
