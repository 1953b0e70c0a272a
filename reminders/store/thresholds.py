"""When does a reason begin, for this clinic and this patient?

A clinic may set its own thresholds, and a therapist those of one patient; what neither sets is as
the product comes.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.hours import Workdays
from reminders.core.triage import DEFAULTS, SETTABLE, Thresholds
from reminders.store.db import Base
from reminders.store.people import Clinic, Patient

_OF_CLINIC: Final = sa.text("patient_id IS NULL")


class OwnThresholds(Base):
    """What a clinic, or for one patient a therapist, has set; none: as it was before."""

    __tablename__ = "own_thresholds"
    __table_args__ = (
        Index("uq_own_thresholds_patient", "patient_id", unique=True),
        Index(
            "uq_own_thresholds_clinic",
            "clinic_id",
            unique=True,
            sqlite_where=_OF_CLINIC,
            postgresql_where=_OF_CLINIC,
        ),
        Index("ix_own_thresholds_clinic_id", "clinic_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    pain_high: Mapped[int | None] = mapped_column(sa.SmallInteger)
    pain_rise: Mapped[int | None] = mapped_column(sa.SmallInteger)
    unsettled_mornings: Mapped[int | None] = mapped_column(sa.SmallInteger)
    silent_sessions: Mapped[int | None] = mapped_column(sa.SmallInteger)
    silent_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    half_percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    well_percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    effort_percent: Mapped[int | None] = mapped_column(sa.SmallInteger)
    undelivered: Mapped[int | None] = mapped_column(sa.SmallInteger)
    unread_workdays: Mapped[int | None] = mapped_column(sa.SmallInteger)
    untaken_workdays: Mapped[int | None] = mapped_column(sa.SmallInteger)

    @property
    def chosen(self) -> dict[str, int]:
        """What is set here, by name."""
        found = {name: getattr(self, name) for name in SETTABLE}
        return {name: value for name, value in found.items() if value is not None}


def own_thresholds(
    session: Session, clinic_id: int, patient_id: int | None = None
) -> OwnThresholds | None:
    """What the clinic has set, or what is set for one of its patients."""
    return session.scalar(
        sa.select(OwnThresholds).where(
            OwnThresholds.clinic_id == clinic_id,
            OwnThresholds.patient_id.is_(None)
            if patient_id is None
            else OwnThresholds.patient_id == patient_id,
        )
    )


def thresholds_of(session: Session, clinic: Clinic) -> Thresholds:
    """Where reasons begin in a clinic, on its own working days."""
    own = own_thresholds(session, clinic.id)
    return _on_workdays(clinic, own.chosen if own is not None else {})


def thresholds_for(
    session: Session, clinic: Clinic, patients: Collection[Patient]
) -> Mapping[int, Thresholds]:
    """Where reasons begin for each of these patients of a clinic, in one read."""
    rows = session.scalars(
        sa.select(OwnThresholds).where(
            OwnThresholds.clinic_id == clinic.id,
            sa.or_(
                OwnThresholds.patient_id.is_(None),
                OwnThresholds.patient_id.in_([one.id for one in patients]),
            ),
        )
    )
    chosen = {row.patient_id: row.chosen for row in rows}
    everyone = _on_workdays(clinic, chosen.get(None, {}))
    return {one.id: everyone.having(chosen.get(one.id, {})) for one in patients}


def _on_workdays(clinic: Clinic, chosen: Mapping[str, int]) -> Thresholds:
    there = workdays_of(clinic)
    return replace(DEFAULTS.having(chosen), workdays=there.weekdays, closed=there.closed)


def workdays_of(clinic: Clinic) -> Workdays:
    """The days on which people of a clinic are there."""
    closed = (date.fromisoformat(day) for day in clinic.closed_days)
    return Workdays(frozenset(clinic.weekdays), frozenset(closed))
