"""What do the pages outside the desk say, in each language?

One TOML file a language, read once at import; one that lacks a word does not load. Filled like the
texts: $name is a value, words in [ ] go when a name inside them has none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from reminders.core.wording import LANGUAGES
from reminders.core.wording.template import fill
from reminders.web.words.guide import GuideWords
from reminders.web.words.own import (
    FootWords,
    KeepWords,
    LaterWords,
    OfflineWords,
    StepWords,
    StopWords,
    WeekWords,
    WishesWords,
    WishTroubleWords,
)

DEFAULT = "en"


@dataclass(frozen=True)
class DayPart:
    """A part of the day: until which local hour, how it greets, and its name beside a date."""

    until: int
    greeting: str
    name: str
    heading: str


@dataclass(frozen=True)
class SessionWords:
    """Today's exercises and the form below them."""

    lead: tuple[str, ...]
    minutes: tuple[str, ...]
    for_day: str
    how: str
    video: str
    moves: str
    feel: str
    stop: str
    note: str
    optional: str
    your_therapist: str
    all: tuple[str, ...]
    marked: str
    skip: str
    kept: str
    only_look: str
    plan_changed: str
    new: str
    gone: str
    other: str


@dataclass(frozen=True)
class TroubleWords:
    """What stands beside a form that could not be taken as it came."""

    nothing: str
    others: str
    skip_but_done: str
    note: str
    pain: str
    unsure: str
    moved: str


@dataclass(frozen=True)
class ThanksWords:
    """What was logged, said back."""

    title: str
    logged: str
    saved: str
    skipped_title: str
    skipped: str
    skipped_row: str
    part_row: str
    not_today: str
    pain: str
    of_ten: str
    high_pain: str
    no_more: str
    change: str


@dataclass(frozen=True)
class SafetyWords:
    """When to call whom."""

    title: str
    signs: str
    unwatched: str
    call: str
    paused_title: str
    paused: str
    closed_title: str
    closed: str


@dataclass(frozen=True)
class LinkWords:
    """A link that has ended, and the way to a new one."""

    title: str
    why: tuple[str, ...]
    button: str
    hint: str
    no_luck: str
    asked_title: str
    asked: str
    asked_wait: str


@dataclass(frozen=True)
class UnsubscribeWords:
    """The way out of the messages."""

    title: str
    text: str
    button: str
    keep: str
    done_title: str
    done: str


@dataclass(frozen=True)
class ErrorWords:
    """What went wrong, and what to do."""

    title: str
    text: str


@dataclass(frozen=True)
class Words:
    """All page words in one language; `parts` of the day in order, `errors` by status."""

    lang: str
    name: str
    brand: str
    page_title: str
    back: str
    parts: tuple[DayPart, ...]
    session: SessionWords
    guide: GuideWords
    trouble: TroubleWords
    thanks: ThanksWords
    safety: SafetyWords
    link: LinkWords
    unsubscribe: UnsubscribeWords
    foot: FootWords
    step: StepWords
    week: WeekWords
    later: LaterWords
    stop: StopWords
    keep: KeepWords
    offline: OfflineWords
    wishes: WishesWords
    wish_trouble: WishTroubleWords
    errors: Mapping[str, ErrorWords]

    @property
    def other(self) -> "Words":
        """The next language, for a page whose reader we do not know."""
        return words(LANGUAGES[(LANGUAGES.index(self.lang) + 1) % len(LANGUAGES)])

    def part(self, hour: int) -> DayPart:
        """The part of the day that a local hour belongs to."""
        return next(part for part in self.parts if hour < part.until)


def words(lang: str) -> Words:
    """The words of a language we speak, or English."""
    return _WORDS.get(lang, _WORDS[DEFAULT])


def filled(template: str, **values: object) -> str:
    """Fill a sentence; also a filter in templates."""
    return fill(template, {name: str(value) for name, value in values.items()})


def counted(templates: tuple[str, ...], count: int, **values: object) -> str:
    """Fill the sentence for this count: the first for one, the last for many."""
    return filled(templates[min(count, len(templates)) - 1], n=count, **values)


def _read(file: Traversable) -> Words:
    raw = tomllib.loads(file.read_text("utf-8"))
    return Words(
        lang=file.name.removesuffix(".toml"),
        **raw["page"],
        parts=tuple(DayPart(**part) for part in raw["part"]),
        session=SessionWords(**_tuples(raw["session"])),
        guide=GuideWords.read(raw["guide"]),
        trouble=TroubleWords(**raw["trouble"]),
        thanks=ThanksWords(**raw["thanks"]),
        safety=SafetyWords(**raw["safety"]),
        link=LinkWords(**_tuples(raw["link"])),
        unsubscribe=UnsubscribeWords(**raw["unsubscribe"]),
        foot=FootWords(**raw["foot"]),
        step=StepWords(**_tuples(raw["step"])),
        week=WeekWords(**_tuples(raw["week"])),
        later=LaterWords(**raw["later"]),
        stop=StopWords(**raw["stop"]),
        keep=KeepWords(**_tuples(raw["keep"])),
        offline=OfflineWords(**raw["offline"]),
        wishes=WishesWords(**_tuples(raw["wishes"])),
        wish_trouble=WishTroubleWords(**raw["wish_trouble"]),
        errors={status: ErrorWords(**error) for status, error in raw["errors"].items()},
    )


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:  # TOML's own types
    return {name: tuple(word) if isinstance(word, list) else word for name, word in table.items()}


_WORDS = {lang: _read(files(__package__).joinpath(f"{lang}.toml")) for lang in LANGUAGES}
