"""Who is writing, and is it a question, a message or small talk?"""

from __future__ import annotations

from reminders.core.replies.normalise import Kind, Token
from reminders.core.replies.note import Note
from reminders.core.replies.phrases import Mark
from reminders.core.replies.reading import Intent
from reminders.core.replies.words import LANGUAGES

_SHORT = 12
_SHORT_PLACED = 6
_NAMES = 2
_SHORT_THANKS = 5
_SHORT_QUESTION = 2


def wrong_number(note: Note) -> Mark | None:
    """Return the words that say this is not the patient's phone."""
    if note.has("reports_for"):
        return None
    for mark in note.marks("wrong_number"):
        if not note.before(mark, "doubt", near=3):
            return mark
    return next((mark for mark in note.marks("not_name") if _name_follows(note, mark)), None)


def _name_follows(note: Note, mark: Mark) -> bool:
    """Tell whether a name, and nothing more, follows: "this is not Ana", "who's Ana?"."""
    at = mark.last
    token = note.tokens[at] if at < len(note.tokens) else None
    if token is None or token.kind is not Kind.WORD:
        return False
    if note.clause(at)[1] > at + 1 and not note.one_of(at + 1, "after_name"):
        return False
    said = note.text[token.start : token.end]
    if any(token.text in language.known for language in LANGUAGES.values()):
        return False
    ours = any(said.casefold() in copy.casefold() for copy in note.context.ours)
    placed = note.one_of(at + 1, "after_name")
    short = len(note.tokens) <= (_SHORT if said.istitle() else _SHORT_PLACED)
    return ours or ((said.istitle() or placed) and short)


def death(note: Note) -> Mark | None:
    """Return the words that tell of the patient's death, not of a phone's or a dog's."""
    blocked = note.marks("not_died")
    for mark in note.marks("died"):
        if not any(other.first <= mark.last and mark.first <= other.last for other in blocked):
            return mark
    return None


def help_wanted(note: Note) -> Mark | None:
    """Return the words that ask what this is or what to reply."""
    return next(iter(note.marks("help")), None)


def is_question(note: Note) -> bool:
    """Tell whether anything is asked."""
    return any(token.text == "?" for token in note.tokens) or note.has("asking")


def rest_of_talk(note: Note) -> Intent:
    """Say whether what is left goes to the therapist or is small talk."""
    if not note.tokens or note.has("auto_reply"):
        return Intent.CHATTER
    if all(token.text == "?" for token in note.tokens):
        return Intent.HELP
    if any(token.text == "?" for token in note.tokens) and len(note.tokens) > 2:
        return Intent.MESSAGE
    if note.has("asking") and len(note.tokens) > _SHORT_QUESTION:
        return Intent.MESSAGE
    small = note.explained(0, len(note.tokens), "chatter", words=("small_talk",))
    return Intent.CHATTER if small or _greets_by_name(note) else Intent.MESSAGE


def _greets_by_name(note: Note) -> bool:
    """Tell whether small talk is left when names are set aside: "thanks, Jen"."""
    strange = [at for at, token in enumerate(note.tokens) if _is_name(note, token)]
    if len(strange) > 1 and len(note.tokens) <= _SHORT_THANKS and note.text.islower():
        return False
    small = note.explained(0, len(note.tokens), "chatter", words=("small_talk",), spare=strange)
    starts = any(mark.first == 0 for mark in note.marks("chatter"))
    greets = starts and not note.one_of(0, "small_talk") and not note.numbers
    return small and greets and len(strange) <= _NAMES


def _is_name(note: Note, token: Token) -> bool:
    named = note.text[token.start : token.end].istitle() or len(note.tokens) <= _SHORT_THANKS
    if token.kind is not Kind.WORD or not named:
        return False
    return not any(token.text in language.known for language in LANGUAGES.values())


def speaks_of_pain(note: Note) -> Mark | None:
    """Return the words that tell of pain, said and not asked."""
    for mark in note.marks("pain_strict", "pain"):
        if note.asks(mark.first) or note.before(mark, "condition", near=6):
            continue
        if not note.has("not_my_pain", "not_plain_pain"):
            return mark
    return None
