"""How do many messages and attempts change their state at once, and never out of order?"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.conversation import MOVES, TRY_MOVES, Attempt, Message, State, Try
from reminders.store.db import Base
from reminders.store.statements import among, is_one_of, run

Moving = type[Message] | type[Attempt]


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
    made = session.connection().execute(_inserting(row, told_apart_by), values)
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
    names = tuple(name for name in rows[0] if name != "id")
    bound = [{"row_id": row["id"], **{name: row[name] for name in names}} for row in rows]
    moved = session.connection().execute(_moving_each(table, to, before, names), bound)
    return moved.rowcount == len(rows)


@cache
def _moving_all(to: State, names: tuple[str, ...]) -> sa.Update:
    return _moving(Message, to, MOVES[to], names).where(among(Message.id, "ids"))


@cache
def _moving_each(
    table: Moving, to: State | Try, before: frozenset[State | Try], names: tuple[str, ...]
) -> sa.Update:
    return _moving(table, to, before, names).where(table.id == sa.bindparam("row_id"))


def _moving(
    table: Moving, to: State | Try, before: frozenset[State | Try], names: tuple[str, ...]
) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return sa.update(_table(table)).where(is_one_of(table.state, before)).values(state=to, **values)


@cache
def _inserting(row: type[Base], told_apart_by: str) -> sa.Insert:
    table = _table(row)
    return sa.insert(table).returning(table.c.id, table.c[told_apart_by])


def _table(row: type[Base]) -> sa.Table:
    table = row.__table__
    assert isinstance(table, sa.Table)
    return table
