"""How does somebody who has no password yet come in the first time?"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from reminders.store.accounts import Staff
from reminders.store.db import Base

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


def invite(session: Session, person: Staff, now: datetime) -> str:
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
            token_hash=_hash(token),
            made_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    return token


def find_invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation of a token while it is good: unused, not too old, of an open account."""
    found = session.scalar(
        sa.select(Invitation).where(
            Invitation.token_hash == _hash(token),
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


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
