"""Who works here, as what, and who leaves? A clinic always keeps an admin who can sign in."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reminders.store.accounts import Role, Staff
from reminders.store.factors import drop_phone
from reminders.store.founding import Taken
from reminders.store.people import Clinic, new_key


class LastAdmin(ValueError):
    """Nobody would be left who can let people in."""


def take_on(session: Session, clinic: Clinic, name: str, email: str, role: Role) -> Staff:
    """Give somebody an account without a password; raises Taken if the address has one."""
    person = Staff(
        clinic_id=clinic.id, name=name, email=email, role=role, fs_uniquifier=new_key(), active=True
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise Taken("Somebody signs in with this address already.") from None
    return person


def change_role(session: Session, person: Staff, role: Role) -> None:
    """Let somebody do other things from now on; raises LastAdmin."""
    if role is not Role.ADMIN:
        _see_that_one_stays(session, person)
    person.role = role


def leave(session: Session, person: Staff, heir: Staff | None) -> None:
    """Close an account, now and wherever it is signed in; raises LastAdmin.

    Whoever comes back chooses another password and sets up another phone.
    """
    _see_that_one_stays(session, person)
    drop_phone(session, person)
    person.active = False
    person.password = None
    clinic = session.get_one(Clinic, person.clinic_id)
    if heir is not None and clinic.safety_contact_id == person.id:
        clinic.safety_contact_id = heir.id


def _see_that_one_stays(session: Session, person: Staff) -> None:
    """The rows are held: two admins who close each other's account come one after the other."""
    admins = session.scalars(
        sa.select(Staff)
        .where(
            Staff.clinic_id == person.clinic_id, Staff.role == Role.ADMIN, Staff.active.is_(True)
        )
        .order_by(Staff.id)
        .with_for_update(of=Staff)
        .execution_options(populate_existing=True)
    ).all()
    if [one.id for one in admins] == [person.id]:
        raise LastAdmin("This is the only admin. Make somebody else an admin first.")
