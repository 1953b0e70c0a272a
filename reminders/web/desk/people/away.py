"""Who is away, and who covers? The cover sees their patients and gets their alerts meanwhile."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.accounts import Cover, Staff
from reminders.web.desk.access import May, bp, clinic, done, need, note, own, staff, zone
from reminders.web.desk.forms import offered
from reminders.web.desk.people.forms import AwayForm
from reminders.web.house import now, session


@bp.get("/clinic/people/<int:staff_id>/away")
def away(staff_id: int) -> str:
    """Ask from when to when, and who stands in."""
    absent = _mine_or_any(staff_id)
    return _page(absent, _form(absent))


@bp.post("/clinic/people/<int:staff_id>/away")
def set_away(staff_id: int) -> tuple[str, int] | Response:
    """Let a colleague stand in; what was said before no longer holds."""
    absent = _mine_or_any(staff_id)
    form = _form(absent)
    if not form.validate():
        return _page(absent, form), 422
    _end_covers(absent)
    cover = own(Staff, form.by.data)
    cover.stand_in(Cover(absent.id, form.starts.data, form.ends.data))
    note("staff.away", f"staff:{absent.id}")
    return done(f"{cover.name} covers for {absent.name}.", ".away", staff_id=absent.id)


@bp.post("/clinic/people/<int:staff_id>/here")
def set_here(staff_id: int) -> Response:
    """Nobody stands in any more."""
    absent = _mine_or_any(staff_id)
    _end_covers(absent)
    note("staff.here", f"staff:{absent.id}")
    return done(f"Nobody covers for {absent.name} any more.", ".away", staff_id=absent.id)


def away_words() -> Mapping[int, str]:
    """Who of the clinic is away now or soon, and who covers, in words."""
    today = now().astimezone(zone()).date()
    return {
        one.staff_id: f"{_days(one)}, {person.name} covers"
        for person in _people()
        for one in person.covers
        if one.ends >= today
    }


def _mine_or_any(staff_id: int) -> Staff:
    """One's own leave is one's own to say; an admin says anybody's."""
    absent = own(Staff, staff_id)
    if absent.id != staff().id:
        need(May.PEOPLE)
    return absent


def _end_covers(absent: Staff) -> None:
    for person in _people():
        person.stand_down(absent.id)


def _people() -> list[Staff]:
    mine = sa.select(Staff).where(Staff.clinic_id == clinic().id, Staff.active.is_(True))
    return list(session().scalars(mine.order_by(Staff.id)))


def _days(cover: Cover) -> str:
    return f"{_day(cover.starts)} to {_day(cover.ends)}"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def _form(absent: Staff) -> AwayForm:
    form = AwayForm(request.form)
    form.by.choices = offered((one.id, one.name) for one in _people() if one.id != absent.id)
    return form


def _page(absent: Staff, form: AwayForm) -> str:
    return render_template(
        "desk/people/away.html",
        place="clinic",
        person=absent,
        form=form,
        mine=absent.id == staff().id,
        away=away_words().get(absent.id, ""),
    )
