"""Who did or saw what, and is the clock alive?"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.store.db import Base, insert_once


class AuditEvent(Base):
    """Append-only: who, what, which row, when, from where; ids only, never a value.

    A sweep gives it its place in the clinic's chain, and the seal.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_clinic", "clinic_id", "at"),
        UniqueConstraint("clinic_id", "place"),
        Index(
            "ix_audit_event_unsealed",
            "clinic_id",
            "id",
            sqlite_where=sa.text("seal IS NULL"),
            postgresql_where=sa.text("seal IS NULL"),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(32))
    action: Mapped[str] = mapped_column(sa.String(48))
    subject: Mapped[str] = mapped_column(sa.String(48), default="")
    origin: Mapped[str] = mapped_column(sa.String(64), default="")
    place: Mapped[int | None]
    seal: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))


def audit(
    session: Session,
    clinic_id: int,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    origin: str = "",
) -> None:
    """Write one line; `actor` and `subject` are like "staff:3" and "patient:17"."""
    session.add(
        AuditEvent(
            clinic_id=clinic_id,
            at=now,
            actor=actor,
            action=action,
            subject=subject,
            origin=origin[:64],
        )
    )


class Heartbeat(Base):
    """When each clock process last ticked, by the database's clock."""

    __tablename__ = "heartbeat"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(sa.String(80))
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


def beat(session: Session, name: str, now: datetime) -> None:
    """Record that this clock is alive."""
    row = session.scalar(sa.select(Heartbeat).where(Heartbeat.name == name))
    if row is None:
        session.add(Heartbeat(name=name, started_at=now, beat_at=now))
    else:
        row.beat_at = now


def last_beat(session: Session) -> datetime | None:
    """The newest heartbeat of any clock."""
    return session.scalar(sa.select(Heartbeat.beat_at).order_by(Heartbeat.beat_at.desc()).limit(1))


class JobEvent(Base):
    """How often a job of the clock went wrong in one way, and when last."""

    __tablename__ = "job_event"
    __table_args__ = (UniqueConstraint("job", "event"),)

    job: Mapped[str] = mapped_column(sa.String(48))
    event: Mapped[str] = mapped_column(sa.String(24))
    times: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]


def count_job_event(session: Session, job: str, event: str, now: datetime) -> None:
    """Count one more, by any number of clocks."""
    insert_once(session, JobEvent, [{"job": job, "event": event, "times": 0, "last_at": now}])
    session.execute(
        sa.update(JobEvent)
        .where(JobEvent.job == job, JobEvent.event == event)
        .values(times=JobEvent.times + 1, last_at=now)
    )
