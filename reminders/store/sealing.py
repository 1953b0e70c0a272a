"""Has anybody changed, taken out or slipped in a line of what was noted?

Each clinic's lines form a chain: a line's seal is an HMAC over its content and the seal before it,
with a key that is not in the database. A page view only writes its line; a sweep chains and seals
what is new, in the order in which it finds it, so that no two requests wait for each other. Who
holds the database and not the key can cut off the newest lines and nothing else: note the newest
seal that `audit verify` prints, and the next one proves that it is still there.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions, transaction
from reminders.store.keyring import ring_of
from reminders.store.people import Clinic

BATCH: Final = 1_000
_BEGINNING: Final = b""


@dataclass(frozen=True)
class Verdict:
    """What a clinic's chain proves: how many lines are whole, and the first that is not."""

    clinic_id: int
    sealed: int
    waiting: int
    newest: bytes
    broken_at: int | None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def seal_new(sessions: Sessions) -> int:
    """Chain and seal what was noted since; returns how many lines it were."""
    with sessions() as session:
        waiting = sa.select(AuditEvent.clinic_id).where(AuditEvent.seal.is_(None)).distinct()
        clinics = session.scalars(waiting).all()
    return sum(_seal(sessions, clinic_id) for clinic_id in clinics)


def verify(session: Session) -> Iterator[Verdict]:
    """Go through every clinic's chain from its first line."""
    for clinic_id in session.scalars(sa.select(Clinic.id).order_by(Clinic.id)):
        yield verify_clinic(session, clinic_id)


def verify_clinic(session: Session, clinic_id: int) -> Verdict:
    """Go through one clinic's chain from its first line."""
    ring = ring_of(session.get_bind().dialect)
    whole, seal, broken_at = 0, _BEGINNING, None
    lines = sa.select(AuditEvent).where(AuditEvent.clinic_id == clinic_id)
    chain = lines.where(AuditEvent.seal.is_not(None)).order_by(AuditEvent.place)
    with session.scalars(chain.execution_options(yield_per=BATCH)) as chained:
        for line in chained:
            place = whole + 1
            if line.place != place or ring.chained(seal, _content(line, place)) != line.seal:
                broken_at = place
                break
            whole, seal = place, line.seal
    unsealed = sa.select(sa.func.count(AuditEvent.id)).where(
        AuditEvent.clinic_id == clinic_id, AuditEvent.seal.is_(None)
    )
    return Verdict(clinic_id, whole, session.scalars(unsealed).one(), seal, broken_at)


def _seal(sessions: Sessions, clinic_id: int) -> int:
    sealed = 0
    while True:
        with transaction(sessions) as session:
            lines = _batch(session, clinic_id)
            if not lines:
                return sealed
            ring = ring_of(session.get_bind().dialect)
            place, seal = _end(session, clinic_id)
            for line in lines:
                place, seal = place + 1, ring.chained(seal, _content(line, place + 1))
                line.place, line.seal = place, seal
            sealed += len(lines)


def _batch(session: Session, clinic_id: int) -> Sequence[AuditEvent]:
    """The oldest lines without a seal, for one clock alone: the others find the clinic taken."""
    mine = sa.select(Clinic.id).where(Clinic.id == clinic_id)
    # Weaker than a lock that a new row of the clinic would wait for.
    if session.scalar(mine.with_for_update(skip_locked=True, key_share=True)) is None:
        return []
    unsealed = sa.select(AuditEvent).where(
        AuditEvent.clinic_id == clinic_id, AuditEvent.seal.is_(None)
    )
    return session.scalars(unsealed.order_by(AuditEvent.id).limit(BATCH)).all()


def _end(session: Session, clinic_id: int) -> tuple[int, bytes]:
    chained = sa.select(AuditEvent.place, AuditEvent.seal).where(
        AuditEvent.clinic_id == clinic_id, AuditEvent.place.is_not(None)
    )
    last = session.execute(chained.order_by(AuditEvent.place.desc()).limit(1)).first()
    return (last.place, last.seal) if last is not None else (0, _BEGINNING)


def _content(line: AuditEvent, place: int) -> bytes:
    said = (
        place,
        line.clinic_id,
        line.at.isoformat(),
        line.actor,
        line.action,
        line.subject,
        line.origin,
    )
    return json.dumps(said).encode()
