"""What does an exercise look like?

One articulated figure drawn from pose data: a new exercise is a few numbers in `poses/`. Colours
are in static/figures.css, never in the drawing.
"""

import re
from functools import cache

from reminders.core.exercises.figure.film import film
from reminders.core.exercises.figure.panel import ID
from reminders.core.exercises.figure.picture import pictures
from reminders.core.exercises.figure.pose import BadPose
from reminders.core.exercises.figure.scene import compose
from reminders.core.exercises.figure.svg import document

_PICTURES = pictures()
_NUMBERS = {key: number for number, key in enumerate(_PICTURES)}
_INSTANCE = re.compile(r"[A-Za-z0-9_-]+")


def posed() -> frozenset[str]:
    """Name the exercises that have a drawing."""
    return frozenset(_PICTURES)


def draw(key: str, title: str, desc: str, *, instance: str) -> str:
    """Draw an exercise; the instance keeps its ids apart from others on the page."""
    if not _INSTANCE.fullmatch(instance):
        raise ValueError("an instance is letters, digits, - and _ only")
    return _drawn(key, title, desc).replace(ID, f"f{_NUMBERS[key]}-{instance}-")


def moves(key: str) -> bool:
    """Say whether there is anything to see between the two positions of an exercise."""
    picture = _PICTURES.get(key)
    return picture is not None and picture.start != picture.end


@cache
def moving(key: str, sheet: str) -> str:
    """Draw an exercise in motion, as a file with its stylesheet inside."""
    return film(_PICTURES[key], sheet)


@cache
def _drawn(key: str, title: str, desc: str) -> str:
    try:
        body = compose(_PICTURES[key])
    except BadPose as refused:
        raise BadPose(f"{key}: {refused}") from refused
    return document(body, title=title, desc=desc)
