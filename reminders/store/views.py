"""Which lists of patients does a member of staff come back to?"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.store.db import Base
from reminders.store.keyring import Encrypted

MOST_KEPT = 12


class SavedView(Base):
    """A list under a name of one person's own; `wanted` is what its address asks for."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_staff", "staff_id"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(Encrypted("saved_view.name"))
    wanted: Mapped[str] = mapped_column(sa.String(200))


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One kept list as a link."""

    id: int
    name: str
    wanted: str


def views_of(session: Session, staff_id: int) -> tuple[ViewRow, ...]:
    """What this person has kept, in the order of keeping."""
    rows = session.execute(
        sa.select(SavedView.id, SavedView.name, SavedView.wanted)
        .where(SavedView.staff_id == staff_id)
        .order_by(SavedView.id)
    )
    return tuple(ViewRow(*row) for row in rows)


def keep_view(session: Session, clinic_id: int, staff_id: int, name: str, wanted: str) -> bool:
    """Keep a list, in place of one of the same name; False when there are enough already."""
    kept = session.scalars(sa.select(SavedView).where(SavedView.staff_id == staff_id)).all()
    same = next((view for view in kept if view.name.casefold() == name.casefold()), None)
    if same is not None:
        same.name, same.wanted = name, wanted
        return True
    if len(kept) >= MOST_KEPT:
        return False
    session.add(SavedView(clinic_id=clinic_id, staff_id=staff_id, name=name, wanted=wanted))
    return True
