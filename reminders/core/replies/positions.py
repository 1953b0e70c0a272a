"""Which exercises does the patient say were done, and which not?

1. Items: what is named together (items.py).
2. Verdicts: "did", "skipped", "all but", "yes", "tonight".
3. A verdict right behind an item is about that item ("tucks yes, squeezes no"), any other about the
   items that follow it ("did tucks, skipped squeezes").
4. What was said of each is settled against the whole list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from reminders.core.replies.items import Item
from reminders.core.replies.note import Note
from reminders.core.replies.phrases import Mark

_NEAR = 2


class _Sign(Enum):
    DONE = "done"
    NOT = "not"
    EXCEPT = "except"
    HARDLY = "hardly"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Words that call an exercise done or not; some stand only before it, some only behind."""

    sign: _Sign
    first: int
    last: int
    leads: bool = True
    trails: bool = True


@dataclass(frozen=True, slots=True)
class Positions:
    """What was said of single exercises; `done` is None when nothing was."""

    done: frozenset[int] | None = None
    places: frozenset[int] = frozenset()
    ends: tuple[int, ...] = ()
    first: int = 0
    last: int = 0


def positions_of(note: Note, items: Sequence[Item], *, all_said: bool) -> Positions:
    """Return the exercises done; `all_said` tells that the session as a whole was reported."""
    count = len(note.context.exercises)
    row = _emoji_row(note, count)
    if row is not None:
        return row
    named = [item for item in items if item.positions]
    if not named:
        return Positions()
    signed = _signed(note, items)
    return Positions(
        done=_settle(note, signed, frozenset(range(1, count + 1)), all_said=all_said),
        places=frozenset(at for item in named for at in range(item.first, item.last)),
        ends=tuple(item.last for item in items),
        first=min(item.first for item in named),
        last=max(item.last for item in named),
    )


_Signed = Sequence[tuple[Item, _Sign | None]]


def _signed(note: Note, items: Sequence[Item]) -> _Signed:
    verdicts = _verdicts(note, items)
    found: list[tuple[Item, _Sign | None]] = []
    for first, last in note.sentences:
        inside = [item for item in items if first <= item.first < last]
        if inside:
            ruling = _Ruling(note, inside)
            for one in verdicts:
                if first <= one.first < last:
                    ruling.hear(one)
            found += ruling.end()
    return found


class _Ruling:
    """Reads the items and verdicts of one sentence from left to right."""

    def __init__(self, note: Note, items: Sequence[Item]) -> None:
        self._note = note
        self._items = items
        self._signs: dict[Item, _Sign | None] = {}
        self._waiting: list[Item] = []
        self._rules: _Verdict | None = None
        self._at = 0

    def hear(self, verdict: _Verdict) -> None:
        """Take a verdict as one on what stands before it, else as one on what follows."""
        self._pass_items(verdict.first)
        judged = self._judged(verdict)
        if judged:
            self._signs.update(dict.fromkeys(judged, verdict.sign))
            self._waiting = []
            self._rules = None
        elif verdict.leads and self._follows(verdict):
            self._rules = verdict

    def end(self) -> _Signed:
        """Return every item of the sentence with what was said of it."""
        self._pass_items(self._items[-1].last)
        return [(item, self._deed(item) or self._signs[item]) for item in self._items]

    def _pass_items(self, until: int) -> None:
        while self._at < len(self._items) and self._items[self._at].first < until:
            item = self._items[self._at]
            rules = self._rules
            self._signs[item] = rules.sign if rules else None
            if rules is None or self._note.clause(item.first)[0] > rules.first:
                self._waiting.append(item)
            self._at += 1

    def _judged(self, verdict: _Verdict) -> list[Item]:
        """Return the items a verdict closes: "tucks and slides yes"."""
        if not verdict.trails or not self._waiting:
            return []
        nearest = self._waiting[-1]
        clause = self._note.clause(verdict.first)
        same = nearest.first >= clause[0] or verdict.first == nearest.last
        apart = verdict.first - nearest.last
        if (_bare(verdict) and apart > _NEAR) or (apart > 1 and self._touches(verdict)):
            return []
        if apart > _NEAR and not self._plain_between(nearest.last, verdict.first):
            return []
        if not same and (self._signs[nearest] is not None or self._opens(verdict)):
            return []
        return [
            item
            for item in self._waiting
            if self._signs[item] is None or item.first >= self._note.clause(nearest.first)[0]
        ]

    def _opens(self, verdict: _Verdict) -> bool:
        """Tell whether an item follows the verdict in its own clause."""
        last = self._note.clause(verdict.first)[1]
        return any(verdict.last <= item.first < last for item in self._items[self._at :])

    def _plain_between(self, first: int, last: int) -> bool:
        """Tell whether nothing but small words and levels of pain stands in a stretch."""
        known = ("pain_strict", "body_part", "time_of_day", "chatter", "rep_count")
        return self._note.explained(first, last, *known, words=("hedge", "filler"))

    def _touches(self, verdict: _Verdict) -> bool:
        """Tell whether a verdict stands right before an item: "didn't do the others"."""
        after = self._items[self._at :]
        return verdict.leads and bool(after) and after[0].first - verdict.last <= 1

    def _follows(self, verdict: _Verdict) -> bool:
        after = self._items[self._at :]
        if not after:
            return False
        apart = after[0].first - verdict.last
        closed = self._note.clause(verdict.first)[1] == verdict.last
        return apart <= _NEAR or not (closed or _bare(verdict))

    def _deed(self, item: Item) -> _Sign | None:
        """Read an item that is a deed itself: "walked 20 minutes", "no caminé", "the rest too"."""
        deed = Mark("deed", self._note.lang, item.first, item.last)
        if item.acted and self._note.negated(deed):
            return _Sign.NOT
        if item.acted:
            # "I walked over" tells of a way, not of an exercise.
            return None if self._note.one_of(item.last, "heading") else _Sign.DONE
        return _Sign.DONE if not item.positions and _also(self._note, item) else None


def _bare(verdict: _Verdict) -> bool:
    """Tell whether a verdict is a bare "no" or "not", which speaks only of what is next to it."""
    return verdict.sign is not _Sign.DONE and verdict.last - verdict.first == 1


def _also(note: Note, item: Item) -> bool:
    return any(mark.first == item.last for mark in note.marks("also"))


def _settle(
    note: Note, signed: _Signed, every: frozenset[int], *, all_said: bool
) -> frozenset[int] | None:
    def told(sign: _Sign | None) -> frozenset[int]:
        return frozenset(at for item, said in signed if said is sign for at in item.positions)

    rest = next((said for item, said in signed if not item.positions), None)
    done, left, spared = told(_Sign.DONE), told(_Sign.NOT), told(_Sign.EXCEPT)
    # "Too hard", "tonight" or a bare "no" leave one out only where others are called done.
    if done or all_said or spared or rest is _Sign.DONE:
        left |= told(_Sign.HARDLY) | told(_Sign.SOON)
    if all_said and not left and (not spared or (not done and _of_pain(note, signed))):
        return None
    if spared:
        return every - spared - left
    if done and rest is not _Sign.DONE:
        return done - left
    if left or rest is _Sign.DONE:
        # "Clams can wait, did the rest": what is named beside the rest is what was left out.
        return every - (left or told(None))
    unfinished = rest in {_Sign.NOT, _Sign.HARDLY, _Sign.SOON} or note.has("ran_out")
    loose = told(None) | (told(_Sign.SOON) if unfinished else frozenset())
    named = [item for item, _ in signed if item.positions]
    told_alone = unfinished or _only_named(note, named) or _opens_text(note, named)
    return loose if loose and told_alone else None


def _of_pain(note: Note, signed: _Signed) -> bool:
    """Tell whether the exception is one of pain: "all done, pain 2 except bird dog, a 6"."""
    for item, sign in signed:
        if sign is _Sign.EXCEPT and _rated_but(note, item):
            return True
        at = item.last
        while note.word(at) == ",":
            at += 1
        rated = note.in_set(at, "is") or note.one_of(at, "relative_pronoun")
        ends = note.clause(at)[1]
        if sign is _Sign.EXCEPT and rated and any(at < n.first < ends for n in note.numbers):
            return True
    return False


def _rated_but(note: Note, item: Item) -> bool:
    """Tell whether a level leads up to the exception: "a 3 on everything but clams"."""
    first, _ = note.clause(item.first)
    return any(
        first < mark.first
        and mark.last <= item.first <= mark.last + 1
        and note.one_of(mark.first - 1, "preposition")
        and any(first <= number.first < mark.first for number in note.numbers)
        for mark in note.marks("except")
    )


def _only_named(note: Note, items: Sequence[Item]) -> bool:
    """Tell whether a text is nothing but names: "clams and bridges, that's all"."""
    if sum(len(item.positions) for item in items) < 2 and not note.has("only"):
        return False
    known = ("only", "chatter", "time_of_day", "rep_count", "pain_strict", "no_pain")
    spare = [at for item in items for at in range(item.first, item.last)]
    return note.explained(0, len(note.tokens), *known, words=("filler",), spare=spare)


def _opens_text(note: Note, items: Sequence[Item]) -> bool:
    """Tell whether a text begins with names alone: "clams n bridges. no band with me"."""
    _, stop = note.sentence(0)
    items = [item for item in items if item.last <= stop]
    enough = sum(len(item.positions) for item in items) > 1 or _whole_walk(note, items)
    if not enough or _wants_something(note):
        return False
    end = note.clause(items[-1].last - 1)[1]
    end = items[-1].last if note.one_of(items[-1].last, "setting") else end
    spare = [at for item in items for at in range(item.first, item.last)]
    known = ("only", "chatter", "time_of_day", "rep_count", "pain_strict", "no_pain")
    return note.explained(0, end, *known, words=("filler",), spare=spare)


def _whole_walk(note: Note, items: Sequence[Item]) -> bool:
    """Tell whether the one exercise there is is told with its amount: "20 min walk, hip 2"."""
    alone = len(note.context.exercises) == 1 and len(items) == 1 and items[0].first == 0
    return alone and any(0 <= one.first < items[0].last for one in note.numbers)


def _wants_something(note: Note) -> bool:
    """Tell whether a text asks or begs for something, so that names alone report nothing."""
    asks = note.has("asking") or any(token.text == "?" for token in note.tokens)
    return asks or any(
        note.one_of(at, "material") or note.one_of(at, "begging") for at in range(len(note.tokens))
    )


def _verdicts(note: Note, items: Sequence[Item]) -> list[_Verdict]:
    inside = {at for item in items for at in range(item.first, item.last)}
    found: list[_Verdict] = []
    said = [one for one in _candidates(note) if one.first not in inside]
    for one in sorted(said, key=lambda one: (one.first, -one.last)):
        if not found or one.first >= found[-1].last:
            found.append(one)
    return found


def _candidates(note: Note) -> Iterator[_Verdict]:
    for name, sign, leads, trails in _SIGNS:
        for mark in note.marks(name):
            if _said(note, mark, sign):
                # "Didn't fall" says nothing of the exercise named before it.
                other = note.one_of(mark.last - 1, "bare_no") and note.foreign(mark.last)
                yield _Verdict(sign, mark.first, mark.last, leads, trails and not other)


# Which phrases, what they say, and whether they may stand before and behind what they speak of.
_SIGNS = (
    ("except", _Sign.EXCEPT, True, False),
    ("not_verb", _Sign.NOT, True, True),
    ("planned_verb", _Sign.NOT, True, False),
    ("too_much", _Sign.HARDLY, False, True),
    ("no_bare", _Sign.HARDLY, True, True),
    ("only", _Sign.DONE, True, True),
    ("did_verb", _Sign.DONE, True, True),
    ("soon", _Sign.SOON, False, True),
    ("later", _Sign.SOON, False, True),
    ("later_alone", _Sign.SOON, False, True),
    ("tomorrow", _Sign.SOON, False, True),
)


def _said(note: Note, mark: Mark, sign: _Sign) -> bool:
    """Tell whether a verdict is given, not asked or planned."""
    if any(other.first <= mark.first < other.last for other in note.marks("not_skip")):
        return False
    if any(one.first <= mark.first < one.last for one in note.marks("more_or_less")):
        return False
    planned = sign is _Sign.DONE and (
        note.before(mark, "unreal", near=4)
        or any(one.first < mark.first < one.last for one in note.marks("unreal"))
    )
    return not (planned or note.asks(mark.first) or note.before(mark, "doubt", near=4))


def _emoji_row(note: Note, count: int) -> Positions | None:
    """Read "✅✅❌" as one sign an exercise."""
    row = [token.text for token in note.tokens if token.text in {"✅", "❌"}]
    if len(row) != count or count < 2 or len(row) != len(note.tokens):
        return None
    done = frozenset(at for at, sign in enumerate(row, start=1) if sign == "✅")
    return Positions(done=done, first=0, last=len(row))
