"""What are our words in each language?

A language is one TOML file beside this module, read once at import. One that lacks a text or a
word does not load: it fails at start, not when a patient writes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from reminders.core.wording.keys import Key

DEFAULT = "en"


@dataclass(frozen=True)
class Parts:
    """Pieces that stand inside texts."""

    short_reminder: str
    stop: str
    choice: str
    comma: str
    or_: str


@dataclass(frozen=True)
class DateWords:
    """How days and times are said."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    yesterday: str
    today: str
    tomorrow: str
    hours: int


@dataclass(frozen=True)
class DoseWords:
    """How a dose is said; the pairs are for one and for many."""

    times: tuple[str, str]
    seconds: tuple[str, str]
    minutes: tuple[str, str]
    each: str
    left: str
    right: str
    alternate: str
    on_each: str
    on_left: str
    on_right: str
    on_alternate: str
    hold: str
    rest: str
    between: str
    tempo: str
    tempo_wait: str
    load: str
    band: str
    bands: tuple[str, ...]  # by rank, lightest first
    effort: str


@dataclass(frozen=True)
class LetterWords:
    """One email: its subject, a paragraph a line, and the label of its button if it has one."""

    subject: str
    lines: tuple[str, ...]
    button: str = ""


@dataclass(frozen=True)
class MailWords:
    """What emails share."""

    marker: str
    subject: str
    how: str
    end: str
    end_button: str


@dataclass(frozen=True)
class CallWords:
    """What a caller hears, and the language of the voice that says it."""

    voice: str
    nobody: str


@dataclass(frozen=True)
class Speech:
    """All our words in one language; `letters` holds the emails that are not their text alone."""

    lang: str
    sms: Mapping[Key, str]
    parts: Parts
    dates: DateWords
    dose: DoseWords
    mail: MailWords
    call: CallWords
    letters: Mapping[Key, LetterWords]
    clinical: tuple[str, ...]


def speech(lang: str) -> Speech:
    """Find the words of a language ("es-MX" speaks "es"), or English: silence helps nobody."""
    return _SPEECHES.get(lang.lower().replace("_", "-").split("-")[0], _SPEECHES[DEFAULT])


def _read(file: Traversable) -> Speech:
    raw = tomllib.loads(file.read_text("utf-8"))
    return Speech(
        lang=file.name.removesuffix(".toml"),
        sms={key: raw["sms"][key] for key in Key},
        parts=Parts(or_=raw["parts"].pop("or"), **raw["parts"]),
        dates=DateWords(**_tuples(raw["dates"])),
        dose=DoseWords(**_tuples(raw["dose"])),
        mail=MailWords(**raw["letter"]),
        call=CallWords(**raw["call"]),
        letters={Key(key): LetterWords(**_tuples(text)) for key, text in raw["letters"].items()},
        clinical=tuple(raw["check"]["clinical"]),
    )


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:  # TOML's own types
    return {name: tuple(word) if isinstance(word, list) else word for name, word in table.items()}


_FILES = sorted((f for f in files(__package__).iterdir() if f.name.endswith(".toml")), key=str)
_SPEECHES = {language.lang: language for language in map(_read, _FILES)}
LANGUAGES = tuple(_SPEECHES)
