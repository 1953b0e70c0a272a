"""What do we know of one patient, all of it, in a form that another program can read?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.about import about
from reminders.store.accounts import Staff
from reminders.store.db import Base
from reminders.store.exercises import Exercise
from reminders.store.keyring import Blind
from reminders.store.people import Patient

FORMAT: Final = "reminders-patient-record/1"
# What opens a door is nobody's to take away, nor what only finds rows.
_SECRET: Final = frozenset({"key", "token_hash", "seal", "public_id"})

Row = Mapping[str, Any]  # a row of any table, by the names of its columns


@dataclass(frozen=True)
class Everything:
    """Every row about one patient by its table, and the names behind the ids in them."""

    tables: Mapping[str, Sequence[Row]]
    staff: Mapping[int, str]
    exercises: Mapping[int, str]

    def as_json(self, clinic: str, made_at: datetime) -> Mapping[str, Any]:
        """What is written to the file."""
        return {
            "format": FORMAT,
            "clinic": clinic,
            "made_at": made_at.isoformat(),
            "tables": self.tables,
            "staff": self.staff,
            "exercises": self.exercises,
        }


def everything(session: Session, patient: Patient) -> Everything:
    """Read it all, oldest first within each table."""
    tables = {_name(row): _rows(session, row, where) for row, where in about(patient).items()}
    who = sa.select(Staff.id, Staff.name).where(Staff.clinic_id == patient.clinic_id)
    what = sa.select(Exercise.id, Exercise.key).where(Exercise.clinic_id == patient.clinic_id)
    used = {line["exercise_id"] for line in tables["prescription"]}
    return Everything(
        tables,
        {row.id: row.name for row in session.execute(who)},
        {row.id: row.key for row in session.execute(what) if row.id in used},
    )


def _name(row: type[Base]) -> str:
    return str(row.__tablename__)


def _rows(session: Session, row: type[Base], where: sa.ColumnElement[bool]) -> list[Row]:
    columns = [one for one in sa.inspect(row).columns if _may_leave(one)]
    found = session.execute(sa.select(*columns).where(where).order_by(row.id))
    names = [one.name for one in columns]
    return [dict(zip(names, map(_plain, told), strict=True)) for told in found]


def _may_leave(column: sa.Column[Any]) -> bool:
    return column.name not in _SECRET and not isinstance(column.type, Blind)


def _plain(value: Any) -> Any:
    """As JSON has it; moments in UTC."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
