"""Which programmes can a therapist start from?"""

from dataclasses import dataclass
from datetime import time

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from reminders.core.programme import Item, Phase, Programme, Timing
from reminders.store.db import Base
from reminders.store.keyring import Encrypted
from reminders.store.plans import Plan, PlanVersion, Prescription


class Template(Base):
    """A programme to start from, the clinic's or one person's; its notes may speak of somebody."""

    __tablename__ = "template"

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # none: the clinic's
    name: Mapped[str] = mapped_column(Encrypted("template.name"))
    content: Mapped[str] = mapped_column(Encrypted("template.content"))

    @property
    def programme(self) -> Programme:
        return Programme.from_text(self.content)

    def open_to(self, staff_id: int) -> bool:
        """Whether this person may start from it: the clinic's, or their own."""
        return self.owner_id in (None, staff_id)


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template as a list shows it."""

    id: int
    name: str
    personal: bool
    programme: Programme


def save_template(
    session: Session, clinic_id: int, name: str, programme: Programme, *, owner_id: int | None
) -> Template:
    """Keep a programme under a name; without an owner it is the clinic's."""
    row = Template(clinic_id=clinic_id, owner_id=owner_id, name=name, content=programme.to_text())
    session.add(row)
    return row


def templates_for(session: Session, clinic_id: int, staff_id: int) -> tuple[TemplateRow, ...]:
    """The clinic's templates and this person's own, by name."""
    rows = session.scalars(
        sa.select(Template).where(
            Template.clinic_id == clinic_id,
            sa.or_(Template.owner_id.is_(None), Template.owner_id == staff_id),
        )
    )
    found = [TemplateRow(row.id, row.name, row.owner_id is not None, row.programme) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.personal, one.name.casefold())))


def programme_of(version: PlanVersion) -> Programme:
    """The programme that a version stands for, its phase in force with what it asks for now."""
    timings = tuple(
        Timing(
            tuple(time.fromisoformat(wall) for wall in one.times),
            frozenset(one.weekdays),
            one.every_days,
        )
        for one in version.routines
    )
    items = tuple(_item(line) for line in version.prescriptions)
    phases = tuple(
        Phase(one.name, items if one.current else one.waiting, one.entry, one.exit, one.goal)
        for one in version.phases
    )
    return Programme(phases or (Phase("", items),), timings)


def _item(line: Prescription) -> Item:
    return Item(line.exercise.key, line.dose, line.note)


def version_of(session: Session, patient_id: int, number: int) -> PlanVersion | None:
    """One version of a patient's plan, as it was written."""
    return session.scalar(
        sa.select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.patient_id == patient_id, PlanVersion.number == number)
    )


def current_version(session: Session, patient_id: int) -> PlanVersion | None:
    """The version in force of a patient's plan, if there is one."""
    return session.scalar(
        sa.select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(
            Plan.patient_id == patient_id,
            Plan.ended_at.is_(None),
            PlanVersion.number == Plan.current_number,
        )
    )
