"""What did a person decide about a suggestion?"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.progress import Step
from reminders.store.db import Base
from reminders.store.keyring import Encrypted


class Answer(StrEnum):
    """What can be decided."""

    DO = "do"
    NOT_NOW = "not_now"


class SuggestionAnswer(Base):
    """Append-only: who took up or put off which suggestion, on what figures, and until when."""

    __tablename__ = "suggestion_answer"
    __table_args__ = (Index("ix_suggestion_answer_patient", "patient_id", "until"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    step: Mapped[Step]
    answer: Mapped[Answer]
    evidence: Mapped[str] = mapped_column(Encrypted("suggestion_answer.evidence"))
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    until: Mapped[date]  # the patient's date on which it may be suggested again


def answered(session: Session, patient_id: int, today: date) -> frozenset[Step]:
    """The suggestions that somebody has decided about and that rest for now."""
    rows = session.scalars(
        sa.select(SuggestionAnswer.step).where(
            SuggestionAnswer.patient_id == patient_id, SuggestionAnswer.until > today
        )
    )
    return frozenset(rows)
