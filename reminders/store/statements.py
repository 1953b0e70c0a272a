"""How does a statement stay cheap that runs all day, over many rows at once?

It is built once, with names for what changes, and run past the ORM. Many ids are one value of it:
its text is the same for two rows and for two hundred, and the database knows it already.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from operator import methodcaller
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from reminders.store.db import UTCDateTime
from reminders.store.spelling import spelt_out


def run(
    session: Session, statement: sa.Executable, **values: Any
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement with these values; what the session holds unsaved it does not see."""
    return session.connection().execute(statement, values)


def read(
    session: Session, statement: sa.Executable, **values: Any
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Run a statement and fetch all its rows at once: one by one they cost twice as much.

    Given nobody to ask for, it asks nothing.
    """
    if any(isinstance(value, list | set) and not value for value in values.values()):
        return ()
    return run(session, statement, **values).all()


def among(column: InstrumentedAttribute[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column holds one of the numbers or words that are given under this name."""
    return _Among(column, sa.bindparam(name, type_=_Listed(column.type)))


def is_one_of(
    column: sa.SQLColumnExpression[Any], words: Collection[Any]
) -> sa.ColumnElement[bool]:
    """Whether a column holds one of a few fixed words.

    One by one: a list in a statement is written into its text anew each time it runs.
    """
    return spelt_out(sa.or_(*(column == word for word in sorted(words))))


class _Listed(TypeDecorator[Collection[Any]]):
    """Many values as one: an array, or JSON where the database has no arrays."""

    impl = sa.String
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        on_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(sa.String() if on_sqlite else ARRAY(self.of))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


class _Among(FunctionElement[bool]):
    """A column and the ids that it may hold."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_Among":
        # True as it stands: with "= 1" behind it SQLite would use no index.
        return self


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - names, no values


@compiles(_Among)
def _in_array(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} = ANY ({ids})"


def given(
    session: Session, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Mapping[str, Any]]
) -> sa.Subquery:
    """Let a statement read these rows as a table, all of them one value of it.

    Beside the named columns each row holds its "ids", "3,5,8", and stands there once for each "id".
    """
    dialect = session.get_bind().dialect
    told = sa.literal(_spelt(dialect, types, rows))
    read = _from_json if dialect.name == "sqlite" else _from_records
    return read(told, types).subquery("given")


def _from_json(
    told: sa.ColumnElement[str], types: Mapping[str, TypeEngine[Any]]
) -> sa.Select[*tuple[Any, ...]]:
    row = sa.func.json_each(told).table_valued("value", name="told", joins_implicitly=True)
    ids = "[" + sa.func.json_extract(row.c.value, "$.ids", type_=sa.String) + "]"
    one = sa.func.json_each(ids).table_valued("value", name="one", joins_implicitly=True)
    columns = (
        sa.type_coerce(sa.func.json_extract(row.c.value, f"$.{name}"), kind).label(name)
        for name, kind in types.items()
    )
    return sa.select(*columns, sa.type_coerce(one.c.value, sa.BigInteger).label("id"))


def _from_records(
    told: sa.ColumnElement[str], types: Mapping[str, TypeEngine[Any]]
) -> sa.Select[*tuple[Any, ...]]:
    named = [sa.column(name, kind) for name, kind in types.items()]
    records = sa.func.jsonb_to_recordset(sa.cast(told, JSONB))
    row = records.table_valued(*named, sa.column("ids", sa.Text)).render_derived(
        name="told", with_types=True
    )
    ids = sa.func.string_to_array(row.c.ids, ",", type_=ARRAY(sa.Text))
    each = sa.func.unnest(sa.cast(ids, ARRAY(sa.BigInteger)), type_=sa.BigInteger)
    return sa.select(*(row.c[name] for name in types), each.label("id"))


def _spelt(
    dialect: Dialect, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Mapping[str, Any]]
) -> str:
    """The rows as JSON, each value as its database would have it in a column of its type."""
    columns = {name: [row[name] for row in rows] for name in (*types, "ids")}
    columns |= {name: spell(dialect, kind, columns[name]) for name, kind in types.items()}
    spelt = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return json.dumps(spelt, default=methodcaller("isoformat"))


class Spelt(UserDefinedType[Any]):
    """The type of a value that is spelt already: it goes to the database as it is."""

    cache_ok = True


def spell(dialect: Dialect, kind: TypeEngine[Any], values: Sequence[Any]) -> list[Any]:
    """Say values of a column as their database has them; equal moments and words but once."""
    way = kind.dialect_impl(dialect).bind_processor(dialect)
    if way is None:
        return list(values)
    if isinstance(kind, sa.Enum | UTCDateTime):
        known = {value: way(value) for value in set(values)}
        return [known[value] for value in values]
    return [way(value) for value in values]
