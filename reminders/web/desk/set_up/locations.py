"""Where are patients seen?"""

import sqlalchemy as sa
from flask import render_template, request
from werkzeug.wrappers import Response

from reminders.store.people import Location
from reminders.web.desk import words
from reminders.web.desk.access import bp, clinic, done, may_set_up, note, own
from reminders.web.desk.set_up.forms import NOT_YOURS, LocationForm
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
    return _one(site, LocationForm(obj=site))


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
