"""How does one exercise read on the desk?"""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reminders.core.dose import Dose, sentence
from reminders.core.exercises import Condition, Entry, Words, drawing
from reminders.store.queries.library import PhotoPlace, Shelved

NOT_REVIEWED = "Not yet reviewed by a clinician"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Sheet:
    """One exercise as the library shows it."""

    key: str
    name: str
    other_name: str
    other_lang: str
    kind: str
    dose: str
    words: Words
    cautions: tuple[tuple[str, str], ...]
    review: str
    reviewed: bool
    own: bool
    retired: bool
    missing: str  # the language that is not written yet
    picture: Markup
    photo: PhotoPlace | None


def sheet_of(one: Shelved, instance: str) -> Sheet:
    first, *others = one.languages
    other = others[0] if others else ""
    texts = one.entry.texts
    return Sheet(
        key=one.key,
        name=texts[first].name,
        other_name=texts[other].name if other else "",
        other_lang=other,
        kind=kind(one.entry),
        dose=sentence(Dose.from_json(one.entry.dose), "en") if one.entry.dose else "",
        words=texts[first],
        cautions=tuple((said(which), text) for which, text in one.entry.cautions.items()),
        review=review_words(one.reviewer, one.reviewed_on),
        reviewed=one.reviewed_on is not None,
        own=one.own,
        retired=one.retired,
        missing="" if other else ("Spanish" if first == "en" else "English"),
        picture=picture(one.drawing, instance),
        photo=one.photo,
    )


def review_words(reviewer: str, on: date | None) -> str:
    """Who has read it line by line, and when."""
    if on is None:
        return NOT_REVIEWED
    return f"Reviewed by {reviewer}, {on.day} {_MONTHS[on.month - 1]} {on.year}"


def kind(entry: Entry) -> str:
    """What sort of exercise it is: "Strength, lying"."""
    return f"{said(entry.category)}, {said(entry.position).lower()}"


def picture(key: str, instance: str) -> Markup:
    """The drawing of an exercise, or nothing."""
    # Our own drawing, made from pose data: nothing in it was typed by anybody.
    return Markup(drawing(key, "en", instance=instance) or "")  # noqa: S704


def said(word: str) -> str:
    """A word of the data as staff read it: "rom_active" → "Range, active"."""
    return word.replace("_", " ").capitalize().replace("Rom ", "Range, ")


CONDITIONS = tuple((condition.value, said(condition)) for condition in Condition)
