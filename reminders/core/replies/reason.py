"""Why was a session left out?"""

from __future__ import annotations

from reminders.core.replies.note import Note
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Asked, SkipReason

_LETTERS = {
    "t": SkipReason.TIME,
    "f": SkipReason.FORGOT,
    "s": SkipReason.SORE,
    "u": SkipReason.UNWELL,
    "h": SkipReason.UNSURE,
    "m": SkipReason.UNMOTIVATED,
}
# The list that goes out with the question.
_NUMBERS = {str(number): reason for number, reason in enumerate(SkipReason, start=1)}
# Where several are said, the one that matters most to a therapist comes first.
_ORDER = (
    SkipReason.UNWELL,
    SkipReason.SORE,
    SkipReason.UNSURE,
    SkipReason.FORGOT,
    SkipReason.UNMOTIVATED,
    SkipReason.TIME,
)


def reason_of(note: Note) -> tuple[SkipReason, Mark] | None:
    """Return the reason given, as one of six, and the words that give it."""
    for reason in _ORDER:
        for mark in note.marks(f"reason_{reason}"):
            if not note.before(mark, "negation_plain", near=0):
                return reason, mark
    return _letter(note)


def reason_by_number(note: Note) -> tuple[SkipReason, Mark] | None:
    """Return the reason chosen from the list we asked with: there a lone number is no pain."""
    said = [token.text for token in note.tokens if token.text.isalnum()]
    reason = _NUMBERS.get(said[0]) if len(said) == 1 else None
    if reason is None or note.context.asked is not Asked.REASON:
        return None
    return reason, Mark("reason", note.lang, 0, len(note.tokens))


def _letter(note: Note) -> tuple[SkipReason, Mark] | None:
    """Read the single letters of the printed reply key."""
    last = len(note.tokens) - 1
    alone = note.context.asked is Asked.REASON and last == 0
    if alone or (last == 1 and note.has("skip")):
        reason = _LETTERS.get(note.word(last))
        if reason is not None:
            return reason, Mark("reason", note.lang, last, last + 1)
    return None
