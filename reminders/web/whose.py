"""Whose is this request? The one place where a request looks beyond a single clinic.

A request reaches no clinic's rows (reminders/store/wall.py) until one of these has found out, by
something that only its holder knows, which clinic it is for. It learns the clinic's number and
nothing else; whatever it then wants of that clinic it asks for as everybody does.
"""

from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import InstrumentedAttribute

from reminders.store import invitations
from reminders.store.accounts import Staff
from reminders.store.conversation import Link, hash_token
from reminders.store.exercises import ExercisePhoto
from reminders.store.invitations import Invitation
from reminders.store.people import Clinic
from reminders.store.wall import let_in
from reminders.web.house import session


def by_address(email: str) -> None:
    """Whoever signs in, or has forgotten how to."""
    _by(Staff.email_index, email)


def by_cookie(word: str) -> None:
    """Whoever has signed in, or is at the second door."""
    _by(Staff.fs_uniquifier, word)


def by_link(token: str) -> None:
    """Whoever holds a patient's link, calendar, way out, or phone that keeps a page."""
    _by(Link.token_hash, hash_token(token))


def by_invitation(token: str) -> None:
    """Whoever was sent the address of a first or another password."""
    _by(Invitation.token_hash, invitations.hash_token(token))


def by_photo(digest: str) -> None:
    """Whoever has seen a photo's address; two clinics may have the same photo."""
    _by(ExercisePhoto.digest, digest)


def by_demo() -> None:
    """Whoever tries it out: the demo's own clinic."""
    _find(("demo", None), sa.select(sa.func.min(Clinic.id)))


def _by(key: InstrumentedAttribute[Any], value: object) -> None:
    _find((str(key), value), sa.select(key.class_.clinic_id).where(key == value).limit(1))


def _find(asked: tuple[str, object], clinic: sa.Select[tuple[int]]) -> None:
    # Views ask for the same link more than once in a request.
    if g.get("whose") != asked:
        let_in(session(), clinic)
        g.whose = asked
