"""Which exercises does the patient say were done, and which not?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from reminders.core.replies.exercises import places_of_kind
from reminders.core.replies.note import Note
from reminders.core.replies.numbers import Number, Shape
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked
from reminders.core.replies.words import LANGUAGES

_JOINTS = frozenset({",", "and", "y", "e", "&", "/", "-", "+", "#"})


class _Sign(Enum):
    DONE = "done"
    NOT = "not"
    EXCEPT = "except"
    HARDLY = "hardly"


@dataclass(frozen=True, slots=True)
class _Item:
    """Exercises named together, or the rest of them (no positions)."""

    positions: frozenset[int]
    first: int
    last: int
    acted: bool = False


@dataclass(frozen=True, slots=True)
class _Verdict:
    sign: _Sign
    at: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Positions:
    """What was said of single exercises; `done` is None when nothing was."""

    done: frozenset[int] | None = None
    places: frozenset[int] = frozenset()
    ends: tuple[int, ...] = ()
    first: int = 0
    last: int = 0


def positions_of(note: Note, *, all_said: bool) -> Positions:
    """Return the exercises done; `all_said` tells that the session as a whole was reported."""
    count = len(note.context.exercises)
    items = list(_items(note)) if count else []
    row = _emoji_row(note, count)
    if row is not None:
        return row
    if not any(item.positions for item in items):
        return Positions()
    signed = [(item, _sign(note, item, items)) for item in items]
    done = _settle(note, signed, frozenset(range(1, count + 1)), all_said=all_said)
    named = [item for item in items if item.positions]
    return Positions(
        done=done,
        places=frozenset(at for item in named for at in range(item.first, item.last)),
        ends=tuple(item.last for item in items),
        first=min(item.first for item in named),
        last=max(item.last for item in named),
    )


def _settle(
    note: Note,
    signed: Sequence[tuple[_Item, _Sign | None]],
    every: frozenset[int],
    *,
    all_said: bool,
) -> frozenset[int] | None:
    def told(sign: _Sign | None) -> frozenset[int]:
        return frozenset(at for item, said in signed if said is sign for at in item.positions)

    rest = next((said for item, said in signed if not item.positions), None)
    done, left, spared = told(_Sign.DONE), told(_Sign.NOT), told(_Sign.EXCEPT)
    # "Too hard" or a bare "no" leaves an exercise out only where others are called done.
    if done or all_said or spared or rest is _Sign.DONE:
        left |= told(_Sign.HARDLY)
    if all_said and not left and (not spared or (not done and _of_pain(note, signed))):
        return None
    if spared:
        return every - spared - left
    if done and rest is not _Sign.DONE:
        return done - left
    if left or rest is _Sign.DONE:
        return every - left
    loose = told(None)
    named = [item for item, _ in signed if item.positions]
    return loose if loose and (rest is _Sign.NOT or _only_named(note, named)) else None


def _of_pain(note: Note, signed: Sequence[tuple[_Item, _Sign | None]]) -> bool:
    """Tell whether the exception is one of pain: "all done, pain 2 except bird dog, a 6"."""
    return any(
        note.in_set(item.last, "is") or note.one_of(item.last, "relative_pronoun")
        for item, sign in signed
        if sign is _Sign.EXCEPT
    )


def _only_named(note: Note, items: Sequence[_Item]) -> bool:
    """Tell whether a text is nothing but names: "clams and bridges, that's all"."""
    if sum(len(item.positions) for item in items) < 2 and not note.has("only"):
        return False
    known = ("only", "chatter", "time_of_day", "rep_count")
    spare = [at for item in items for at in range(item.first, item.last)]
    return note.explained(0, len(note.tokens), *known, words=("filler",), spare=spare)


def _items(note: Note) -> Iterator[_Item]:
    found = [
        _Item(frozenset({one.position}), one.first, one.last, one.acted) for one in note.mentions
    ]
    found += [_Item(frozenset(), mark.first, mark.last) for mark in note.marks("the_rest")]
    taken = {at for item in found for at in range(item.first, item.last)}
    found += [item for item in _kinds(note) if item.first not in taken]
    found += [item for item in _numbered(note) if item.first not in taken]
    found += [item for item in _ordinals(note) if item.first not in taken]
    yield from sorted(found, key=lambda item: item.first)


def _kinds(note: Note) -> Iterator[_Item]:
    """Read "both stretches", "the slides" as every exercise of that kind."""
    names = note.context.exercises
    for at in range(1, len(note.tokens)):
        if note.one_of(at - 1, "kind_before"):
            kind = places_of_kind(note.word(at), names)
            if 1 < len(kind) < len(names):
                yield _Item(frozenset(kind), at, at + 1)


def _numbered(note: Note) -> Iterator[_Item]:
    """Read "1 and 3", "1-3", "#2", "number four" as places in the list."""
    count = len(note.context.exercises)
    for group in _groups(note):
        values = [at for number in group for at in _span_of(number)]
        if not all(1 <= value <= count for value in values):
            continue
        first, last = group[0].first, group[-1].last
        if _as_places(note, group, first, last):
            yield _Item(frozenset(values), first, last)


def _span_of(number: Number) -> range:
    if number.shape in {Shape.RANGE, Shape.CHANGE}:
        return range(int(number.low), number.whole + 1)
    return range(number.whole, number.whole + 1)


def _groups(note: Note) -> Iterator[list[Number]]:
    group: list[Number] = []
    for number in note.numbers:
        fits = number.value == number.whole and number.shape in _PLACED
        if group and (not fits or not _joined(note, group[-1].last, number.first)):
            yield group
            group = []
        if fits and number.first not in note.mention_places:
            group.append(number)
    if group:
        yield group


_PLACED = frozenset({Shape.PLAIN, Shape.PLACE, Shape.RANGE, Shape.CHANGE, Shape.PRONOUN})


def _joined(note: Note, first: int, last: int) -> bool:
    return last - first <= 3 and all(
        note.word(at) in _JOINTS or note.one_of(at, "place_joint") for at in range(first, last)
    )


def _as_places(note: Note, group: Sequence[Number], first: int, last: int) -> bool:
    """Tell whether numbers mean exercises rather than counts or pain."""
    if note.one_of(last, "not_pain_after") or note.one_of(last, "count_after"):
        return False
    if any(number.shape is Shape.PLACE for number in group):
        return not any(mark.last in {first - 1, first - 2} for mark in note.marks("pain_strict"))
    if len(group) == 1 and group[0].shape not in {Shape.RANGE, Shape.CHANGE}:
        return any(mark.last == first for mark in note.marks("except_one"))
    if any(mark.last in {first, first - 1} for mark in note.marks("places_before")):
        return True
    if note.context.asked is Asked.CONFIRM_DONE and note.explained(
        0, len(note.tokens), words=("filler",)
    ):
        return True
    return any(mark.first == last for mark in note.marks("places_after")) and (
        note.clause(first)[0] == first
    )


def _ordinals(note: Note) -> Iterator[_Item]:
    """Read "the first two", "the last one", "the third"."""
    count = len(note.context.exercises)
    for at in range(len(note.tokens)):
        place = _ordinal(note.word(at), count)
        if place is None or at + 1 in note.mention_places:
            continue
        first, last, size = _sized(note, at)
        follows = (
            note.one_of(last, "ordinal_after") or size > 1 or _closes_clause(note, first, last)
        )
        if not follows or not 1 <= size <= count or note.one_of(last, "count_after"):
            continue
        start = place if place != count or size == 1 else count - size + 1
        if start + size - 1 <= count:
            yield _Item(frozenset(range(start, start + size)), first, last)


def _sized(note: Note, at: int) -> tuple[int, int, int]:
    """Return where "the first two", "los dos primeros" begins and ends, and how many it means."""
    for number in note.numbers:
        if number.first == at + 1:
            return at, number.last, number.whole
        if number.last == at and number.shape is Shape.PLAIN:
            return number.first, at + 1, number.whole
    return at, at + 1, 1


def _closes_clause(note: Note, first: int, last: int) -> bool:
    return note.one_of(first - 1, "article") and note.clause(first)[1] == last


def is_ordinal(word: str) -> bool:
    """Tell whether a word gives a place in a list: first, last, tercero."""
    return any(word in language.grammar["ordinals"] for language in LANGUAGES.values())


def _ordinal(word: str, count: int) -> int | None:
    for language in LANGUAGES.values():
        place = language.grammar["ordinals"].get(word)
        if place is not None:
            return count if place == -1 else int(place) if place <= count else None
    return None


def _sign(note: Note, item: _Item, items: Sequence[_Item]) -> _Sign | None:
    """Say whether an item is called done: by the words before it, else by those after it."""
    if item.acted or (not item.positions and _also(note, item)):
        return _Sign.DONE
    verdicts = _verdicts(note, items)
    first, last = note.sentence(item.first)
    ahead = [one for one in verdicts if first <= one.first and one.last <= item.first]
    behind = [one for one in verdicts if item.last <= one.first < last]
    ahead = [one for one in ahead if not _far_off(one, item)]
    behind = [one for one in behind if not _far_off(one, item)]
    clause = note.clause(item.first)
    near_ahead = [one for one in ahead if one.at >= clause[0]]
    behind = [one for one in behind if not _opens(one, items)]
    near_behind = [one for one in behind if one.first < clause[1]]
    if near_ahead and not _closes(near_ahead[-1], items):
        return near_ahead[-1].sign
    if near_behind:
        return near_behind[0].sign
    if ahead and not _closes(ahead[-1], items):
        return ahead[-1].sign
    if behind and not any(other.first >= behind[0].last for other in items):
        return behind[0].sign
    return None


def _also(note: Note, item: _Item) -> bool:
    return any(mark.first == item.last for mark in note.marks("also"))


def _far_off(verdict: _Verdict, item: _Item) -> bool:
    """Tell whether a bare "no" or "not" stands too far away to be about the item."""
    bare = verdict.sign is not _Sign.DONE and verdict.last - verdict.first == 1
    return bare and max(item.first - verdict.last, verdict.first - item.last) > _NEAR


_NEAR = 2


def _opens(verdict: _Verdict, items: Sequence[_Item]) -> bool:
    """Tell whether a verdict belongs to an item right behind it: "didn't do the others"."""
    return not _closes(verdict, items) and any(
        verdict.last <= item.first <= verdict.last + 1 for item in items
    )


def _closes(verdict: _Verdict, items: Sequence[_Item]) -> bool:
    """Tell whether a verdict belongs to the item before it: "tucks yes, squeezes no"."""
    return any(item.last == verdict.first for item in items)


def _verdicts(note: Note, items: Sequence[_Item]) -> list[_Verdict]:
    inside = {at for item in items if item.positions for at in range(item.first, item.last)}
    found: list[_Verdict] = []
    marks = [
        _Verdict(sign, mark.last - 1, mark.first, mark.last)
        for name, sign in _SIGNS
        for mark in note.marks(name)
        if mark.first not in inside and _said(note, mark, sign)
    ]
    for one in sorted(marks, key=lambda mark: (mark.first, -mark.last)):
        if not found or one.first >= found[-1].last:
            found.append(one)
    return found


_SIGNS = (
    ("except", _Sign.EXCEPT),
    ("not_verb", _Sign.NOT),
    ("not_verb_weak", _Sign.HARDLY),
    ("only", _Sign.DONE),
    ("did_verb", _Sign.DONE),
)


def _said(note: Note, mark: Mark, sign: _Sign) -> bool:
    """Tell whether a verdict is given, not asked or planned."""
    if any(other.first <= mark.first < other.last for other in note.marks("not_skip")):
        return False
    planned = sign is _Sign.DONE and note.before(mark, "unreal", near=4)
    return not (planned or note.asks(mark.first) or note.before(mark, "doubt", near=4))


def _emoji_row(note: Note, count: int) -> Positions | None:
    """Read "✅✅❌" as one sign an exercise."""
    row = [token.text for token in note.tokens if token.text in {"✅", "❌"}]
    if len(row) != count or count < 2 or len(row) != len(note.tokens):
        return None
    done = frozenset(at for at, sign in enumerate(row, start=1) if sign == "✅")
    return Positions(done=done, first=0, last=len(row))
