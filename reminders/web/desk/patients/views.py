"""Which lists does this person keep to come back to?"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from reminders.store.queries.listed import Wanted
from reminders.store.views import SavedView, ViewRow, keep_view, views_of
from reminders.web.desk.access import bp, clinic, done, note, own, reader, staff
from reminders.web.desk.patients.asked import query_of, read
from reminders.web.house import session

LONGEST: Final = 40


@dataclass(frozen=True)
class View:
    """One kept list, as the page shows it."""

    id: int
    name: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Views:
    """The kept lists, and the one on the page as it would be kept; empty: nothing to keep."""

    kept: tuple[View, ...]
    this: str


def views(wanted: Wanted) -> Views:
    """The lists of who is signed in."""
    this = urlencode(query_of(wanted))
    kept = tuple(_view(row, this) for row in views_of(session(), staff().id))
    plain = urlencode(query_of(Wanted(mine=reader().own_only)))
    usual = this in {plain, urlencode(query_of(Wanted()))}
    return Views(kept, "" if usual or any(one.chosen for one in kept) else this)


def _view(row: ViewRow, this: str) -> View:
    return View(row.id, row.name, f"{url_for('.patients')}?{row.wanted}", row.wanted == this)


@bp.post("/patients/views")
def keep_list() -> Response:
    """Keep the list on the page under a name."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST]
    # Read and written again: an address that was put together by hand asks for nothing else.
    asks = MultiDict(parse_qsl(request.form.get("wanted", "")[:200]))
    query = urlencode(query_of(read(asks)))
    if not name:
        flash("A name for this list, please.", "warning")
    elif keep_view(session(), clinic().id, staff().id, name, query):
        note("view.keep", f"staff:{staff().id}")
        flash(f"Kept: {name}.")
    else:
        flash("These are enough lists. Let one go first.", "warning")
    session().commit()
    return redirect(f"{url_for('.patients')}?{query}", 303)


@bp.post("/patients/views/<int:view_id>/remove")
def drop_list(view_id: int) -> Response:
    """Let a kept list go; the patients stay where they are."""
    view = own(SavedView, view_id)
    if view.staff_id != staff().id:
        abort(404)
    session().delete(view)
    note("view.remove", f"view:{view.id}")
    return done(f"{view.name} is off your lists.", ".patients")
