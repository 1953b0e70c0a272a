"""Who is on each row, and what is wrong with what it says?"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from reminders.core import schedule
from reminders.core.addresses import e164, mail_address
from reminders.core.intake.table import Table

Cells = Mapping[str, str]
Read = Callable[[str], str]

LONGEST_NAME: Final = 60
LONGEST_CONDITION: Final = 120
FIRST_YEAR: Final = 1900
HOW: Final[Mapping[str, str]] = {"paper": "paper", "in person": "in_person", "phone": "phone"}
_LANGUAGES: Final = {
    **dict.fromkeys(("en", "english", "inglés", "ingles"), "en"),
    **dict.fromkeys(("es", "spanish", "español", "espanol"), "es"),
}
_WAYS: Final = {"text": "text", "sms": "text", "email": "email", "e-mail": "email", "mail": "email"}
_DAYS: Final = ("%Y-%m-%d", "%m/%d/%Y")

EXAMPLE: Final = (
    (
        *("First name", "Last name", "Year of birth", "Mobile number", "Email", "Remind by"),
        *("Language", "Time zone", "What they come for", "Agreed on", "How they agreed"),
    ),
    (
        *("Ana", "Morales", "1958", "(207) 555-0118", "ana@example.org", "text"),
        *("Spanish", "America/New_York", "Low back", "2026-11-02", "paper"),
    ),
)


@dataclass(frozen=True)
class Usual:
    """What holds where a row says nothing, and which day it is."""

    language: str
    zone: str
    today: date


@dataclass(frozen=True)
class Entry:
    """One row as it is understood; what could not be is among its faults, and empty."""

    line: int
    first_name: str
    last_name: str
    birth_year: str
    phone: str
    email: str
    by: str
    language: str
    zone: str
    conditions: str
    agreed_on: date | None
    how: str
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def entries(found: Table, usual: Usual) -> tuple[Entry, ...]:
    """Read every row, sound or not."""
    return tuple(_entry(line, cells, usual) for line, cells in found.rows)


class _Row:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.faults: list[str] = []

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def read(self, name: str, way: Read, usual: str = "") -> str:
        """What a cell comes to; empty, or the usual, where it is empty or cannot be read."""
        cell = self.get(name)
        if not cell:
            return usual
        try:
            return way(cell)
        except ValueError as fault:
            self.faults.append(str(fault))
            return ""


def _entry(line: int, cells: Cells, usual: Usual) -> Entry:
    row = _Row(cells)
    phone, email = row.read("phone", e164), row.read("email", mail_address)
    by = row.read("by", _way, "text" if row.get("phone") else "email")
    agreed_on = row.read("agreed_on", lambda cell: _day(cell, usual.today))
    how = row.read("how", _how)
    entry = Entry(
        line=line,
        first_name=row.read("first_name", _name),
        last_name=row.read("last_name", _name),
        birth_year=row.read("birth_year", lambda cell: _year(cell, usual.today.year)),
        phone=phone,
        email=email,
        by=by,
        language=row.read("language", _language, usual.language),
        zone=row.read("zone", _zone, usual.zone),
        conditions=row.read("conditions", _condition),
        agreed_on=date.fromisoformat(agreed_on) if agreed_on else None,
        how=how,
    )
    return replace(entry, faults=(*row.faults, *_missing(entry, row)))


def _missing(entry: Entry, row: _Row) -> Iterator[str]:
    if not row.get("first_name"):
        yield "A first name, please."
    if not row.get("last_name"):
        yield "A last name, please."
    if entry.by == "text" and not row.get("phone"):
        yield "Texts need a mobile number."
    if entry.by == "email" and not row.get("email"):
        yield "Emails need an address." if row.get("by") else "A mobile number or an email, please."
    if row.get("agreed_on") and not row.get("how"):
        yield "How did they agree: paper, in person or phone?"


def _name(cell: str) -> str:
    if len(cell) > LONGEST_NAME:
        raise ValueError(f"A name of at most {LONGEST_NAME} letters, please.")
    return cell


def _condition(cell: str) -> str:
    if len(cell) > LONGEST_CONDITION:
        raise ValueError(f"At most {LONGEST_CONDITION} letters on what they come for, please.")
    return cell


def _year(cell: str, this_year: int) -> str:
    sound = cell.isascii() and cell.isdigit() and FIRST_YEAR <= int(cell) <= this_year
    if not sound:
        raise ValueError("A year of birth in four digits, please, like 1958.")
    return cell


def _way(cell: str) -> str:
    if cell.lower() not in _WAYS:
        raise ValueError("Remind by text or by email, please.")
    return _WAYS[cell.lower()]


def _language(cell: str) -> str:
    if cell.lower() not in _LANGUAGES:
        raise ValueError("A language we write: English or Spanish.")
    return _LANGUAGES[cell.lower()]


def _zone(cell: str) -> str:
    try:
        schedule.zone(cell)
    except ValueError:
        raise ValueError("A time zone, please, like America/New_York.") from None
    return cell


def _day(cell: str, today: date) -> str:
    day = next(filter(None, (_spelt(cell, form) for form in _DAYS)), None)
    if day is None:
        raise ValueError("The day they agreed, please, like 2026-11-02.")
    if day > today:
        raise ValueError("The day they agreed cannot be still to come.")
    return day.isoformat()


def _spelt(cell: str, form: str) -> date | None:
    with suppress(ValueError):
        return datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no zone
    return None


def _how(cell: str) -> str:
    how = HOW.get(" ".join(cell.replace("_", " ").lower().split()))
    if how is None:
        raise ValueError("How did they agree: paper, in person or phone?")
    return how
