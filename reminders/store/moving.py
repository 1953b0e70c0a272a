"""How do many messages and attempts change their state at once, and never out of order?"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import CallableColumnDefault
from sqlalchemy.types import TypeEngine

from reminders.store.conversation import MOVES, TRY_MOVES, Attempt, Message, State, Try
from reminders.store.db import Base
from reminders.store.statements import Spelt, among, is_one_of, run, spell

Moving = type[Message] | type[Attempt]
_NO_CONTEXT: Any = None  # none of our defaults looks at the statement it is made for


def move_all(session: Session, message_ids: Collection[int], to: State, **values: Any) -> None:
    """Bring these messages into one state, with one value for all."""
    run(session, _moving_all(to, tuple(values)), ids=message_ids, **values)


def move_each(session: Session, to: State, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Bring messages into a state, each row with its own values beside its "id"."""
    return _move_each(session, Message, to, MOVES[to], rows)


def put_off(session: Session, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Give messages that wait another moment, each row its own values beside its "id"."""
    return _move_each(session, Message, State.DUE, frozenset({State.DUE}), rows)


def move_each_attempt(session: Session, to: Try, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Bring attempts into a state, each row with its own values beside its "id"."""
    return _move_each(session, Attempt, to, TRY_MOVES[to], rows)


def insert_all(
    session: Session, row: type[Base], values: Sequence[Mapping[str, Any]], told_apart_by: str
) -> list[int]:
    """Insert rows in one go and return their ids in the order given.

    By a column that tells them apart: asked for their order, SQLite would insert them one by one.
    """
    if not values:
        return []
    session.flush()
    if session.get_bind().dialect.name == "sqlite":
        names = tuple(values[0])
        spelt = _spelt(session, _table(row), names, values)
        made = session.connection().execute(_inserting(row, names, told_apart_by), spelt).all()
    else:
        columns = _columns(row, values)
        together = _inserting_together(row, tuple(columns), told_apart_by)
        made = run(session, together, **columns).all()
    ids = {mark: row_id for row_id, mark in made}
    return [ids[one[told_apart_by]] for one in values]


def _move_each(
    session: Session,
    table: Moving,
    to: State | Try,
    before: frozenset[State | Try],
    rows: Sequence[Mapping[str, Any]],
) -> bool:
    """True if every row moved; the caller holds the rows locked, so that no other can be first."""
    if not rows:
        return True
    names = tuple(rows[0])
    if session.get_bind().dialect.name == "sqlite":
        spelt = _spelt(session, _table(table), names, rows)
        moved = session.connection().execute(_moving_each(table, to, before, names), spelt)
    else:
        columns = {_bound(name): [row[name] for row in rows] for name in names}
        moved = run(session, _moving_together(table, to, before, names), **columns)
    return moved.rowcount == len(rows)


@cache
def _moving_all(to: State, names: tuple[str, ...]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    moving = sa.update(_table(Message)).where(is_one_of(Message.state, MOVES[to]))
    return moving.where(among(Message.id, "ids")).values(state=to, **values)


@cache
def _moving_each(
    table: Moving, to: State | Try, before: frozenset[State | Try], names: tuple[str, ...]
) -> sa.Update:
    values = {name: _as_spelt(name) for name in names if name != "id"}
    moving = sa.update(_table(table)).where(is_one_of(table.state, before))
    return moving.where(table.id == _as_spelt("id")).values(state=to, **values)


@cache
def _moving_together(
    table: Moving, to: State | Try, before: frozenset[State | Try], names: tuple[str, ...]
) -> sa.Update:
    """The same as one statement, each column an array: PostgreSQL would answer for every row."""
    given = _arrays({_bound(name): _table(table).c[name].type for name in names})
    # The ids once more by themselves: a plan for a small table must not read all of a large one.
    known = table.id == sa.func.any(sa.bindparam("row_id", type_=ARRAY(table.id.type)))
    moving = sa.update(_table(table)).where(is_one_of(table.state, before), known)
    values = {name: given.c[name] for name in names if name != "id"}
    return moving.where(table.id == given.c.row_id).values(state=to, **values)


def _bound(name: str) -> str:
    return "row_id" if name == "id" else name


@cache
def _inserting(row: type[Base], names: tuple[str, ...], told_apart_by: str) -> sa.Insert:
    table = _table(row)
    inserting = sa.insert(table).values({name: _as_spelt(name) for name in names})
    return inserting.returning(table.c.id, table.c[told_apart_by])


def _as_spelt(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(_bound(name), type_=Spelt())


def _spelt(
    session: Session, table: sa.Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows with each value as its database has it, column by column: statements that run for every
    row would have each spelt by itself."""
    dialect = session.get_bind().dialect
    columns = (spell(dialect, table.c[name].type, [row[name] for row in rows]) for name in names)
    bound = [_bound(name) for name in names]
    return [dict(zip(bound, row, strict=True)) for row in zip(*columns, strict=True)]


def _columns(row: type[Base], values: Sequence[Mapping[str, Any]]) -> Mapping[str, list[Any]]:
    """These rows column by column; what each row makes for itself is made here, once a row."""
    columns = {name: [one[name] for one in values] for name in values[0]}
    for column in _table(row).c:
        default = column.default
        if column.name not in columns and isinstance(default, CallableColumnDefault):
            columns[column.name] = [default.arg(_NO_CONTEXT) for _ in values]
    return columns


@cache
def _inserting_together(row: type[Base], names: tuple[str, ...], told_apart_by: str) -> Any:
    """The same from arrays: rows in VALUES make another statement for each number of them."""
    table = _table(row)
    given = _arrays({name: table.c[name].type for name in names})
    inserting = sa.insert(table).from_select(list(names), sa.select(*given.c))
    return inserting.returning(table.c.id, table.c[told_apart_by])


def _arrays(types: Mapping[str, TypeEngine[Any]]) -> sa.TableValuedAlias:
    """A table of so many columns, each of them one value: an array of its type."""
    # One dimension: a list in a JSON column is one value and no array of its own.
    arrays = (sa.bindparam(name, type_=ARRAY(kind, dimensions=1)) for name, kind in types.items())
    columns = (sa.column(name, kind) for name, kind in types.items())
    return sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="given")


def _table(row: type[Base]) -> sa.Table:
    table = row.__table__
    assert isinstance(table, sa.Table)
    return table
