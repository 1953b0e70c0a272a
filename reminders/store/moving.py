"""How do many messages and attempts change their state at once, and never out of order?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from reminders.store.conversation import MOVES, TRY_MOVES, Attempt, Message, State, Try
from reminders.store.db import Base


def move_all(
    session: Session, message_ids: Collection[int], to: State, **values: Any
) -> Sequence[int]:
    """Bring these messages into one state, with one value for all; returns those that moved."""
    return session.scalars(
        sa.update(Message)
        .where(Message.id.in_(message_ids), Message.state.in_(MOVES[to]))
        .values(state=to, **values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()


def move_each(session: Session, to: State, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Bring messages into a state, each row with its own values beside its "id"."""
    return _move_each(session, Message, (to, MOVES[to]), rows)


def put_off(session: Session, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Give messages that wait another moment, each row its own values beside its "id"."""
    return _move_each(session, Message, (State.DUE, {State.DUE}), rows)


def move_each_attempt(session: Session, to: Try, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Bring attempts into a state, each row with its own values beside its "id"."""
    return _move_each(session, Attempt, (to, TRY_MOVES[to]), rows)


def insert_all(
    session: Session, row: type[Base], values: Sequence[Mapping[str, Any]], told_apart_by: str
) -> list[int]:
    """Insert rows in one go and return their ids in the order given.

    By a column that tells them apart: asked for their order, SQLite would insert them one by one.
    """
    if not values:
        return []
    inserting = sa.insert(row).returning(row.id, getattr(row, told_apart_by))
    made = session.execute(inserting, [dict(one) for one in values])
    ids = {mark: row_id for row_id, mark in made}
    return [ids[one[told_apart_by]] for one in values]


def _move_each(
    session: Session,
    table: type[Message] | type[Attempt],
    order: tuple[State | Try, Collection[State | Try]],
    rows: Sequence[Mapping[str, Any]],
) -> bool:
    """True if every row moved; the caller holds the rows locked, so that no other can be first."""
    if not rows:
        return True
    to, before = order
    named: dict[str, Any] = {name: sa.bindparam(name) for name in rows[0] if name != "id"}
    # Spelt out: a list cannot be bound where there is a row of values for each.
    in_order = sa.or_(*(table.state == state for state in sorted(before)))
    moving = (
        sa.update(_table(table))
        .where(table.id == sa.bindparam("row_id"), in_order)
        .values(state=to, **named)
    )
    bound = [{"row_id": row["id"], **{name: row[name] for name in named}} for row in rows]
    return session.connection().execute(moving, bound).rowcount == len(rows)


def _table(row: type[Base]) -> sa.Table:
    table = row.__table__
    assert isinstance(table, sa.Table)
    return table
