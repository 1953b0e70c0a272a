"""What do all the doors of staff share: what is written down, and how a password is read?"""

from typing import Final

from flask import current_app, request

from reminders.store.accounts import Staff
from reminders.store.audit import audit
from reminders.web.house import now, session

DESK: Final = "/desk"


def note_of(person: Staff, action: str, actor: str = "") -> None:
    """Write it down in this request's transaction; by the person, unless another is named."""
    audit(
        session(),
        person.clinic_id,
        actor=actor or f"staff:{person.id}",
        action=action,
        subject=f"staff:{person.id}",
        now=now(),
        origin=request.remote_addr or "",
    )


def as_signed_in(typed: str | None) -> str:
    """One spelling of letters that can be written in two ways, as at the sign-in."""
    return str(current_app.extensions["security"].password_util.normalize(typed or ""))
