"""What becomes of a site's patients and people when it closes? They go to another one."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.accounts import Staff
from reminders.store.people import Location, Patient


class NowhereToGo(ValueError):
    """The site they were to go to is not there any more."""


@dataclass(frozen=True)
class Seen:
    """How many belong to a site."""

    patients: int
    staff: int


def seen_at(session: Session, site: Location) -> Seen:
    """Who would go elsewhere, the discharged as well."""
    patients, staff = (
        session.scalar(sa.select(sa.func.count()).where(row.location_id == site.id)) or 0
        for row in (Patient, Staff)
    )
    return Seen(patients, staff)


def close_site(session: Session, site: Location, into_id: int) -> Seen:
    """Close a site and hand everybody over; raises NowhereToGo. Returns who went.

    Both rows are held: two who close each other's site come one after the other, and whoever takes
    a patient in there at this moment waits.
    """
    both = sa.select(Location.id).where(
        Location.clinic_id == site.clinic_id, Location.id.in_((site.id, into_id))
    )
    held = session.scalars(both.order_by(Location.id).with_for_update()).all()
    if into_id == site.id or {site.id, into_id} != set(held):
        raise NowhereToGo
    gone = seen_at(session, site)
    for row in (Patient, Staff):
        session.execute(
            sa.update(row).where(row.location_id == site.id).values(location_id=into_id)
        )
    session.delete(site)
    session.flush()
    return gone
