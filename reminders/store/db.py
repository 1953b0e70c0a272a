"""How do rows reach the database, and what time does it think it is?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum as PyEnum
from functools import cache
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Dialect, Engine, MetaData, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from reminders.store.keyring import Keyring, hang

SQLITE_BUSY_MS = 10_000

Sessions = sessionmaker[Session]


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC moment: naive ones are refused going in, and none come out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _values(words: type[PyEnum]) -> list[str]:
    return [str(word.value) for word in words]


class Base(DeclarativeBase):
    """Every table: named constraints, UTC moments, words kept as short strings."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        int: sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        PyEnum: sa.Enum(PyEnum, native_enum=False, length=24, values_callable=_values),
        dict[str, Any]: sa.JSON,
        list[int]: sa.JSON,
        list[str]: sa.JSON,
    }

    id: Mapped[int] = mapped_column(primary_key=True)


def make_engine(url: str, ring: Keyring) -> Engine:
    """Open the database of this installation with its keys; SQLite in WAL mode."""
    engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    hang(ring, engine.dialect)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose rows stay readable after commit, since pages and senders copy from them."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    event.listen(sessions, "loaded_as_persistent", _hold)
    return sessions


def _hold(session: Session, row: object) -> None:
    # A session's own map is weak: a row that nobody else holds would be read again for whoever
    # asks next. Sessions are short here, so they may keep what they have read.
    session.info.setdefault("held", []).append(row)


def db_now(session: Session) -> datetime:
    """The database's clock, in UTC: leases and settle times are judged by it alone."""
    if session.get_bind().dialect.name == "sqlite":
        text = session.scalar(sa.text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    return session.scalars(sa.select(sa.func.clock_timestamp(type_=UTCDateTime()))).one()


def insert_once(session: Session, row: type[Base], values: list[dict[str, Any]]) -> None:
    """Insert rows whose unique key is free and pass over the rest: the key says "once"."""
    insert_returning(session, row, values, (row.id,))


def insert_returning(
    session: Session, row: type[Base], values: list[dict[str, Any]], columns: Sequence[Any]
) -> Sequence[sa.Row[Any]]:
    """As insert_once, and return these columns of the rows that were new."""
    if not values:
        return []
    session.flush()
    inserting = _inserting(session.get_bind().dialect.name, row, tuple(columns))
    return session.connection().execute(inserting, values).all()


def insert_selected(
    session: Session, row: type[Base], columns: Mapping[str, Any], *where: sa.ColumnElement[bool]
) -> int:
    """As insert_once, one row for each that the conditions choose; returns how many were new.

    A column is filled from another table's, or with one value for all.
    """
    session.flush()
    types = {name: _table(row).c[name].type for name in columns}
    chosen = sa.select(*(sa.type_coerce(columns[name], types[name]) for name in columns))
    inserting = insert_or_pass(session.get_bind().dialect.name, row)
    inserting = inserting.from_select(list(columns), chosen.where(*where))
    counted = inserting.execution_options(preserve_rowcount=True)
    return int(session.connection().execute(counted).rowcount)


def among(session: Session, column: Any, ids: str) -> sa.ColumnElement[bool]:
    """Whether a column holds one of many ids, "3,5,8": one parameter, however many there are."""
    if session.get_bind().dialect.name == "sqlite":
        listed = sa.func.json_each(f"[{ids}]").table_valued("value")
        return sa.type_coerce(column.in_(sa.select(listed.c.value)), sa.Boolean)
    array = sa.func.string_to_array(ids, ",", type_=ARRAY(sa.Text))
    return sa.type_coerce(column == sa.any_(sa.cast(array, ARRAY(sa.BigInteger))), sa.Boolean)


def seconds_after(
    session: Session, moment: datetime, seconds: sa.ColumnElement[int]
) -> sa.ColumnElement[datetime]:
    """A moment so many whole seconds after another, each row its own, worked out by the database.

    On SQLite spelt as SQLAlchemy spells a moment, so that both sort alike.
    """
    at = sa.literal(moment.replace(microsecond=0), UTCDateTime())
    if session.get_bind().dialect.name == "sqlite":
        later = sa.func.strftime(
            "%Y-%m-%d %H:%M:%S.000000", at, sa.cast(seconds, sa.String) + " seconds"
        )
        return sa.type_coerce(later, UTCDateTime())
    return at + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=sa.Interval())


def insert_or_pass(dialect: str, row: type[Base]) -> Any:
    """An INSERT that passes over what is there already, for statements that are built once."""
    insert = sqlite_insert if dialect == "sqlite" else postgres_insert
    return insert(_table(row)).on_conflict_do_nothing()


@cache
def _inserting(dialect: str, row: type[Base], columns: tuple[Any, ...]) -> Any:
    # The rows as parameters, not as VALUES: the statement is compiled once, not once a batch.
    return insert_or_pass(dialect, row).returning(*columns)


def _table(row: type[Base]) -> sa.Table:
    table = row.__table__
    assert isinstance(table, sa.Table)
    return table


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """One unit of work: committed whole at the end, or not at all."""
    with sessions() as session, session.begin():
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """Only look: on SQLite nobody who writes waits for it, however long it takes."""
    with sessions() as session:
        session.connection(execution_options={"reading": True})
        yield session


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the begin hook below speaks BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    # Taking the write lock first costs a little concurrency and spares every read-then-write the
    # "database is locked" that an upgraded transaction gets without waiting.
    reading = connection.get_execution_options().get(
        "reading"
    )  # who only looks keeps nobody waiting
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
