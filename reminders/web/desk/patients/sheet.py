"""How does a clinic take its list away, into a spreadsheet?"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from flask import Response

from reminders.core.adherence import Share
from reminders.store.queries.listed import Named, flags, listed
from reminders.web.desk.access import bp, note, reader, staff, zone
from reminders.web.desk.patients.asked import asked
from reminders.web.desk.patients.rows import Seen, looked_at
from reminders.web.desk.words import LANGUAGES
from reminders.web.house import now, session

Cell = str | int | None

_AT_A_TIME: Final = 500
_BOM: Final = "\ufeff"  # without it, Excel reads UTF-8 as an old code page
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
_HEAD: Final = (
    *("Name", "Year of birth", "Language", "Location", "Therapist", "State", "Needs someone"),
    *("Sessions done, 14 days", "Sessions due, 14 days", "Done %", "Pain now", "Real change"),
    *("Last heard", "Last visit"),
)


@bp.get("/patients.csv")
def patients_sheet() -> Response:
    """Give the patients asked for as a table, one a line."""
    today = now().astimezone(zone()).date()
    wanted = asked()
    flagged = flags(session(), reader(), now(), mine=wanted.mine)
    found = listed(session(), reader(), wanted, flagged, now=now(), today=today)
    lines = [line for some in _parts(found) for line in map(_line, looked_at(some))]
    note("patients.take_away", f"staff:{staff().id}")
    session().commit()
    answer = Response(written((_HEAD, *lines)), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"patients-{today}.csv")
    return answer


def written(lines: Iterable[Sequence[Cell]]) -> str:
    """Write a table that every spreadsheet opens, and none runs."""
    page = io.StringIO(newline="")
    page.write(_BOM)
    csv.writer(page).writerows([harmless(cell) for cell in line] for line in lines)
    return page.getvalue()


def harmless(cell: Cell) -> Cell:
    """Words that begin like a formula get an apostrophe before them; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell


def _parts(found: Sequence[Named]) -> Iterator[Sequence[Named]]:
    """So many as one read may ask for by their ids."""
    for start in range(0, len(found), _AT_A_TIME):
        yield found[start : start + _AT_A_TIME]


def _line(seen: Seen) -> tuple[Cell, ...]:
    named, told, glance = seen.named, seen.told, seen.glance
    asking = named.flag is not None and named.flag.asks
    return (
        named.name,
        told.birth_year,
        LANGUAGES.get(told.language, told.language),
        told.location,
        told.therapist,
        told.state.value,
        named.flag.kind.value.replace("_", " ") if named.flag and asking else "",
        glance.done,
        glance.due,
        Share(glance.done, glance.due).percent,
        glance.pain,
        glance.change or None,
        _day(told.last_heard),
        told.last_visit.isoformat() if told.last_visit else "",
    )


def _day(moment: datetime | None) -> str:
    return moment.astimezone(zone()).date().isoformat() if moment else ""
