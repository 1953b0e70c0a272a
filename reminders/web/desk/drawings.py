"""What do all the drawings look like side by side?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from flask import render_template
from markupsafe import Markup

from reminders.core.exercises import Entry, Position, library, moves
from reminders.web.desk.access import bp
from reminders.web.desk.library.sheets import picture

_HEADINGS = {
    Position.LYING: "Lying",
    Position.FOUR_POINT: "On hands and knees",
    Position.SITTING: "Sitting",
    Position.STANDING: "Standing",
}


@dataclass(frozen=True)
class Print:
    """One drawing on the contact sheet."""

    key: str
    name: str
    spanish: str
    drawing: Markup
    film: str


@bp.get("/library/drawings")
def drawings() -> str:
    """Show every drawing small, so that a reader compares them at a glance."""
    return render_template("desk/drawings.html", place="library", groups=tuple(_groups()))


def _groups() -> Iterator[tuple[str, tuple[Print, ...]]]:
    order = list(Position)
    entries = sorted(library().values(), key=lambda entry: order.index(entry.position))
    for position, members in groupby(entries, key=lambda entry: entry.position):
        yield _HEADINGS[position], tuple(_print(entry) for entry in members)


def _print(entry: Entry) -> Print:
    return Print(
        entry.key,
        entry.texts["en"].name,
        entry.texts["es"].name,
        picture(entry.key, f"s-{entry.key}"),
        entry.key if moves(entry.key) else "",
    )
