"""Which exercises can be added to a plan, and how are they found?"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from reminders.core.exercises import Category
from reminders.store.queries.library import PhotoPlace, Shelved
from reminders.web.desk.draft import Draft
from reminders.web.desk.library.sheets import kind, picture
from reminders.web.desk.plan_standing import Standing

# What the filters are called, and which categories each holds.
GROUPS: Final[Mapping[str, tuple[str, frozenset[Category]]]] = {
    "control": ("Control", frozenset({Category.MOTOR_CONTROL, Category.POSTURE})),
    "strength": ("Strength", frozenset({Category.STRENGTH})),
    "stretch": (
        "Stretch",
        frozenset(
            {Category.FLEXIBILITY, Category.ROM_ACTIVE, Category.ROM_PASSIVE, Category.ROM_ASSISTED}
        ),
    ),
    "more": ("Balance, walking", frozenset({Category.BALANCE, Category.AEROBIC})),
}


@dataclass(frozen=True)
class Offered:
    """One exercise of the library beside the plan."""

    key: str
    name: str
    kind: str
    group: str
    found_by: str
    chosen: bool
    hidden: bool
    picture: Markup
    photo: PhotoPlace | None


def offered(standing: Standing, draft: Draft) -> list[Offered]:
    """Every exercise that may be given, those that the reader does not look for hidden."""
    chosen = {line.key for line in draft.on_page}
    given = (one for key, one in standing.shelf.items() if key in standing.known)
    return [_offered(one, standing.name(one.key), draft, chosen) for one in given]


def _offered(one: Shelved, name: str, draft: Draft, chosen: set[str]) -> Offered:
    group = next(key for key, (_, holds) in GROUPS.items() if one.entry.category in holds)
    found_by = _plain(" ".join((name, kind(one.entry), *_other_words(one))))
    wanted = all(word in found_by for word in _plain(draft.find).split())
    return Offered(
        key=one.key,
        name=name,
        kind=kind(one.entry) + (", your clinic’s own" if one.own else ""),
        group=group,
        found_by=found_by,
        chosen=one.key in chosen,
        hidden=not wanted or draft.group not in {"", group},
        picture=picture(one.drawing, f"l-{one.key}"),
        photo=one.photo,
    )


def _other_words(one: Shelved) -> tuple[str, ...]:
    """Also found by its other names, the part of the body and what it needs."""
    names = (words.name for words in one.entry.texts.values())
    return (*names, one.entry.region.replace("_", " "), *one.entry.equipment)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
