"""Which lines does a clinic keep ready for its answers?"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.wording import CANNED
from reminders.store.db import Base

Line = Mapping[str, str]  # words by language


class CannedLine(Base):
    """One line of a clinic's own; a clinic without a row has the built-in ones."""

    __tablename__ = "canned_line"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    texts: Mapped[dict[str, str]] = mapped_column(sa.JSON)


def canned_lines(session: Session, clinic_id: int) -> tuple[Line, ...]:
    """The clinic's own lines in the order they were written, else the built-in ones."""
    rows = session.scalars(
        sa.select(CannedLine.texts).where(CannedLine.clinic_id == clinic_id).order_by(CannedLine.id)
    )
    return tuple(rows) or CANNED


def keep_canned_lines(session: Session, clinic_id: int, lines: Sequence[Line]) -> None:
    """Put these in place of what there was; no line, or the built-in ones, leave no row."""
    session.execute(sa.delete(CannedLine).where(CannedLine.clinic_id == clinic_id))
    if tuple(lines) != CANNED:
        session.add_all([CannedLine(clinic_id=clinic_id, texts=dict(one)) for one in lines])
