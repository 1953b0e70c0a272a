"""Who of a clinic hears that the service itself is in trouble?"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Message
from reminders.store.db import insert_returning
from reminders.store.people import Medium


def tell_admins(
    session: Session, clinic_id: int, wording: Key, key: str, now: datetime
) -> tuple[int, ...]:
    """Write a mail to each admin, once a key; the ids of those that are new."""
    people = _admins(session, clinic_id)
    return _write(session, [_mail(person, wording, key, now) for person in people])


def tell_how_many(
    session: Session, counts: Mapping[Staff, int], key: str, now: datetime
) -> tuple[int, ...]:
    """Write a mail to each of these people with a count of their own, once a key."""
    filled = [
        _mail(person, Key.STAFF_BUNDLE, key, now) | {"filling": json.dumps({"count": count})}
        for person, count in counts.items()
    ]
    return _write(session, filled)


def _write(session: Session, mails: list[dict[str, object]]) -> tuple[int, ...]:
    return tuple(row.id for row in insert_returning(session, Message, mails, (Message.id,)))


def _admins(session: Session, clinic_id: int) -> Sequence[Staff]:
    """A clinic without an admin has therapists who must know."""
    people = session.scalars(
        sa.select(Staff).where(Staff.clinic_id == clinic_id, Staff.active.is_(True))
    ).all()
    admins = [person for person in people if person.role is Role.ADMIN]
    return admins or [person for person in people if person.role is Role.THERAPIST]


def _mail(person: Staff, wording: Key, key: str, now: datetime) -> dict[str, object]:
    return {
        "clinic_id": person.clinic_id,
        "recipient": f"s{person.id}",
        "kind": Kind.STAFF,
        "key": key,
        "staff_id": person.id,
        "medium": Medium.EMAIL,
        "address": person.email,
        "address_index": person.email,
        "wording": wording,
        "language": "en",
        "due_at": now,
        "ready_at": now,
        "created_at": now,
    }
