"""How is an exercise written down as JSON, and is what was written sound?

One form for export, import and the clinic's own exercises; `Book.model_json_schema()` documents it.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from reminders.core.dose import Dose, problems
from reminders.core.exercises import (
    Category,
    Condition,
    Entry,
    Equipment,
    Layer,
    Position,
    Region,
    Words,
)

FORMAT: Final = "home-exercise-library"
LONGEST_BOOK: Final = 2_000
_VIDEO_HOSTS: Final = {
    "youtube.com": re.compile(r"/(watch\?(.*&)?v=|shorts/|embed/)[\w-]{6,}"),
    "youtu.be": re.compile(r"/[\w-]{6,}"),
    "vimeo.com": re.compile(r"/(video/)?\d{5,}"),
}


def _plain(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValueError("leave out control characters")
    return text.strip()


def _video(address: str) -> str:
    """An address that a phone can open: https, a real host, and the video named."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if not address:
        return address
    if parts.scheme != "https" or "." not in host or re.fullmatch(r"[\d.:\[\]]+", host):
        raise ValueError("give a whole address that begins with https://")
    wanted = _VIDEO_HOSTS.get(host)
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    if (wanted and not wanted.match(place)) or place in ("", "/"):
        raise ValueError("this address names no video: open the video and copy its own address")
    return address


Short = Annotated[str, Field(max_length=60), AfterValidator(_plain)]
Text = Annotated[str, Field(max_length=300), AfterValidator(_plain)]
Step = Annotated[str, Field(min_length=1, max_length=160), AfterValidator(_plain)]
Video = Annotated[str, Field(max_length=300), AfterValidator(_video)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SheetWords(_Strict):
    """The exercise in one language."""

    name: Annotated[Short, Field(min_length=2)]
    purpose: Text = ""
    start: Text = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10)]
    feel: Text = ""
    mistake: Text = ""
    stop: Text = ""
    breathing: Text = ""
    picture: Text = ""


class Credit(_Strict):
    """Whose work it is, and under which licence it may be used."""

    author: Short = ""
    licence: Short = ""
    source: Text = ""


class Sheet(_Strict):
    """One exercise, whoever wrote it; no reviewer means: not yet reviewed by a clinician."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,47}$")]
    category: Category
    layer: Layer = Layer.NONE
    region: Region = Region.LOW_BACK
    position: Position = Position.STANDING
    equipment: tuple[Equipment, ...] = ()
    level: Annotated[int, Field(ge=1, le=3)] = 1
    cautions: dict[Condition, Text] = {}
    easier: tuple[str, ...] = ()
    harder: tuple[str, ...] = ()
    dose: dict[str, Any] = {}
    texts: Annotated[dict[Literal["en", "es"], SheetWords], Field(min_length=1)]
    video: Video = ""
    credit: Credit = Credit()
    reviewer: Short = ""
    reviewed_on: date | None = None

    @model_validator(mode="after")
    def _dose_makes_sense(self) -> Self:
        if wrong := problems(Dose.from_json(self.dose)) if self.dose else {}:
            raise ValueError(next(iter(wrong.values())))
        return self

    @property
    def unsigned(self) -> Self:
        """The same in nobody's name: whoever signed for it elsewhere has not signed for it here."""
        return self.model_copy(update={"reviewer": "", "reviewed_on": None})

    @property
    def content(self) -> str:
        """All it says, as text, whatever key it goes by and whoever signed for it."""
        return self.unsigned.model_copy(update={"key": ""}).model_dump_json()

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Write down an exercise of the built-in library."""
        return cls(
            key=entry.key,
            category=entry.category,
            layer=entry.layer,
            region=entry.region,
            position=entry.position,
            equipment=entry.equipment,
            level=entry.level,
            cautions=dict(entry.cautions),
            easier=entry.easier,
            harder=entry.harder,
            dose=dict(entry.dose),
            texts={lang: SheetWords(**_fields(words)) for lang, words in entry.texts.items()},
            reviewer=entry.reviewer or "",
            reviewed_on=entry.reviewed_on,
        )

    @property
    def entry(self) -> Entry:
        """The exercise as the library gives it to plan and page."""
        texts = {str(lang): Words(**dict(words)) for lang, words in self.texts.items()}
        return Entry(
            key=self.key,
            category=self.category,
            layer=self.layer,
            region=self.region,
            position=self.position,
            equipment=self.equipment,
            level=self.level,
            cautions=self.cautions,
            easier=self.easier,
            harder=self.harder,
            dose=self.dose,
            texts=_both(texts),
            reviewer=self.reviewer or None,
            reviewed_on=self.reviewed_on,
        )


class Book(_Strict):
    """A library on its way from one clinic to another."""

    format: Literal["home-exercise-library"] = FORMAT
    version: Literal[1] = 1
    exercises: Annotated[tuple[Sheet, ...], Field(max_length=LONGEST_BOOK)]


def faults(error: ValidationError) -> dict[str, str]:
    """Say what is wrong in a reader's words, by the field: "texts.en.steps" → "fill this in"."""
    return {".".join(str(part) for part in one["loc"]): _said(dict(one)) for one in error.errors()}


def _said(one: dict[str, Any]) -> str:
    limits = one.get("ctx", {})
    match one["type"]:
        case "string_too_long":
            return f"Shorten this to {limits['max_length']} letters."
        case "too_long":
            return f"Keep this to {limits['max_length']} lines."
        case "string_too_short" | "too_short" | "missing":
            return "Fill this in."
        case "value_error":
            words = str(limits["error"])
            return words[:1].upper() + words[1:] + "."
        case _:
            return f"{one['msg']}."


def _fields(words: Words) -> dict[str, Any]:
    return {name: getattr(words, name) for name in SheetWords.model_fields}


def _both(texts: Mapping[str, Words]) -> Mapping[str, Words]:
    """Whoever asks for a language that is not written yet is given the one that is."""
    first = next(iter(texts.values()))
    return {"en": texts.get("en", first), "es": texts.get("es", first)}
