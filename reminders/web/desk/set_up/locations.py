"""Where are patients seen?"""

import sqlalchemy as sa
from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.people import Location
from reminders.store.queries.today import places
from reminders.store.sites import NowhereToGo, close_site, seen_at
from reminders.web.desk import words
from reminders.web.desk.access import May, bp, clinic, done, may_set_up, need, note, own
from reminders.web.desk.forms import offered
from reminders.web.desk.set_up.forms import NOT_YOURS, ClosingForm, LocationForm
from reminders.web.house import session


@bp.get("/clinic/locations")
def locations() -> str:
    """Show every site, and room for one more."""
    return _list(LocationForm())


@bp.post("/clinic/locations")
def add_location() -> tuple[str, int] | Response:
    """Open one more."""
    form = LocationForm(request.form)
    if not may_set_up():
        return done(NOT_YOURS, ".locations")
    if not form.validate():
        return _list(form), 422
    site = Location(clinic_id=clinic().id, name=form.name.data, phone=form.phone.data or "")
    session().add(site)
    session().flush()
    note("location.add", f"location:{site.id}")
    return done(f"{site.name} is there.", ".locations")


@bp.get("/clinic/locations/<int:location_id>")
def location(location_id: int) -> str:
    """Show one, to be changed."""
    site = own(Location, location_id)
    form = LocationForm(obj=site)
    form.phone.data = words.phone(site.phone)
    return _one(site, form)


@bp.post("/clinic/locations/<int:location_id>")
def set_location(location_id: int) -> tuple[str, int] | Response:
    """Call it otherwise, or give it another phone."""
    site, form = own(Location, location_id), LocationForm(request.form)
    if not may_set_up():
        return done(NOT_YOURS, ".locations")
    if not form.validate():
        return _one(site, form), 422
    site.name, site.phone = form.name.data, form.phone.data or ""
    note("location.change", f"location:{site.id}")
    return done("Kept.", ".locations")


@bp.get("/clinic/locations/<int:location_id>/close")
def closing(location_id: int) -> str:
    """Say who goes elsewhere, and ask where to."""
    site = own(Location, location_id)
    need(May.SET_UP)
    return _closing(site, _elsewhere(site))


@bp.post("/clinic/locations/<int:location_id>/close")
def close_location(location_id: int) -> tuple[str, int] | Response:
    """Close it; nobody is left without a location."""
    site = own(Location, location_id)
    need(May.SET_UP)
    form, name = _elsewhere(site), site.name
    if not form.validate():
        return _closing(site, form), 422
    try:
        gone = close_site(session(), site, form.into.data)
    except NowhereToGo:
        session().rollback()
        return done("Somebody else closed one of the two just now. Look again.", ".locations")
    note("location.close", f"location:{location_id}")
    went = words.counted(gone.patients, "patient")
    return done(f"{name} is closed. {went} went along to the other one.", ".locations")


def _elsewhere(site: Location) -> ClosingForm:
    form = ClosingForm(request.form)
    others = (one for one in places(session(), clinic().id) if one.id != site.id)
    form.into.choices = offered((one.id, one.name) for one in others)
    return form


def _closing(site: Location, form: ClosingForm) -> str:
    seen = seen_at(session(), site)
    return render_template(
        "desk/set_up/close.html", place="clinic", site=site, form=form, seen=seen
    )


def _list(form: LocationForm) -> str:
    mine = sa.select(Location).where(Location.clinic_id == clinic().id).order_by(Location.id)
    return render_template(
        "desk/set_up/locations.html",
        place="clinic",
        form=form,
        sites=session().scalars(mine).all(),
        phone=words.phone,
        may_change=may_set_up(),
    )


def _one(site: Location, form: LocationForm) -> str:
    return render_template(
        "desk/set_up/location.html", place="clinic", form=form, site=site, may_change=may_set_up()
    )
