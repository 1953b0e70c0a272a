"""How does somebody who has no password, or has forgotten it, come in?"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from reminders.core.gate import Kind
from reminders.core.wording import Key
from reminders.store.accounts import Staff
from reminders.store.conversation import Message
from reminders.store.db import Base, insert_returning
from reminders.store.people import Medium

GOOD_FOR: Final = timedelta(hours=72)


class Invitation(Base):
    """A way in for one person, once; only the hash of its token is stored."""

    __tablename__ = "invitation"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship(lazy="joined")


def invite(session: Session, person: Staff, now: datetime, good_for: timedelta = GOOD_FOR) -> str:
    """Make the one address that lets this person choose a password; earlier ones end."""
    session.execute(
        sa.update(Invitation)
        .where(Invitation.staff_id == person.id, Invitation.expires_at > now)
        .values(expires_at=now)
    )
    token = secrets.token_hex(20)
    session.add(
        Invitation(
            clinic_id=person.clinic_id,
            staff_id=person.id,
            token_hash=hash_token(token),
            made_at=now,
            expires_at=now + good_for,
        )
    )
    return token


def mail_way_in(
    session: Session, person: Staff, wording: Key, token: str, now: datetime
) -> Sequence[int]:
    """Write the mail that brings it; the token is closed in the row, as patients' words are."""
    new = insert_returning(
        session,
        Message,
        [
            {
                "clinic_id": person.clinic_id,
                "recipient": f"s{person.id}",
                "kind": Kind.STAFF,
                "key": f"way-in:{hash_token(token).hex()[:16]}",
                "staff_id": person.id,
                "medium": Medium.EMAIL,
                "address": person.email,
                "address_index": person.email,
                "wording": wording,
                "filling": json.dumps({"code": token}),
                "language": "en",
                "due_at": now,
                "ready_at": now,
                "created_at": now,
            }
        ],
        (Message.id,),
    )
    return [row.id for row in new]


def find_invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation of a token while it is good: unused, not too old, of an open account."""
    found = session.scalar(
        sa.select(Invitation).where(
            Invitation.token_hash == hash_token(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    return found if found is not None and found.staff.active else None


def use(session: Session, invitation: Invitation, now: datetime) -> bool:
    """Spend it; False if somebody was quicker."""
    spent = session.scalar(
        sa.update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return spent is not None


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
