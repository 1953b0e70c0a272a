"""May we write to this address?"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core import gate
from reminders.store.db import Base, insert_once
from reminders.store.keyring import Blind
from reminders.store.people.clinics import Medium
from reminders.store.people.patients import Patient
from reminders.store.statements import among, read


class Why(StrEnum):
    """Why a clinic may not write to an address."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    DEAD_ADDRESS = "dead_address"


class Source(StrEnum):
    """Who blocked an address; what the carrier blocked, only the carrier's word unblocks."""

    CARRIER = "carrier"
    PATIENT = "patient"
    STAFF = "staff"


class ConsentStep(StrEnum):
    """What a line of the consent ledger says."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    DOUBTED = "doubted"  # long silent: is it still their number?


class Consent(Base):
    """Append-only ledger: who agreed to what wording, for which address, and who took it back."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_patient", "patient_id", "medium"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    medium: Mapped[Medium]
    step: Mapped[ConsentStep]
    address_index: Mapped[bytes] = mapped_column(Blind)
    wording: Mapped[str] = mapped_column(sa.Text)
    wording_version: Mapped[str] = mapped_column(sa.String(16))
    how: Mapped[str] = mapped_column(sa.String(32))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(32))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))

    @classmethod
    def of(
        cls, patient: Patient, medium: Medium, step: ConsentStep, *, how: str, at: datetime, by: str
    ) -> "Consent":
        """A line about the address that a patient has now, in no words of its own."""
        return cls(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            medium=medium,
            step=step,
            address_index=patient.address(medium),
            wording="",
            wording_version="",
            how=how,
            at=at,
            by=by,
        )

    def said(self, wording: str, version: str) -> "Consent":
        """The same line with the words that were agreed to, and which version they are."""
        self.wording, self.wording_version = wording, version
        return self


class Suppression(Base):
    """This clinic may not write to this address."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("clinic_id", "medium", "address_index"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    medium: Mapped[Medium]
    address_index: Mapped[bytes] = mapped_column(Blind)
    why: Mapped[Why]
    source: Mapped[Source]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    def renew(self, why: Why, source: Source, now: datetime) -> None:
        """Block again; what the carrier holds stays the carrier's."""
        held_by_carrier = self.lifted_at is None and self.source is Source.CARRIER
        self.why, self.at, self.lifted_at = why, now, None
        self.source = Source.CARRIER if held_by_carrier else source

    def lift(self, now: datetime) -> None:
        """Allow writing again: by the patient's own word alone."""
        self.lifted_at = now


def suppress(
    session: Session,
    clinic_id: int,
    medium: Medium,
    address: str,
    why: Why,
    *,
    source: Source,
    now: datetime,
) -> None:
    """Stop this clinic writing to an address: all patients on it, this medium only."""
    row = suppression(session, clinic_id, medium, address)
    if row is not None:
        row.renew(why, source, now)
        return
    block = {
        "clinic_id": clinic_id,
        "medium": medium,
        "address_index": address,
        "why": why,
        "source": source,
        "at": now,
    }
    # Somebody else may be saying the same at this moment: the key lets one of us in.
    insert_once(session, Suppression, [block])


def suppression(
    session: Session, clinic_id: int, medium: Medium, address: str
) -> Suppression | None:
    """The row for an address, lifted or not."""
    return session.scalar(
        sa.select(Suppression).where(
            Suppression.clinic_id == clinic_id,
            Suppression.medium == medium,
            Suppression.address_index == address,
        )
    )


def suppressed(session: Session, clinic_id: int, medium: Medium, address: str) -> bool:
    """Whether this clinic may not write to an address."""
    return why_suppressed(session, clinic_id, medium, address) is not None


def why_suppressed(session: Session, clinic_id: int, medium: Medium, address: str) -> Why | None:
    """Why this clinic may not write to an address, or None if it may."""
    row = suppression(session, clinic_id, medium, address)
    return row.why if row is not None and row.lifted_at is None else None


def consent_of(session: Session, patient: Patient, medium: Medium) -> gate.Consent:
    """How far the patient has agreed for the address they have now: a new one needs a new yes."""
    address = patient.address(medium)
    if not address:
        return gate.Consent.NONE
    steps = session.scalars(
        sa.select(Consent.step)
        .where(
            Consent.patient_id == patient.id,
            Consent.medium == medium,
            Consent.address_index == address,
        )
        .order_by(Consent.id)
    )
    state = gate.Consent.NONE
    for step in steps:
        state = _after(state, step)
    return state


_CONSENTS = (
    sa.select(Consent.patient_id, Consent.medium, Consent.step)
    .join(Patient, Patient.id == Consent.patient_id)
    .where(
        among(Consent.patient_id, "patients"),
        Consent.address_index
        == sa.case((Consent.medium == Medium.TEXT, Patient.phone_index), else_=Patient.email_index),
    )
    .order_by(Consent.id)
)


def consents_of(
    session: Session, patient_ids: Collection[int]
) -> Mapping[tuple[int, Medium], gate.Consent]:
    """As consent_of, for many patients in one read; who never agreed is left out."""
    rows = read(session, _CONSENTS, patients=patient_ids)
    agreed: dict[tuple[int, Medium], gate.Consent] = {}
    for patient_id, medium, step in rows:
        before = agreed.get((patient_id, medium), gate.Consent.NONE)
        agreed[patient_id, medium] = _after(before, step)
    return agreed


def _after(before: gate.Consent, step: ConsentStep) -> gate.Consent:
    # Giving it once more takes nothing away from what was confirmed.
    return before if step is ConsentStep.GIVEN and before is _SURE else _AFTER[step]


_SURE = gate.Consent.CONFIRMED
_AFTER = {
    ConsentStep.GIVEN: gate.Consent.GIVEN,
    ConsentStep.CONFIRMED: gate.Consent.CONFIRMED,
    ConsentStep.REVOKED: gate.Consent.NONE,
    ConsentStep.DOUBTED: gate.Consent.NONE,
}
