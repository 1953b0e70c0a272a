"""Who of the clinic signs in?"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from reminders.store.db import Base
from reminders.store.keyring import Blind, Encrypted
from reminders.store.people import Clinic, new_key


class Role(StrEnum):
    """What a member of staff may do."""

    THERAPIST = "therapist"
    ASSISTANT = "assistant"
    ADMIN = "admin"


class NamedRole(RoleMixin):
    """A role as Flask-Security asks for it: an object with a name."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True)
class Cover:
    """A colleague who is away, from a day to a day, both included."""

    staff_id: int
    starts: date
    ends: date

    @classmethod
    def read(cls, written: str) -> Self:
        """From how it is kept."""
        staff_id, starts, ends = written.split()
        return cls(int(staff_id), date.fromisoformat(starts), date.fromisoformat(ends))

    @property
    def written(self) -> str:
        """As it is kept."""
        return f"{self.staff_id} {self.starts.isoformat()} {self.ends.isoformat()}"


class Staff(Base, UserMixin):
    """A person of one clinic who signs in, owns patients and is told of alerts."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("email_index"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    name: Mapped[str] = mapped_column(Encrypted("staff.name"))
    email: Mapped[str] = mapped_column(Encrypted("staff.email"))
    email_index: Mapped[bytes] = mapped_column(Blind)
    phone: Mapped[str | None] = mapped_column(Encrypted("staff.phone"))
    role: Mapped[Role] = mapped_column(default=Role.THERAPIST)
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    morning_mail: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    confirmed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    factor_secret: Mapped[str | None] = mapped_column(Encrypted("staff.factor_secret"))
    factor_step: Mapped[int | None]
    recovery_codes: Mapped[list[str] | None] = mapped_column(sa.JSON)
    # With the row of who covers: that one is read with each page of the desk anyway.
    covers_kept: Mapped[list[str]] = mapped_column(sa.JSON, default=list, server_default="[]")
    clinic: Mapped[Clinic] = relationship(foreign_keys=[clinic_id], lazy="joined")

    @validates("email")
    def _index(self, _column: str, value: str) -> str:
        self.email_index = value  # type: ignore[assignment]  # Blind takes the plain address
        return value

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # one role, kept as a word
        return [NamedRole(self.role.value)]

    @property
    def has_factor(self) -> bool:
        """Whether a phone stands beside the password."""
        return self.factor_secret is not None

    def end_sessions(self) -> None:
        """Sign out everywhere, at once: every cookie carries the word that is given up here."""
        self.fs_uniquifier = new_key()

    @property
    def covers(self) -> tuple[Cover, ...]:
        """Whom this person stands in for, and when."""
        return tuple(map(Cover.read, self.covers_kept))

    def covered_on(self, day: date) -> tuple[int, ...]:
        """Whom this person stands in for on a day of the clinic."""
        return tuple(one.staff_id for one in self.covers if one.starts <= day <= one.ends)

    def stand_in(self, cover: Cover) -> None:
        """Look after a colleague's patients and alerts as well, for so long."""
        self.stand_down(cover.staff_id)
        self.covers_kept = [*self.covers_kept, cover.written]

    def stand_down(self, staff_id: int) -> None:
        """Look after them no longer."""
        self.covers_kept = [one.written for one in self.covers if one.staff_id != staff_id]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    def get_security_payload(self) -> dict[str, Any]:
        """What Flask-Security may put into JSON answers: no name, no address."""
        return {"id": self.id}


def known_of(person: Staff) -> tuple[str, ...]:
    """What whoever wants to guess this person's password would try first."""
    return person.name, person.email, person.clinic.name, person.clinic.short_name
