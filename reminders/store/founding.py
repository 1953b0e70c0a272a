"""How does a clinic begin, and how does the first person come in?"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.founding import Founding
from reminders.store.accounts import Role, Staff
from reminders.store.audit import audit
from reminders.store.people import Clinic, Location, Medium, Sender, new_key


class Taken(ValueError):
    """A number or address that belongs to another clinic or person already; says which."""


def found(session: Session, founding: Founding, now: datetime) -> Staff:
    """Write a clinic, what it writes from, and its admin, who hears of safety alerts first.

    The admin has no password yet: an invitation lets them choose one. Raises Taken.
    """
    _see_that_free(session, founding)
    clinic = Clinic(
        name=founding.name,
        short_name=founding.short_name,
        zone=founding.zone,
        language=founding.language,
        phone=founding.phone,
        emergency_number=founding.emergency,
        crisis_number=founding.crisis,
        double_opt_in=True,
    )
    session.add(clinic)
    session.flush()
    site = Location(clinic_id=clinic.id, name=founding.name, phone=founding.phone)
    session.add(site)
    session.flush()
    session.add_all(
        Sender(clinic_id=clinic.id, medium=medium, address=address)
        for medium, address in _senders(founding)
    )
    admin = Staff(
        clinic_id=clinic.id,
        location_id=site.id,
        name=founding.admin_name,
        email=founding.admin_email,
        phone=founding.admin_phone,
        role=Role.ADMIN,
        fs_uniquifier=new_key(),
    )
    session.add(admin)
    session.flush()
    clinic.safety_contact_id = admin.id
    subject = f"clinic:{clinic.id}"
    audit(session, clinic.id, actor="service", action="clinic.begin", subject=subject, now=now)
    return admin


def _senders(founding: Founding) -> tuple[tuple[Medium, str], ...]:
    return (Medium.TEXT, founding.texts_from), (Medium.EMAIL, founding.mails_from)


def _see_that_free(session: Session, founding: Founding) -> None:
    for _, address in _senders(founding):
        if session.scalar(sa.select(Sender.id).where(Sender.address == address)) is not None:
            raise Taken(f"Another clinic writes from {address} already.")
    if session.scalar(sa.select(Staff.id).where(Staff.email_index == founding.admin_email)):
        raise Taken(f"Somebody signs in with {founding.admin_email} already.")
