"""Who is signed in, and which rows are theirs?

Nothing of the desk opens without a member of staff: the blueprint asks before every request. A row
of another clinic and a row that does not exist look the same.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from reminders.store.accounts import Role, Staff
from reminders.store.audit import audit
from reminders.store.db import Base
from reminders.store.people import Clinic
from reminders.store.queries.today import Reader, count_needs
from reminders.web.desk import words
from reminders.web.house import now, session
from reminders.web.refreshing import by_itself

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.add_app_template_filter(words.counted, "counted")


Row = TypeVar("Row", bound=Base)


@bp.before_request
def _ask_who() -> Response | None:
    if not current_user.is_authenticated:
        wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=wanted), 303)
    g.staff = current_user._get_current_object()
    g.clinic = g.staff.clinic
    return None


@bp.context_processor
def _frame() -> dict[str, object]:
    """What the bar above every page shows."""
    if "staff" not in g:
        return {}
    if "needs" not in g:
        g.needs = count_needs(session(), reader(), now())
    return {
        "clinic_name": g.clinic.short_name,
        "staff_name": g.staff.name,
        "initials": g.staff.initials,
        "needs": g.needs,
        "by_itself": by_itself(),
        "may_plan": may(May.PLAN),
    }


def staff() -> Staff:
    """Who is signed in."""
    return cast(Staff, g.staff)


def clinic() -> Clinic:
    """The clinic of who is signed in."""
    return cast(Clinic, g.clinic)


def zone() -> ZoneInfo:
    """The clinic's zone: staff read times as their own wall shows them."""
    return ZoneInfo(clinic().zone)


def wall(moment: datetime) -> str:
    """A moment as the clinic's wall shows it, as short as today allows."""
    return words.heard(moment.astimezone(zone()), now().astimezone(zone()).date())


def reader() -> Reader:
    """Whose list it is: therapists look after their own, others after everyone."""
    me = staff()
    covers = me.covered_on(now().astimezone(zone()).date())
    return Reader(me.clinic_id, me.id, own_only=me.role is Role.THERAPIST, covers=covers)


def own(model: type[Row], row_id: int) -> Row:
    """Fetch a row of this clinic, or 404."""
    mine = sa.inspect(model).columns["clinic_id"] == clinic().id
    row = session().scalar(sa.select(model).where(model.id == row_id, mine))
    if row is None:
        abort(404)
    return row


def note(action: str, subject: str) -> None:
    """Write down who did or saw what, in this request's transaction."""
    audit(
        session(),
        clinic().id,
        actor=f"staff:{staff().id}",
        action=action,
        subject=subject,
        now=now(),
        origin=request.remote_addr or "",
    )


def done(words_of_it: str, endpoint: str, **place: Any) -> Response:
    """Keep what was done, say so on the next page, and go there."""
    session().commit()
    flash(words_of_it)
    return redirect(url_for(endpoint, **place), 303)


class May(StrEnum):
    """What not everybody of a clinic may do."""

    PLAN = "plan"  # write what patients do, and the library it comes from
    APPROVE = "approve"  # answer for what is said to patients
    RELEASE = "release"  # let held reminders go, and say what texts may cost
    SET_UP = "set up"  # change what the clinic is and how it sends
    PEOPLE = "people"  # say who works here, and as what


WHO_MAY: Final[Mapping[May, frozenset[Role]]] = {
    May.PLAN: frozenset({Role.THERAPIST, Role.ADMIN}),
    May.APPROVE: frozenset({Role.THERAPIST}),
    May.RELEASE: frozenset({Role.THERAPIST, Role.ADMIN}),
    May.SET_UP: frozenset({Role.ADMIN}),
    May.PEOPLE: frozenset({Role.ADMIN}),
}


def may(what: May) -> bool:
    """Whether who is signed in may do this."""
    return staff().role in WHO_MAY[what]


def need(what: May) -> None:
    """Refuse whoever may not; after their own row was found, so that no other looks different."""
    if not may(what):
        abort(403)


def may_approve() -> bool:
    """Whether this person may answer for what is said to patients."""
    return may(May.APPROVE)


def may_set_up() -> bool:
    """Whether this person may change what the clinic is and how it sends."""
    return may(May.SET_UP)


def may_release() -> bool:
    """Whether this person may let held reminders go."""
    return may(May.RELEASE)
