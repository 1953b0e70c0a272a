"""Who of the clinic signs in?"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from reminders.store.db import Base
from reminders.store.keyring import Blind, Encrypted
from reminders.store.people import Clinic


class Role(StrEnum):
    """What a member of staff may do."""

    THERAPIST = "therapist"
    ASSISTANT = "assistant"
    ADMIN = "admin"


class NamedRole(RoleMixin):
    """A role as Flask-Security asks for it: an object with a name."""

    def __init__(self, name: str) -> None:
        self.name = name


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
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Encrypted("staff.tf_totp_secret"))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(sa.JSON)
    clinic: Mapped[Clinic] = relationship(foreign_keys=[clinic_id], lazy="joined")

    @validates("email")
    def _index(self, _column: str, value: str) -> str:
        self.email_index = value  # type: ignore[assignment]  # Blind takes the plain address
        return value

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # one role, kept as a word
        return [NamedRole(self.role.value)]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    def get_security_payload(self) -> dict[str, Any]:
        """What Flask-Security may put into JSON answers: no name, no address."""
        return {"id": self.id}
