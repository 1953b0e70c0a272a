"""Is the demo clinic there, is it of today, and if not, how is it made?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from reminders import watch
from reminders.config import BadSettings, Settings
from reminders.core.schedule import local_day
from reminders.sandbox.demo.founding import Founded, found
from reminders.sandbox.demo.people import LANDLINES, PEOPLE, STAFF
from reminders.sandbox.demo.playing import Play
from reminders.sandbox.demo.story import ZONE
from reminders.store.audit import AuditEvent, audit
from reminders.store.conversation import Message, Reply
from reminders.store.db import Sessions, transaction
from reminders.store.models import Base
from reminders.store.people import Clinic
from reminders.store.record import Occurrence

SEEDED = "demo.seeded"


@dataclass(frozen=True)
class DemoAccess:
    """How to get in, and which lines of the demo are landlines."""

    desk_email: str
    desk_password: str
    phone: str
    landlines: tuple[str, ...]


ACCESS = DemoAccess(
    desk_email=STAFF[0].email,
    desk_password="three maples by the river",  # noqa: S106 - of invented people on this machine
    phone=PEOPLE[0].first_number or "",
    landlines=LANDLINES,
)


def seed(sessions: Sessions, settings: Settings, now: datetime) -> DemoAccess:
    """Make the demo clinic with eight weeks behind it, whole or not at all, and only once."""
    with sessions() as session:
        there = _seeded_at(session) is not None
        strangers = not there and session.scalar(sa.select(Clinic.id).limit(1)) is not None
    if strangers:
        raise BadSettings(
            "DATABASE_URL: another clinic lives here; the demo wants a database of its own"
        )
    if not there:
        with _one_transaction(sessions) as inside:
            founded = _found(inside, now)
            Play.of(inside, settings, founded, now).run()
            watch.review_all(inside, now)
    return ACCESS


def is_stale(sessions: Sessions, now: datetime) -> bool:
    """Whether a demo clinic, and nothing else, is there that was made on another day.

    So it is when its clock had been moved on: after a restart time would run backwards.
    """
    with sessions() as session:
        seeded_at = _seeded_at(session)
        if seeded_at is None or session.scalar(sa.select(sa.func.count(Clinic.id))) != 1:
            return False
        another_day = local_day(seeded_at, ZONE) != local_day(now, ZONE)
        return another_day or _latest(session) > now


def clear(sessions: Sessions) -> None:
    """Empty every table; the next seed makes the clinic anew."""
    with transaction(sessions) as session:
        # These two point back: without them the tables can go in order.
        session.execute(sa.update(Clinic).values(safety_contact_id=None))
        session.execute(sa.update(Occurrence).values(message_id=None))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


def _seeded_at(session: Session) -> datetime | None:
    return session.scalar(
        sa.select(AuditEvent.at).where(AuditEvent.action == SEEDED).order_by(AuditEvent.id).limit(1)
    )


def _latest(session: Session) -> datetime:
    """The latest moment at which anything was written or read."""
    written: datetime | None = session.scalar(sa.select(sa.func.max(Message.created_at)))
    heard: datetime | None = session.scalar(sa.select(sa.func.max(Reply.received_at)))
    return max(moment for moment in (written, heard) if moment is not None)


@contextmanager
def _one_transaction(sessions: Sessions) -> Iterator[Sessions]:
    """Sessions whose commits are savepoints of one transaction: quick, and whole or not at all."""
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)
    with engine.begin() as connection:
        yield sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )


def _found(sessions: Sessions, now: datetime) -> Founded:
    password = PasswordHasher().hash(ACCESS.desk_password)
    with transaction(sessions) as session:
        founded = found(session, password, now)
        audit(
            session,
            founded.clinic,
            actor="demo",
            action=SEEDED,
            subject=f"clinic:{founded.clinic}",
            now=now,
        )
    return founded
