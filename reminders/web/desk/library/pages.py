"""What stands in the library, and who has signed for it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from reminders.core.exercises import Category
from reminders.store.exercises import REVIEWER, Exercise, row_of
from reminders.store.queries.library import Shelved, shelf
from reminders.web.desk.access import May, bp, clinic, done, may_approve, need, note, staff, zone
from reminders.web.desk.library.sheets import Sheet, said, sheet_of
from reminders.web.house import now, session

SHOWN: Final = {"": "All", "own": "Your clinic’s own", "open": "Not yet reviewed"}


@dataclass(frozen=True)
class Asked:
    """What the reader looks for."""

    find: str
    category: str
    show: str

    @classmethod
    def of_request(cls) -> "Asked":
        given = request.args
        return cls(given.get("find", "").strip(), given.get("kind", ""), given.get("show", ""))

    def wants(self, one: Shelved) -> bool:
        names = " ".join(words.name for words in one.entry.texts.values())
        said_of_it = f"{names} {one.entry.region} {one.entry.position}".casefold()
        return (
            all(word in said_of_it for word in self.find.casefold().split())
            and self.category in ("", one.entry.category)
            and (self.show != "own" or one.own)
            and (self.show != "open" or one.reviewed_on is None)
        )


@bp.get("/library")
def library() -> str:
    """Show what can be prescribed, as far as it is looked for."""
    asked = Asked.of_request()
    found = [one for one in shelf(session(), clinic().id) if asked.wants(one)]
    return render_template(
        "desk/library/shelf.html",
        place="library",
        asked=asked,
        kinds=[("", "Every kind"), *((one.value, said(one)) for one in Category)],
        shows=SHOWN.items(),
        sheets=[sheet_of(one, f"l-{one.key}") for one in found],
    )


@bp.get("/library/<key>")
def exercise(key: str) -> str:
    """Show one exercise line by line, in each of its languages."""
    known = {one.key: one for one in shelf(session(), clinic().id)}
    one = known.get(key)
    if one is None:
        abort(404)
    return render_template(
        "desk/library/sheet.html",
        place="library",
        one=one,
        sheet=sheet_of(one, "one"),
        texts=[(lang, one.entry.texts[lang]) for lang in one.languages],
        easier=_neighbours(known, one.entry.easier),
        harder=_neighbours(known, one.entry.harder),
        may_sign=may_approve(),
    )


@bp.post("/library/<key>/review")
def review_exercise(key: str) -> Response:
    """A therapist signs for the texts under their own name, for this clinic."""
    row = _row(key)
    if not may_approve():
        return done("Only a therapist can sign for an exercise.", ".exercise", key=key)
    row.review(staff().name[:REVIEWER], _today())
    note("exercise.review", f"exercise:{row.id}")
    return done("Signed. Thank you for reading it.", ".exercise", key=key)


@bp.post("/library/<key>/retire")
def retire_exercise(key: str) -> Response:
    """Offer one of the clinic's own no more; plans that have it keep it."""
    row = own_row(key)
    need(May.PLAN)
    row.retire(now())
    note("exercise.retire", f"exercise:{row.id}")
    return done("It is no longer offered. Plans that have it keep it.", ".exercise", key=key)


@bp.post("/library/<key>/return")
def return_exercise(key: str) -> Response:
    """Offer it again."""
    row = own_row(key)
    need(May.PLAN)
    row.offer_again()
    note("exercise.return", f"exercise:{row.id}")
    return done("It is offered again.", ".exercise", key=key)


def own_row(key: str) -> Exercise:
    """The clinic's own exercise of this key, or 404."""
    row = _row(key)
    if row.sheet_fields is None:
        abort(404)
    return row


def _row(key: str) -> Exercise:
    row = row_of(session(), clinic().id, key)
    if row is None:
        abort(404)
    return row


def _neighbours(known: Mapping[str, Shelved], keys: tuple[str, ...]) -> list[Sheet]:
    return [sheet_of(known[key], f"n-{key}") for key in keys if key in known]


def _today() -> date:
    return now().astimezone(zone()).date()
