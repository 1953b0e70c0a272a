"""How often may somebody guess? Counted in the database, so that every process counts as one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.store.db import Base, UTCDateTime
from reminders.store.keyring import Blind

# Counts are forgotten after a day: no door looks back further.
_KEPT: Final = timedelta(days=1)


class Guess(Base):
    """The tries at one door by one person or from one address, since the first of them."""

    __tablename__ = "guess"
    __table_args__ = (UniqueConstraint("door", "whose"),)

    door: Mapped[str] = mapped_column(sa.String(24))
    whose: Mapped[bytes] = mapped_column(Blind)
    since: Mapped[datetime] = mapped_column(index=True)
    times: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """So many tries at a door within so long."""

    door: str
    times: int
    within: timedelta


def guess(session: Session, limit: Limit, whose: str, now: datetime) -> bool:
    """Count one more try, before it is looked at; False if it is one too many.

    One statement: however many try at the same time, no more than the limit get through.
    """
    inserting = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    began = Guess.since > now - limit.within
    first = inserting(Guess).values(door=limit.door, whose=whose, since=now, times=1)
    counted = first.on_conflict_do_update(
        index_elements=[Guess.door, Guess.whose],
        set_={
            "times": sa.case((began, Guess.times + 1), else_=1),
            "since": sa.case((began, Guess.since), else_=sa.literal(now, UTCDateTime())),
        },
    ).returning(Guess.times)
    times = session.connection().execute(counted).scalar_one()
    session.execute(sa.delete(Guess).where(Guess.since < now - _KEPT))
    return times <= limit.times


def guessed_right(session: Session, limit: Limit, whose: str) -> None:
    """Take back the try that was no guess."""
    session.execute(
        sa.update(Guess)
        .where(Guess.door == limit.door, Guess.whose == whose, Guess.times > 0)
        .values(times=Guess.times - 1)
        .execution_options(synchronize_session=False)
    )
