"""How is a wording filled?

A wording is a `string.Template` with one addition: words in [ ] are left out when a name inside
them has no value, so that "Thanks[, $first]." reads well with and without a name.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from string import Template

from reminders.core.wording.keys import Values

WHEN = "when"  # the day, or the word for today
NAMES = frozenset(field.name for field in fields(Values)) | {WHEN}

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in; a name outside [ ] without a value is a KeyError, never a gap in a text."""
    known = {name: value for name, value in values.items() if value}
    return _shape(template, frozenset(known)) % known


@lru_cache(maxsize=1024)  # the same few wordings are filled all day
def _shape(template: str, known: frozenset[str]) -> str:
    """What is left of a wording where these names have a value, as `%` fills it."""

    def kept(part: re.Match[str]) -> str:
        return part[1] if known >= names_in(part[1]) else ""

    left = Template(_OPTIONAL.sub(kept, template).replace("%", "%%"))
    return left.substitute({name: f"%({name})s" for name in known})


def named(values: Values, today: str) -> dict[str, str]:
    """Spell values out as words by name, an absent one as an empty word."""
    words = {name: "" if value is None else str(value) for name, value in vars(values).items()}
    return words | {WHEN: values.day or today}


@lru_cache(maxsize=1024)
def names_in(template: str) -> frozenset[str]:
    """List every name a wording uses."""
    return frozenset(Template(template).get_identifiers())


def needed_names(template: str) -> frozenset[str]:
    """List the names a wording cannot do without: those outside [ ]."""
    return names_in(_OPTIONAL.sub("", template))


def has_stray_bracket(template: str) -> bool:
    """Say whether a [ or ] stands without its other half, or inside another pair."""
    return bool(set("[]") & set(_OPTIONAL.sub("", template)))
