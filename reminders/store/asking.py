"""What does a clinic ask beyond the session, and what does it say to a pain level?

Everything is off until a therapist of the clinic has read the words and turned it on.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.bands import Bands
from reminders.core.wording import ADVICE, Key, Values, advice
from reminders.store.conversation import Wording
from reminders.store.db import Base
from reminders.store.people import Patient

STANDARD = Bands()


class Asking(Base):
    """One clinic's choices; a clinic without a row asks nothing more."""

    __tablename__ = "asking"
    __table_args__ = (UniqueConstraint("clinic_id"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    pain_response: Mapped[bool] = mapped_column(default=False)
    amber_from: Mapped[int] = mapped_column(sa.SmallInteger, default=STANDARD.amber_from)
    red_from: Mapped[int] = mapped_column(sa.SmallInteger, default=STANDARD.red_from)
    next_morning: Mapped[bool] = mapped_column(default=True)
    skip_reason: Mapped[bool] = mapped_column(default=False)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]

    @property
    def bands(self) -> Bands:
        return Bands(self.amber_from, self.red_from)

    def approve(self, by: int, now: datetime) -> None:
        """A therapist has read the words as they will go out."""
        self.approved_by_id, self.approved_at = by, now

    def disapprove(self) -> None:
        """The words are others by now, and nobody has read these."""
        self.approved_by_id = self.approved_at = None


class OwnBands(Base):
    """What a therapist chose for one patient instead of the clinic's."""

    __tablename__ = "own_bands"
    __table_args__ = (UniqueConstraint("patient_id"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    pain_response: Mapped[bool]
    amber_from: Mapped[int] = mapped_column(sa.SmallInteger)
    red_from: Mapped[int] = mapped_column(sa.SmallInteger)

    @property
    def bands(self) -> Bands:
        return Bands(self.amber_from, self.red_from)


def asking_of(session: Session, clinic_id: int) -> Asking:
    """A clinic's choices; where it made none, a row of defaults that is not stored."""
    row = session.scalar(sa.select(Asking).where(Asking.clinic_id == clinic_id))
    if row is not None:
        return row
    return Asking(
        clinic_id=clinic_id,
        pain_response=False,
        amber_from=STANDARD.amber_from,
        red_from=STANDARD.red_from,
        next_morning=True,
        skip_reason=False,
    )


def own_bands_of(session: Session, patient_id: int) -> OwnBands | None:
    """What was chosen for this patient alone."""
    return session.scalar(sa.select(OwnBands).where(OwnBands.patient_id == patient_id))


def bands_of(session: Session, patient: Patient) -> Bands | None:
    """The bands a patient's pain is answered by; None where it gets no such answer."""
    asking = asking_of(session, patient.clinic_id)
    if asking.approved_at is None:
        return None
    return chosen_bands(asking, own_bands_of(session, patient.id))


def chosen_bands(asking: Asking, own: OwnBands | None) -> Bands | None:
    """The patient's own choice before the clinic's; None where one of them is to say nothing.

    Nothing is said in words that no therapist of the clinic has approved.
    """
    chosen = own or asking
    return chosen.bands if chosen.pain_response and asking.approved_at is not None else None


def advice_for(session: Session, patient: Patient, pain: int | None, language: str) -> str:
    """What this patient's clinic says to a pain level; nothing where it chose to say nothing."""
    bands = bands_of(session, patient) if pain is not None else None
    if bands is None or pain is None:
        return ""
    clinic, band = patient.clinic, bands.of(pain)
    values = Values(
        clinic=clinic.short_name,
        first=patient.first_name if clinic.use_first_name else "",
        phone=clinic.phone,
        emergency=clinic.emergency_number or "911",
    )
    own = _own_words(session, clinic.id, ADVICE[band], language)
    return advice(band, language, values, own)


def _own_words(session: Session, clinic_id: int, key: Key, language: str) -> str:
    chosen = sa.select(Wording.text).where(
        Wording.clinic_id == clinic_id, Wording.key == key, Wording.language == language
    )
    return session.scalar(chosen) or ""


def settled_below(session: Session, patient: Patient) -> int:
    """Below which level pain counts as settled by the next morning."""
    chosen = own_bands_of(session, patient.id) or asking_of(session, patient.clinic_id)
    return chosen.amber_from
