"""Which phones keep a patient's page?"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.conversation import Link, Purpose, hash_token


def kept_phones(session: Session, patient_id: int, now: datetime) -> int:
    """How many phones could open this patient's page without a message."""
    standing = (Link.expires_at > now, *_kept_by(patient_id))
    return session.scalar(sa.select(sa.func.count()).where(*standing)) or 0


def drop_kept(session: Session, patient_id: int, now: datetime, link_id: int | None = None) -> None:
    """End what the phones of a patient keep, or what one of them does."""
    which = _kept_by(patient_id) if link_id is None else (*_kept_by(patient_id), Link.id == link_id)
    session.execute(sa.update(Link).where(*which).values(revoked_at=now))


def drop_key(session: Session, token: str, now: datetime) -> None:
    """End what this very phone kept before, whoever's it was."""
    mine = (Link.token_hash == hash_token(token), Link.purpose == Purpose.KEPT)
    session.execute(sa.update(Link).where(*mine, Link.revoked_at.is_(None)).values(revoked_at=now))


def _kept_by(patient_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Link.patient_id == patient_id,
        Link.purpose == Purpose.KEPT,
        Link.revoked_at.is_(None),
    )
