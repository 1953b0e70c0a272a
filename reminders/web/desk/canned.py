"""Which lines stand ready for who answers a patient?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.core.wording import CANNED, LANGUAGES, revealing
from reminders.store.canned import Line, canned_lines, keep_canned_lines
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note
from reminders.web.house import session

MOST: Final = 12
LONGEST: Final = 140  # with the clinic's name before it and a first name after, one text
_ROOM: Final = 2  # empty places under those in use


@dataclass(frozen=True)
class Place:
    """One line in one language, as it stands on the page."""

    name: str
    label: str
    text: str
    faults: tuple[str, ...] = ()


@bp.get("/clinic/lines")
def lines() -> str:
    """Show the lines, with room for more."""
    return _page(_places(canned_lines(session(), clinic().id)))


@bp.post("/clinic/lines")
def set_lines() -> tuple[str, int] | Response:
    """Keep the lines; one that is emptied is gone."""
    if not may_set_up():
        return done("An admin can change this.", ".lines")
    typed = _typed()
    places = _places(typed)
    if any(place.faults for pair in places for place in pair):
        return _page(places), 422
    keep_canned_lines(session(), clinic().id, [line for line in typed if line])
    note("clinic.lines", f"clinic:{clinic().id}")
    return done("Kept.", ".lines")


def _typed() -> list[Line]:
    """What was typed, a line at a time; a language left empty is not in it."""
    rows = ({lang: _field(n, lang) for lang in LANGUAGES} for n in range(MOST))
    return [{lang: text for lang, text in row.items() if text} for row in rows]


def _field(n: int, lang: str) -> str:
    return " ".join(request.form.get(f"{lang}_{n}", "").split())


def _places(known: Sequence[Line]) -> list[tuple[Place, ...]]:
    """Each line in each language, then the empty ones."""
    used = [line for line in known if line]
    empty: list[Line] = [{}] * min(_ROOM, MOST - len(used))
    return [
        tuple(_place(n, lang, line.get(lang, "")) for lang in LANGUAGES)
        for n, line in enumerate([*used, *empty])
    ]


def _place(n: int, lang: str, text: str) -> Place:
    label = f"{n + 1}, {words.LANGUAGES.get(lang, lang)}"
    return Place(f"{lang}_{n}", label, text, _faults(text, lang))


def _faults(text: str, lang: str) -> tuple[str, ...]:
    long = (f"At most {LONGEST} letters, please.",) if len(text) > LONGEST else ()
    return (*long, *(f"Leave out “{word}”: others may see it." for word in _told(text, lang)))


def _told(text: str, lang: str) -> tuple[str, ...]:
    return revealing(text, lang, ())


def _page(places: Sequence[tuple[Place, ...]]) -> str:
    return render_template(
        "desk/lines.html",
        place="clinic",
        pairs=places,
        ours=canned_lines(session(), clinic().id) == CANNED,
        faulty=any(place.faults for pair in places for place in pair),
        may_change=may_set_up(),
    )
