"""How does a library leave this clinic, and how does another's come in?"""

import json
from dataclasses import dataclass
from typing import Final

from flask import Response as FlaskResponse
from flask import render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from reminders.core.exercises.foreign import read_foreign
from reminders.core.exercises.sheet import FORMAT, LONGEST_BOOK, Book, Sheet, faults
from reminders.store.exercises import write_own
from reminders.store.queries.library import shelf
from reminders.web.desk.access import May, bp, clinic, done, need, note
from reminders.web.house import session

MOST_FAULTS: Final = 5


class NotALibrary(ValueError):
    """Why a file cannot be taken, in words for whoever sent it."""


@dataclass(frozen=True)
class Taken:
    """What a file held: the exercises that are sound, and what is wrong with the others."""

    sheets: tuple[Sheet, ...]
    troubles: tuple[str, ...] = ()


@bp.get("/library/export")
def export_library() -> FlaskResponse:
    """Give the clinic's own exercises as JSON, or everything with `all`."""
    everything = "all" in request.args
    sheets = [one.sheet for one in shelf(session(), clinic().id) if one.own or everything]
    note("library.export", f"clinic:{clinic().id}")
    session().commit()
    answer = FlaskResponse(
        Book(exercises=tuple(sheets)).model_dump_json(indent=2), mimetype="application/json"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="exercises.json"'
    return answer


@bp.get("/library/schema")
def library_schema() -> FlaskResponse:
    """Give the form of the file, as a JSON Schema."""
    return FlaskResponse(
        json.dumps(Book.model_json_schema(), indent=2), mimetype="application/schema+json"
    )


@bp.get("/library/import")
def import_library() -> str:
    """Ask for a file."""
    return _page(())


@bp.post("/library/import")
def take_library() -> tuple[str, int] | Response:
    """Put every exercise of a file on the shelf, or none: half a library helps nobody."""
    need(May.PLAN)
    upload = request.files.get("file")
    try:
        taken = read_library(upload.read() if upload is not None else b"")
    except NotALibrary as fault:
        return _page((str(fault),)), 422
    if taken.troubles:
        return _page(taken.troubles), 422
    there = {one.sheet.content for one in shelf(session(), clinic().id) if not one.retired}
    new = {one.content: one for one in taken.sheets if one.content not in there}
    for sheet in new.values():
        write_own(session(), clinic().id, sheet.unsigned, drawn_as=sheet.key)
    note("library.import", f"clinic:{clinic().id}")
    return done(_taken_in(len(new), len(taken.sheets) - len(new)), ".library", show="own")


def _taken_in(new: int, known: int) -> str:
    said = f"{new} exercises are in, none reviewed yet."
    return f"{said} {known} were there already." if known else said


def read_library(upload: bytes) -> Taken:
    """Read an export of ours, or one of the public collections; raises NotALibrary."""
    try:
        written = json.loads(upload)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise NotALibrary("This is not a JSON file.") from None
    try:
        if isinstance(written, dict) and written.get("format") == FORMAT:
            return Taken(Book.model_validate(written).exercises)
        sheets = tuple(read_foreign(written))
    except ValidationError as error:
        return Taken((), _troubles(error))
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotALibrary(f"This file cannot be read: {fault}.") from None
    if not sheets or len(sheets) > LONGEST_BOOK:
        raise NotALibrary(f"A file holds 1 to {LONGEST_BOOK} exercises; this one {len(sheets)}.")
    return Taken(sheets)


def _troubles(error: ValidationError) -> tuple[str, ...]:
    found = [f"{place}: {said}" for place, said in faults(error).items()]
    more = len(found) - MOST_FAULTS
    return (*found[:MOST_FAULTS], *((f"… and {more} more.",) if more > 0 else ()))


def _page(troubles: tuple[str, ...]) -> str:
    return render_template("desk/library/import.html", place="library", troubles=troubles)
