"""How does a file that a spreadsheet saved become rows of named cells?"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_ROWS: Final = 500
MOST_BYTES: Final = 128 * 1024
LONGEST_CELL: Final = 500
_SEPARATORS: Final = ",;"

# What a column may be called; spelt small, with single spaces.
NAMES: Final[Mapping[str, frozenset[str]]] = {
    "first_name": frozenset({"first name", "given name", "nombre"}),
    "last_name": frozenset({"last name", "family name", "surname", "apellido", "apellidos"}),
    "birth_year": frozenset({"year of birth", "birth year", "born"}),
    "phone": frozenset({"mobile number", "mobile", "phone", "phone number", "cell", "cell phone"}),
    "email": frozenset({"email", "e-mail", "email address", "mail"}),
    "by": frozenset({"remind by", "channel"}),
    "language": frozenset({"language", "idioma"}),
    "zone": frozenset({"time zone", "timezone", "zone"}),
    "conditions": frozenset({"what they come for", "conditions", "condition"}),
    "agreed_on": frozenset({"agreed on", "consent date", "consent"}),
    "how": frozenset({"how they agreed", "consent how", "how"}),
}


class NotAList(ValueError):
    """Why a file cannot be read as a list of patients, in words for whoever sent it."""


@dataclass(frozen=True)
class Table:
    """The rows of a file by the names we know, each with its line; and the columns we do not."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    strange: tuple[str, ...] = ()


def decoded(raw: bytes) -> str:
    """The text of a file, however it was saved; raises NotAList."""
    if not raw.strip():
        raise NotAList("This file is empty.")
    if len(raw) > MOST_BYTES:
        raise NotAList(f"A file may weigh {MOST_BYTES // 1024} kB at most. Please split it.")
    if b"\0" in raw or raw.startswith(b"PK"):
        raise NotAList("This is not a CSV file. Save the sheet as CSV first, please.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def table(text: str) -> Table:
    """Read the rows below the line of names; raises NotAList."""
    lines = list(_lines(text))
    if not lines:
        raise NotAList("This file is empty.")
    names = [_name(cell) for cell in lines[0][1]]
    _check(names)
    if len(lines) - 1 > MOST_ROWS:
        raise NotAList(f"A file may hold {MOST_ROWS} patients at most. Please split it.")
    rows = tuple((number, _named(names, cells)) for number, cells in lines[1:])
    if not rows:
        raise NotAList("There is nobody below the line of names.")
    strange = (cell.strip()[:40] for cell, name in zip(lines[0][1], names, strict=True) if not name)
    return Table(rows, tuple(cell for cell in strange if cell))


def _lines(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each line that holds something, with its number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        raise NotAList(
            f"Line {reader.line_num} is not CSV: look for a quotation mark that is not closed."
        ) from None


def _separator(text: str) -> str:
    """A comma or a semicolon, whichever parts the names: spreadsheets choose by their country."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=head.count)


def _name(cell: str) -> str:
    asked = " ".join(cell.replace("_", " ").lower().split())
    return next((name for name, spelt in NAMES.items() if asked in spelt), "")


def _check(names: Sequence[str]) -> None:
    if not {"first_name", "last_name"} <= set(names) or not {"phone", "email"} & set(names):
        raise NotAList(
            "The first line must name the columns: First name, Last name, and Mobile number or "
            "Email. The example shows them all."
        )
    twice = next((name for name in names if name and names.count(name) > 1), "")
    if twice:
        raise NotAList(f"Two columns are both called {min(NAMES[twice])}. Take one out, please.")


def _named(names: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    pairs = zip(names, cells, strict=False)
    return {name: _tidy(cell) for name, cell in pairs if name}


def _tidy(cell: str) -> str:
    """One line of printable letters: what a cell says stays text, whatever it begins with."""
    shown = "".join(letter if letter.isprintable() else " " for letter in cell)
    return " ".join(shown.split())[:LONGEST_CELL]
