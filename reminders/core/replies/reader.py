"""What does a whole reply mean, once its parts are read?"""

from __future__ import annotations

import re
from dataclasses import replace

from reminders.core.replies.note import Note, note_of
from reminders.core.replies.numbers import Shape
from reminders.core.replies.optout import keyword_of, maybe_opt_out, opt_in, opt_out, unwanted_now
from reminders.core.replies.pain import Pain, pain_of
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked, Context, Intent, Reading, Span
from reminders.core.replies.reason import reason_by_number, reason_of
from reminders.core.replies.session import Session, session_of
from reminders.core.replies.strip import own_words
from reminders.core.replies.talk import (
    death,
    help_wanted,
    is_question,
    rest_of_talk,
    speaks_of_pain,
    wrong_number,
)
from reminders.core.replies.when import clock_of, day_of, delay_of

_CHOICE = re.compile(r"\W*([ab])\b", re.IGNORECASE)
_CHOICE_ALONE = re.compile(r"\W*(?:patient |for |es |para )?([ab])\W*", re.IGNORECASE)


def read(text: str, context: Context) -> Reading:
    """Read a reply; any text whatever gives a reading."""
    note = note_of(text, context)
    intent = keyword_of(own_words(note.text, context.ours))
    if intent is not None:
        return Reading(intent, note.lang, spans=_spans(note, "intent", _everything(note)))
    reading = _read(note)
    return replace(
        reading,
        question=is_question(note),
        correction=note.has("correction", "ignore_that"),
        choice=_choice(note),
    )


def _read(note: Note) -> Reading:
    for intent, find in _FIRST:
        mark = find(note)
        if mark is not None:
            return Reading(intent, note.lang, spans=_spans(note, "intent", (mark,)))
    mark = death(note)
    if mark is not None:
        return Reading(Intent.MESSAGE, note.lang, death=True, spans=_spans(note, "death", (mark,)))
    return _read_log(note)


_FIRST = (
    (Intent.STOP, opt_out),
    (Intent.START, opt_in),
    (Intent.WRONG_NUMBER, wrong_number),
)


def _read_log(note: Note) -> Reading:
    if note.has("auto_reply") and not _waits(note):
        return Reading(Intent.CHATTER, note.lang)
    session = session_of(note)
    reported = session.intent not in {None, Intent.LATER}
    pain = pain_of(
        note,
        session.ends if reported else None,
        session.places | _dated(session),
        skipped=session.intent is Intent.SKIP,
    )
    if session.intent is None:
        return _talk(note, pain)
    if not _kept_for_a_person(note, session):
        return _log(note, session, pain)
    return _talk(note, None if note.has("several_reports") else pain)


def _dated(session: Session) -> frozenset[int]:
    """Return the places that say when: the 8 of "8ish tonight" is no pain."""
    if session.intent is not Intent.LATER:
        return frozenset()
    return frozenset(at for mark in session.marks for at in range(mark.first, mark.last))


def _waits(note: Note) -> bool:
    """Tell whether a person asks for time: "driving, give me 40" is no automatic reply."""
    asked = {number.first for number in note.numbers}
    return note.has("remind_me", "one_hour", "couple_hours") or any(
        m.last in asked for m in note.marks("length_before")
    )


def _kept_for_a_person(note: Note, session: Session) -> bool:
    """Tell whether a report is about several days or a pause, which a person must sort."""
    if unwanted_now(note) and session.intent in {Intent.LATER, Intent.SKIP}:
        return True
    if note.has("ignore_that") and _says_new(note, session):
        return False
    if note.has("ignore_that") or note.has("pause"):
        return not note.has("this_session") and session.intent is not Intent.DONE
    if note.has("this_session", "first_time"):
        return False
    said = {note.clause(mark.first) for mark in session.marks}
    if any(note.clause(mark.first) in said for mark in note.marks("streak")):
        return True
    said = {note.sentence(mark.first) for mark in session.marks}
    return any(
        not said or note.sentence(mark.first) in said for mark in note.marks("several_reports")
    )


def _says_new(note: Note, session: Session) -> bool:
    """Tell whether a report follows "never mind": then the report counts."""
    taken_back = max(mark.last for mark in note.marks("ignore_that"))
    return session.intent in {Intent.SKIP, Intent.PARTIAL} and any(
        mark.first >= taken_back for mark in session.marks
    )


def _log(note: Note, session: Session, pain: Pain | None) -> Reading:
    later = session.intent is Intent.LATER
    reason = reason_of(note) if session.intent is Intent.SKIP else None
    reading = Reading(
        session.intent or Intent.MESSAGE,
        note.lang,
        pain=pain.level if pain else None,
        done=session.done,
        delay_minutes=delay_of(note) if later else None,
        day=None if later else day_of(note, session.marks),
        maybe_stop=maybe_opt_out(note),
        reason=reason[0] if reason else None,
        spans=(
            *_spans(note, "intent", session.marks),
            *((pain.span,) if pain else ()),
            *(_spans(note, "reason", (reason[1],)) if reason else ()),
        ),
    )
    if later and reading.delay_minutes is None:
        return replace(reading, clock=clock_of(note))
    return reading


def _talk(note: Note, pain: Pain | None) -> Reading:
    """Read a text that reports no session: pain, a call for help, a message or small talk."""
    unsure = maybe_opt_out(note)
    chosen = reason_by_number(note)
    if pain is not None and chosen is None and not note.has("ignore_that"):
        return Reading(
            Intent.PAIN, note.lang, pain=pain.level, maybe_stop=unsure, spans=(pain.span,)
        )
    wanted = help_wanted(note)
    if wanted is not None and not unsure:
        return Reading(Intent.HELP, note.lang, spans=_spans(note, "intent", (wanted,)))
    reason = chosen or (reason_of(note) if note.context.asked is Asked.REASON else None)
    if reason is not None:
        return Reading(
            Intent.MESSAGE, note.lang, reason=reason[0], spans=_spans(note, "reason", (reason[1],))
        )
    hurts = speaks_of_pain(note)
    if hurts is not None or _asked_for_pain(note):
        marks = (hurts,) if hurts else ()
        return Reading(
            Intent.PAIN, note.lang, maybe_stop=unsure, spans=_spans(note, "intent", marks)
        )
    talk = Intent.MESSAGE if unsure or note.has("ignore_that") else rest_of_talk(note)
    return Reading(talk, note.lang, maybe_stop=unsure)


def _asked_for_pain(note: Note) -> bool:
    """Tell whether an answer to the pain question gives no level: "same", or 11."""
    odd = any(
        number.shape in {Shape.PLAIN, Shape.ODD} and not note.one_of(number.last, "unit")
        for number in note.numbers
    )
    lone = odd and note.explained(0, len(note.tokens))
    return lone or (note.context.asked is Asked.PAIN and note.has("vague_pain"))


def _choice(note: Note) -> str | None:
    """Return the letter that answers "who is this about?"."""
    if note.context.asked is not Asked.WHO:
        return None
    text = own_words(note.text, note.context.ours)
    found = _CHOICE_ALONE.fullmatch(text) or _CHOICE.match(text)
    return found[1].upper() if found else None


def _everything(note: Note) -> tuple[Mark, ...]:
    return (Mark("text", note.lang, 0, len(note.tokens)),) if note.tokens else ()


def _spans(note: Note, field: str, marks: tuple[Mark, ...]) -> tuple[Span, ...]:
    widest = [
        mark
        for mark in dict.fromkeys(marks)
        if not any(
            other.first <= mark.first
            and mark.last <= other.last
            and (other.first, other.last) != (mark.first, mark.last)
            for other in marks
        )
    ]
    places = dict.fromkeys((mark.first, mark.last) for mark in widest)
    return tuple(note.span(field, first, last) for first, last in places)
