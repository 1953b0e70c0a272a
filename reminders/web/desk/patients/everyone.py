"""How does everyone do?"""

from math import ceil

from flask import g, render_template, request

from reminders.store.queries.listed import crowd, flags, listed
from reminders.web.desk.access import bp, note, reader, staff, zone
from reminders.web.desk.patients.asked import asked, sheet_place, typed
from reminders.web.desk.patients.filters import A_PAGE, filters, orders, pages
from reminders.web.desk.patients.rows import looked_at, rows_of
from reminders.web.desk.patients.views import views
from reminders.web.house import now, session
from reminders.web.refreshing import by_itself


@bp.get("/patients")
def patients() -> str:
    """Show the patients asked for, fourteen days of each at a glance, fifty a page."""
    wanted = asked()
    flagged = flags(session(), reader(), now(), mine=wanted.mine)
    today = now().astimezone(zone()).date()
    found = listed(session(), reader(), wanted, flagged, now=now(), today=today)
    page, last = _page(len(found))
    rows = rows_of(looked_at(found[(page - 1) * A_PAGE : page * A_PAGE]))
    everybody = crowd(session(), reader(), now())
    if everybody.needs is not None:
        g.needs = everybody.needs
    if not by_itself():
        note("desk.patients", f"staff:{staff().id}")
    shown = render_template(
        "desk/patients.html",
        place="patients",
        rows=rows,
        total=len(found),
        typed=typed(),
        wanted=wanted,
        filters=filters(wanted, everybody, flagged),
        orders=orders(wanted),
        views=views(wanted),
        pages=pages(wanted, page, last),
        sheet=sheet_place(wanted),
    )
    session().commit()
    return shown


def _page(total: int) -> tuple[int, int]:
    """The page asked for, and the last there is."""
    last = max(1, ceil(total / A_PAGE))
    return min(max(1, request.args.get("page", 1, type=int)), last), last
