"""Who belongs to the demo clinic? Read once from `clinic.toml`; every one of them is invented."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from importlib.resources import files
from types import MappingProxyType
from typing import Any

EVERY_DAY = tuple(range(7))


@dataclass(frozen=True)
class House:
    """The clinic itself, its sites and the two addresses it writes from."""

    name: str
    short_name: str
    zone: str
    phone: str
    text: str
    mail: str
    locations: tuple[tuple[str, str], ...]
    safety_contact: str


@dataclass(frozen=True)
class Colleague:
    """One of the staff."""

    key: str
    name: str
    role: str
    location: str
    text: str

    @property
    def email(self) -> str:
        return f"{self.key}@maplept.example"


@dataclass(frozen=True)
class Course:
    """A plan from some day on: `ago` days back, a programme, and what changed."""

    ago: int
    programme: str
    change: str


@dataclass(frozen=True)
class Said:
    """Words of a patient on one day, at this wall time."""

    ago: int
    at: time
    text: str


@dataclass(frozen=True)
class Note:
    """What a therapist answered."""

    ago: int
    at: time
    by: str
    text: str


@dataclass(frozen=True)
class Person:
    """A patient and the eight weeks behind them; `clinic.toml` says what the fields mean."""

    first: str
    last: str
    age: int
    therapist: str
    conditions: str
    times: tuple[time, ...]
    plans: tuple[Course, ...]
    pattern: str
    pain: tuple[tuple[int, int], ...]
    voice: str
    delay: tuple[int, int]
    text: str = ""
    mail: str = ""
    language: str = "en"
    weekdays: tuple[int, ...] = EVERY_DAY
    every_days: int = 1
    opens: time | None = None
    says: tuple[Said, ...] = ()
    question: tuple[time, str] | None = None
    alarm: tuple[time, str] | None = None
    answered: Note | None = None
    silent_since: str = ""
    opted_out: Said | None = None
    landline: str = ""
    landline_since: int = 0
    pause: tuple[int, int, str] | None = None
    discharged: int | None = None
    unconfirmed: bool = False
    bands: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def since(self) -> int:
        """How many days ago the first plan was written."""
        return self.plans[0].ago

    @property
    def first_number(self) -> str | None:
        """The number the patient began with."""
        return number(self.text) if self.text else None

    @property
    def email(self) -> str | None:
        return f"{self.mail}@mail.example" if self.mail else None


def number(digits: str) -> str:
    """One of the hundred numbers that belong to nobody, as the network writes it."""
    return f"+1207555{digits}"


def _house(raw: Mapping[str, Any]) -> House:
    places = tuple((name, phone) for name, phone in raw["locations"])
    return House(**{**raw, "locations": places, "text": number(raw["text"])})


def _person(raw: Mapping[str, Any]) -> Person:
    read = {name: _READERS[name](value) for name, value in raw.items() if name in _READERS}
    return Person(**{**raw, **read})


def _said(value: list[Any]) -> Said:
    ago, at, text = value
    return Said(ago, time.fromisoformat(at), text)


def _timed(value: list[str]) -> tuple[time, str]:
    at, text = value
    return time.fromisoformat(at), text


def _note(value: list[Any]) -> Note:
    ago, at, by, text = value
    return Note(ago, time.fromisoformat(at), by, text)


_READERS: Mapping[str, Callable[[Any], object]] = {
    "times": lambda value: tuple(time.fromisoformat(wall) for wall in value),
    "plans": lambda value: tuple(Course(*course) for course in value),
    "pain": lambda value: tuple((ago, level) for ago, level in value),
    "delay": tuple,
    "weekdays": tuple,
    "opens": time.fromisoformat,
    "says": lambda value: tuple(_said(one) for one in value),
    "question": _timed,
    "alarm": _timed,
    "answered": _note,
    "opted_out": _said,
    "pause": tuple,
    "bands": tuple,
}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


_RAW = _read("clinic.toml")
HOUSE = _house(_RAW["clinic"])
STAFF = tuple(Colleague(key=key, **raw) for key, raw in _RAW["staff"].items())
PROGRAMMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(keys) for name, keys in _RAW["programmes"].items()}
)
PEOPLE = tuple(_person(raw) for raw in _RAW["patients"])
VOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        voice: MappingProxyType({what: tuple(lines) for what, lines in said.items()})
        for voice, said in _read("voices.toml").items()
    }
)
# The lines that no text reaches; the stage tells the sandbox.
LANDLINES = tuple(number(person.landline) for person in PEOPLE if person.landline)
