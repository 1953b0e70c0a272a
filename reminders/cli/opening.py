"""How does a clinic begin, from an empty database, and how does a locked-out admin come back?"""

import argparse
import sys
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import select

from reminders.bootstrap import database
from reminders.cli.saying import Cannot, say
from reminders.config import Settings, SystemClock
from reminders.core.founding import Founding, faults
from reminders.store.accounts import Staff
from reminders.store.audit import audit
from reminders.store.db import make_sessions, transaction
from reminders.store.factors import drop_phone
from reminders.store.founding import Taken, found
from reminders.store.invitations import invite

FIELDS: Mapping[str, FieldInfo] = Founding.model_fields


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the command of this part: one option a field, asked for at a terminal if not given."""
    begin = commands.add_parser("new-clinic", help="begin a clinic, and let its admin in")
    for name, asked in FIELDS.items():
        begin.add_argument(_option(name), help=asked.description)
    begin.set_defaults(run=_begin)
    lost = commands.add_parser("reset-factor", help="let somebody set up another phone")
    lost.add_argument("email", help="the address they sign in with")
    lost.set_defaults(run=_reset_factor)


def _begin(settings: Settings, chosen: argparse.Namespace) -> None:
    now = SystemClock().now()
    founding = _founding({name: _told(chosen, name) for name in FIELDS})
    try:
        with (
            database(settings, migrate=True) as engine,
            transaction(make_sessions(engine)) as session,
        ):
            admin = found(session, founding, now)
            token = invite(session, admin, now)
    except Taken as fault:
        raise Cannot(str(fault)) from None
    say(f"{founding.name} is there. {founding.admin_name} chooses a password within three days:")
    say(f"{settings.public_base_url}/join/{token}")


def _told(chosen: argparse.Namespace, name: str) -> str:
    """What was given as an option, else what is typed, else what is usual."""
    given: str | None = getattr(chosen, name)
    usual = "" if FIELDS[name].is_required() else str(FIELDS[name].default)
    if given is None and sys.stdin.isatty():
        shown = f" [{usual}]" if usual else ""
        given = input(f"{FIELDS[name].description}{shown}: ").strip()
    return given or usual


def _founding(told: Mapping[str, str]) -> Founding:
    try:
        return Founding.model_validate(told)
    except ValidationError as error:
        wrong = [f"{_option(name)}: {said}" for name, said in faults(error).items()]
        raise Cannot("\n".join(wrong)) from None


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _reset_factor(settings: Settings, chosen: argparse.Namespace) -> None:
    """For the only admin of a clinic: everybody else is helped by theirs, on the desk."""
    now = SystemClock().now()
    with database(settings) as engine, transaction(make_sessions(engine)) as session:
        person = session.scalar(select(Staff).where(Staff.email_index == chosen.email))
        if person is None:
            raise Cannot("Nobody signs in with this address.")
        drop_phone(session, person)
        subject = f"staff:{person.id}"
        action = "staff.factor_reset"
        audit(session, person.clinic_id, actor="service", action=action, subject=subject, now=now)
    say("They are signed out everywhere, and set up another phone after their password.")
