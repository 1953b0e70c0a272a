"""A row in every table for a clinic, whatever the table is: for tests that go through them all."""

from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from builders import NOW

from reminders.store.keyring import Blind, Encrypted
from reminders.store.models import Base

TABLES = Base.metadata.sorted_tables
OF_CLINICS = [table for table in TABLES if "clinic_id" in table.columns]


def a_row_each(connection: sa.Connection, name: str) -> int:
    """Fill every table with one row of a new clinic; returns the clinic."""
    made: dict[str, int] = {}
    for table in TABLES:
        if table.name == "clinic" or "clinic_id" in table.columns:
            row = sa.insert(table).values(_values(table, name, made)).returning(table.c.id)
            made[table.name] = connection.scalars(row).one()
    return made["clinic"]


def _values(table: sa.Table, name: str, made: dict[str, int]) -> dict[str, Any]:
    needed = (one for one in table.columns if not one.nullable and not one.primary_key)
    return {one.name: _value(one, name, made) for one in needed if one.default is None}


def _value(column: sa.Column[Any], name: str, made: dict[str, int]) -> object:
    for key in column.foreign_keys:
        return made[key.column.table.name]
    kind = column.type
    if isinstance(kind, (Encrypted, Blind)):
        return name
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class or ()))
    if isinstance(kind, sa.LargeBinary):
        return name.encode()
    if isinstance(kind, sa.String):
        return name[: kind.length]
    plain = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return _OF_KIND[plain.python_type]


_OF_KIND: dict[type, object] = {
    bool: False,
    int: 1,
    float: 1.0,
    date: NOW.date(),
    time: time(9),
    type(NOW): NOW,
    timedelta: timedelta(minutes=1),
    object: {},  # JSON
}
