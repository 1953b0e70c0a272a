"""What happened to the session: done, part of it, not today, or not yet?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reminders.core.replies.done import rated_reports, whole_reports
from reminders.core.replies.items import items_of
from reminders.core.replies.level import closes_text, may_be_level
from reminders.core.replies.note import Note
from reminders.core.replies.pain import pain_of
from reminders.core.replies.part import (
    counted,
    done_up_to,
    fewer_than_named,
    part_reports,
    stopped_somewhere,
)
from reminders.core.replies.phrases import Mark
from reminders.core.replies.positions import Positions, positions_of
from reminders.core.replies.put_off import laters, skips
from reminders.core.replies.reading import Asked, Intent
from reminders.core.replies.words import LANGUAGES, in_order

_LETTER = re.compile(r"\W*([a-z])(?:[\s,.:-]*\d{1,2}|[\s,.:-]+[a-z])?\W*")


@dataclass(frozen=True, slots=True)
class Session:
    """What was said of the session.

    `ends` are the places right behind a report, `places` those that name exercises.
    """

    intent: Intent | None = None
    done: tuple[int, ...] | None = None
    ends: tuple[int, ...] = ()
    places: frozenset[int] = frozenset()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reports:
    """Every report of a text, from left to right."""

    named: Positions
    whole: tuple[Mark, ...]
    part: tuple[Mark, ...]
    skip: tuple[Mark, ...]
    later: tuple[Mark, ...]


def session_of(note: Note) -> Session:
    """Return the state of the session the words report."""
    letter = _by_letter(note)
    if letter is not None:
        return Session(letter, ends=(1,))
    if _lists_choices(note):
        return Session()
    reports = _reports(note)
    decided = _by_name(note, reports) if reports.named.done is not None else _decide(note, reports)
    if decided.intent is None:
        rated = _rated(note)
        return Session(_short_answer(note)) if rated is None else rated
    return Session(
        decided.intent, decided.done, _ends(note, reports), reports.named.places, decided.marks
    )


def _rated(note: Note) -> Session | None:
    """Read a weak report as one of the whole session where a level of pain stands beside it."""
    sure = pain_of(note, None, frozenset()) is not None
    closed = any(may_be_level(note, one) and closes_text(note, one) for one in note.numbers)
    for mark in rated_reports(note):
        whole = mark.name == "whole_list" and pain_of(note, (mark.last,), frozenset())
        if sure or closed or whole:
            return Session(Intent.DONE, ends=(mark.last,), marks=(mark,))
    return None


def _reports(note: Note) -> _Reports:
    items = items_of(note) if note.context.exercises else []
    whole = tuple(whole_reports(note, items))
    skipped = () if _none_of_pain(note) else tuple(skips(note))
    part = tuple(mark for mark in part_reports(note) if not _inside(mark, skipped))
    later = tuple(mark for mark in laters(note) if not _inside(mark, skipped))
    all_said = bool(whole) or _confirmed(note)
    named = Positions() if stopped_somewhere(note) else positions_of(note, items, all_said=all_said)
    return _Reports(named, whole, part, skipped, later)


def _inside(mark: Mark, others: Sequence[Mark]) -> bool:
    """Tell whether a mark is the shorter part of another: "bailed" of "bailed today"."""
    return any(
        one.first <= mark.first
        and mark.last <= one.last
        and mark.last - mark.first < one.last - one.first
        for one in others
    )


def _ends(note: Note, reports: _Reports) -> tuple[int, ...]:
    whole = [mark.last for mark in (*reports.whole, *reports.skip)]
    # A number right behind a part counts what was left: "me faltaron dos".
    part = [mark.last for mark in reports.part if not note.word(mark.last)[:1].isalnum()]
    return (*whole, *part, *reports.named.ends)


def _lists_choices(note: Note) -> bool:
    """Tell whether the choices are only named, to ask about them: "done, skip or what?"."""
    either = any(note.one_of(at, "either") for at in range(len(note.tokens)))
    return either and note.has("help") and note.has("skip_word") and note.has("done_word")


def _by_letter(note: Note) -> Intent | None:
    """Read the one-letter answers of the printed reply key: "D 4", "N", "P 3"."""
    found = _LETTER.fullmatch(note.text.casefold())
    meaning = _meaning(note, found[1]) if found else None
    if meaning == "yes":
        return Intent.DONE if note.context.asked is Asked.CONFIRM_DONE else None
    return None if meaning is None else Intent(meaning)


def _meaning(note: Note, letter: str) -> str | None:
    """Read a letter in the language it seems to be in, else in that of the reminder."""
    known = (in_order(note.lang)[0], LANGUAGES.get(note.context.lang))
    meanings = (language.grammar["letters"].get(letter) for language in known if language)
    return next((meaning for meaning in meanings if meaning), None)


def _decide(note: Note, said: _Reports) -> Session:
    """Weigh the reports: a part beats the whole, what is said last beats what came before."""
    count = None if said.skip or said.whole else counted(note)
    if count is not None:
        return Session(count)
    if said.part and not _nothing_done(note, said):
        return _part(note, said)
    if said.whole and _half_hearted(note):
        return Session(Intent.PARTIAL, marks=said.whole)
    if said.whole and (not said.skip or said.whole[-1].first > said.skip[-1].first):
        return Session(Intent.DONE, marks=said.whole)
    if said.skip and not _only_later(note, said):
        return Session(Intent.SKIP, marks=said.skip)
    return _not_yet(note, said)


def _part(note: Note, said: _Reports) -> Session:
    """Read a part; up to the last exercise, with a "done" beside it, it is the whole."""
    reached = done_up_to(note)
    if said.whole and reached and len(reached) == len(note.context.exercises):
        return Session(Intent.DONE, marks=said.whole)
    return Session(Intent.PARTIAL, reached, marks=said.part)


def _not_yet(note: Note, said: _Reports) -> Session:
    """Read what is still to come; "yes, at noon" tells when they were done."""
    if said.later and _confirmed(note) and note.has("time_noon", "time_lunch", "time_morning"):
        return Session(Intent.DONE, marks=said.later)
    return Session(Intent.LATER if said.later else None, marks=said.later)


def _nothing_done(note: Note, said: _Reports) -> bool:
    """Tell whether a part only gives the cause: "ran out of gas, didn't do any"."""
    if not said.skip or said.whole:
        return False
    none = any(note.one_of(at, "nothing") for one in said.skip for at in range(one.first, one.last))
    return none or said.skip[0].first < said.part[0].first


def _half_hearted(note: Note) -> bool:
    """Tell whether "did you do them?" is answered with "kind of" before the rest is said."""
    asked = note.context.asked is Asked.CONFIRM_DONE
    return asked and any(
        mark.first == 0 and note.word(mark.last) == "," for mark in note.marks("part_alone")
    )


def _only_later(note: Note, said: _Reports) -> bool:
    """Tell whether a later takes a skip back: "no time this morning, will do them tonight"."""
    if not said.later or note.has("skip_word"):
        return False
    if any(mark.name == "tomorrow" for mark in said.skip):
        return False
    return said.later[-1].first >= said.skip[-1].first


def _by_name(note: Note, said: _Reports) -> Session:
    done = said.named.done or frozenset()
    named = Mark("named", note.lang, said.named.first, said.named.last)
    marks = (*said.whole, *said.part, *said.skip, named)
    if len(done) == len(note.context.exercises):
        return Session(Intent.PARTIAL if fewer_than_named(note) else Intent.DONE, marks=marks)
    if not done:
        return Session(Intent.SKIP, marks=marks)
    return Session(Intent.PARTIAL, tuple(sorted(done)), marks=marks)


def _refused(note: Note) -> bool:
    """Tell whether "no" opens a text and an excuse follows: "no, I've been sick"."""
    opens = any(mark.first == 0 and note.clause(0)[1] == mark.last for mark in note.marks("no"))
    excused = note.has("reason_unwell", "reason_forgot", "reason_unmotivated")
    return opens and excused and not any(token.text == "?" for token in note.tokens)


def _none_of_pain(note: Note) -> bool:
    """Tell whether "none today" answers the question about pain."""
    asked = note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}
    return asked and note.explained(0, len(note.tokens), "none", "chatter", "time_of_day")


def _confirmed(note: Note) -> bool:
    asked = note.context.asked is Asked.CONFIRM_DONE
    return asked and any(mark.first == 0 for mark in note.marks("yes"))


def _short_answer(note: Note) -> Intent | None:
    """Read a bare yes or no, which means something only after "did you do them?"."""
    everything = (0, len(note.tokens))
    if note.context.asked in {Asked.PAIN, Asked.NEXT_MORNING}:
        return None
    if note.context.asked is not Asked.CONFIRM_DONE:
        alone = (
            note.has("no_alone")
            and not note.has("not_skip", "correction")
            and note.explained(*everything, "no", "chatter_no")
        )
        return Intent.SKIP if alone or _refused(note) else None
    parts = ("part_alone", "chatter", "yes")
    if note.has("part_alone") and note.explained(*everything, *parts, words=("filler", "hedge")):
        return Intent.PARTIAL
    starts = [mark for mark in note.marks("yes", "no") if mark.first == note.clauses[0][0]]
    if not starts or note.asks(0):
        return None
    longest = max(starts, key=lambda mark: (mark.last, mark.name == "no"))
    if any(mark.first == longest.first < mark.last for mark in note.marks("no_pain")):
        return None
    return Intent.SKIP if longest.name == "no" else Intent.DONE
