"""Who works here?"""

from flask import render_template

from reminders.store.queries.people import workers
from reminders.web.desk.access import May, bp, clinic, may, staff, wall
from reminders.web.desk.people.away import away_words
from reminders.web.house import session


@bp.get("/clinic/people")
def people() -> str:
    """Show everyone with an account, and who has left."""
    return render_template(
        "desk/people/people.html",
        place="clinic",
        people=workers(session(), clinic().id),
        away=away_words(),
        me=staff().id,
        may_change=may(May.PEOPLE),
        wall=wall,
    )
