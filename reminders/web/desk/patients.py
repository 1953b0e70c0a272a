"""How does everyone do?"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from flask import render_template, request, url_for

from reminders.core.schedule import zone as zone_of
from reminders.core.triage import AlertKind, Urgency
from reminders.store.people import Care
from reminders.store.queries.glances import Glance, Who, glances
from reminders.store.queries.patients import (
    Counts,
    Details,
    Flag,
    Named,
    Show,
    Wanted,
    counts,
    details,
    flags,
    listed,
)
from reminders.store.queries.today import places
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, note, reader, staff, wall, zone
from reminders.web.desk.today import Picture, picture
from reminders.web.house import now, session
from reminders.web.ids import row_id

A_PAGE: Final = 50


@dataclass(frozen=True)
class Row:
    """One patient as the list shows them."""

    href: str
    name: str
    meta: str
    kind: AlertKind | None
    state: str
    picture: Picture
    heard: str
    visit: str


@bp.get("/patients")
def patients() -> str:
    """Show the patients asked for, fourteen days of each at a glance, fifty a page."""
    wanted, flagged = _wanted(), flags(session(), clinic().id, now())
    found = listed(session(), reader(), wanted, flagged)
    page = _page(len(found))
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    note("desk.patients", f"staff:{staff().id}")
    rows = _rows(shown)
    filters = _filters(wanted, counts(session(), reader()), flagged)
    session().commit()
    return render_template(
        "desk/patients.html",
        place="patients",
        rows=rows,
        total=len(found),
        wanted=wanted,
        filters=filters,
        pages=_pages(page, len(found)),
    )


def _wanted() -> Wanted:
    asked = request.args.get("show", "")
    at_first = Show.MINE if reader().own_only and not request.args.get("q") else Show.EVERYONE
    return Wanted(
        Show(asked) if asked in set(Show) else at_first,
        request.args.get("location", type=row_id),
        request.args.get("q", "").strip()[:80],
    )


def _page(total: int) -> int:
    asked = request.args.get("page", 1, type=int)
    return min(max(1, asked), max(1, ceil(total / A_PAGE)))


def _rows(shown: list[Named]) -> list[Row]:
    told = details(session(), [one.id for one in shown])
    whos = [Who(one.id, told[one.id].zone, told[one.id].state is Care.PAUSED) for one in shown]
    seen = glances(session(), whos, now())
    return [_row(one, told[one.id], seen[one.id]) for one in shown]


def _row(named: Named, told: Details, seen: Glance) -> Row:
    today = now().astimezone(zone_of(told.zone)).date()
    age = words.age(told.birth_year, today)
    return Row(
        href=url_for(".patient", patient_id=named.id),
        name=named.name,
        meta=words.dots(age, told.conditions, words.language(told.language)),
        kind=named.flag.kind if named.flag else None,
        state="" if told.state is Care.ACTIVE else told.state.value.capitalize(),
        picture=picture(seen, 104, 32),
        heard=wall(told.last_heard) if told.last_heard else "never",
        visit=words.day(told.last_visit, now().astimezone(zone()).date())
        if told.last_visit
        else "none",
    )


def _filters(
    wanted: Wanted, count: Counts, flagged: Mapping[int, Flag]
) -> list[tuple[str, str, bool]]:
    asking = sum(flag.urgency < Urgency.GOOD_NEWS.rank for flag in flagged.values())
    named = (
        (Show.MINE, "Mine", count.mine),
        (Show.EVERYONE, "Everyone", count.everyone),
        (Show.NEEDS, "Needs someone", asking),
        (Show.PAUSED, "Paused", count.paused),
        (Show.DISCHARGED, "Discharged", count.discharged),
    )
    sites = places(session(), clinic().id)
    return [
        *(
            (f"{label} {number}", _href(show=show), wanted.show is show)
            for show, label, number in named
            if number or show is wanted.show
        ),
        *(
            (site.name, _here(site.id, wanted), wanted.location_id == site.id)
            for site in (sites if len(sites) > 1 else ())
        ),
    ]


def _href(**changed: object) -> str:
    """The list with these words instead of those in the address; the page starts anew."""
    kept = request.args.to_dict() | {name: str(value) for name, value in changed.items()}
    kept.pop("page", None)
    query: dict[str, Any] = {name: value for name, value in kept.items() if value}
    return url_for(".patients", **query)


def _here(location_id: int, wanted: Wanted) -> str:
    """Choose a location, or let it go again."""
    return _href(location="" if wanted.location_id == location_id else location_id)


def _pages(page: int, total: int) -> list[tuple[str, str]]:
    """The ways to the page before and the page after."""
    last = max(1, ceil(total / A_PAGE))
    steps = (("Earlier", page - 1), ("Later", page + 1))
    kept: dict[str, Any] = request.args.to_dict()
    return [
        (label, url_for(".patients", **kept | {"page": str(to)}))
        for label, to in steps
        if 1 <= to <= last
    ]
