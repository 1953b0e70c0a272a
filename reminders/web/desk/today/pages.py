"""Which rows does Today show, and how is the service?"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from reminders.core.triage import Urgency
from reminders.store.db import db_now
from reminders.store.queries.glances import Who, glances
from reminders.store.queries.today import Need, Place, Service, lines, needs, places, service
from reminders.store.queries.unread import count_unread
from reminders.store.record import Hold
from reminders.web.desk import words
from reminders.web.desk.access import (
    bp,
    clinic,
    done,
    may_release,
    note,
    own,
    reader,
    staff,
    wall,
    zone,
)
from reminders.web.desk.alerts import later_words
from reminders.web.desk.today.rows import Bundle, Group, bundles, groups
from reminders.web.house import now, session
from reminders.web.ids import row_id
from reminders.web.refreshing import by_itself

SILENT: Final = timedelta(minutes=2)
A_PAGE: Final = 50
_GOOD: Final = Urgency.GOOD_NEWS.rank


@bp.get("/", strict_slashes=False)
def today() -> str:
    """Show who needs a person, worst first, fifty a page."""
    mine, location_id = _chosen()
    found = bundles(lines(session(), reader(), now(), mine=mine, location_id=location_id))
    title = words.people(_asking(found))
    if mine == reader().own_only and location_id is None:
        g.needs = _asking(found)
    if not by_itself():
        note("desk.today", f"staff:{staff().id}")
    page = render_template(
        "desk/today.html",
        place="today",
        title=title,
        at=words.headline(now().astimezone(zone())),
        groups=_groups(found),
        pages=_pages(len(found)),
        nobody=not _asking(found),
        well=sum(not _asks(bundle) for bundle in found),
        unread=count_unread(session(), reader()),
        filters=_filters(places(session(), clinic().id), mine, location_id),
        later=later_words(),
        **_state(service(session(), clinic().id)),
    )
    session().commit()
    return page


@bp.post("/holds/<int:hold_id>/release")
def release(hold_id: int) -> Response:
    """Let the reminders of this clinic go again, once what came in meanwhile has been read."""
    hold = own(Hold, hold_id)
    if not may_release():
        return done("A therapist or an admin can release this.", ".today")
    hold.ask_release(staff().id, now())
    note("hold.release", f"hold:{hold.id}")
    return done("Released. Answers from the meantime are read first, then reminders go.", ".today")


def _chosen() -> tuple[bool, int | None]:
    """Which rows the reader asked for; at first their own, or all where they have none."""
    location = request.args.get("location", type=row_id)
    asked = request.args.get("show", "mine" if reader().own_only else "all")
    return asked == "mine" and location is None, location


def _asking(found: Iterable[Bundle]) -> int:
    """How many people need somebody: one with a red flag beside other reasons is one."""
    asking = (bundle[0] for bundle in found if _asks(bundle))
    return len({line.patient_id or -line.alert_id for line in asking})


def _asks(bundle: Bundle) -> bool:
    return bundle[0].urgency < _GOOD


def _groups(found: Sequence[Bundle]) -> list[Group]:
    first = (_page() - 1) * A_PAGE
    shown = found[first : first + A_PAGE]
    said = needs(session(), [line.alert_id for bundle in shown for line in bundle], now())
    return groups(shown, said, glances(session(), _patients(said.values()), now()))


def _page() -> int:
    return max(1, request.args.get("page", 1, type=row_id) or 1)


def _patients(said: Iterable[Need]) -> list[Who]:
    people = {need.patient.id: need.patient for need in said if need.patient is not None}
    return [Who(one.id, one.zone, one.paused) for one in people.values()]


def _pages(total: int) -> list[tuple[str, str]]:
    """The ways to the rows before and after these."""
    steps = (("Worse", _page() - 1), ("The rest", _page() + 1))
    kept: dict[str, Any] = request.args.to_dict()
    return [
        (label, url_for(".today", **kept | {"page": str(to)}))
        for label, to in steps
        if 1 <= to <= ceil(total / A_PAGE)
    ]


def _filters(
    found: Sequence[Place], mine: bool, location: int | None
) -> list[tuple[str, str, bool]]:
    sites = [
        (site.name, url_for(".today", location=site.id), location == site.id)
        for site in (found if len(found) > 1 else ())
    ]
    everyone = not mine and location is None
    return [
        ("Mine", url_for(".today", show="mine"), mine),
        *sites,
        ("All", url_for(".today", show="all"), everyone),
    ]


def _state(state: Service) -> dict[str, Any]:
    """What stands above the list if the service itself does not run."""
    silent = state.beat is None or db_now(session()) - state.beat > SILENT
    return {
        "hold": state.hold,
        "may_release": may_release(),
        "clock_silent": silent,
        "wall": wall,
    }
