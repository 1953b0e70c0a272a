"""How do rows reach the database, and what time does it think it is?"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum as PyEnum
from functools import cache
from threading import Lock
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy import Dialect, Engine, MetaData, event
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from reminders.config import SystemClock
from reminders.store import wall
from reminders.store.keyring import Keyring, hang

SQLITE_BUSY_MS = 10_000
# A connection used so lately is not asked whether it lives: no server restarts so quickly.
GOOD_FOR_SECONDS = 0.05

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


# A web's threads and its couriers each find a connection that stays: one more than are kept is
# opened and closed for every use. The last one used goes first, for it has planned most already.
POOL: Final[dict[str, Any]] = {"pool_size": 12, "max_overflow": 8, "pool_use_lifo": True}


def make_engine(url: str, ring: Keyring) -> Engine:
    """Open the database of this installation with its keys; SQLite in WAL mode."""
    engine = sa.create_engine(url, hide_parameters=True, **POOL)
    hang(ring, engine.dialect)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        turns = _Turns()
        event.listen(engine, "begin", turns.begin)
        event.listen(engine, "checkin", turns.end)
    else:
        event.listen(engine, "connect", _prepare_postgres)
        rest = _Rest(engine.dialect)
        event.listen(engine, "checkin", rest.begin)
        event.listen(engine, "checkout", rest.end)
    return engine


def make_sessions(engine: Engine) -> Sessions:
    """Sessions whose rows stay readable after commit, since pages and senders copy from them."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    event.listen(sessions, "loaded_as_persistent", _hold)
    event.listen(sessions, "after_begin", wall.close)
    return sessions


def _hold(session: Session, row: object) -> None:
    # A session's own map is weak: a row that nobody else holds would be read again for whoever
    # asks next. Sessions are short here, so they may keep what they have read.
    session.info.setdefault("held", []).append(row)


_TIME = sa.select(sa.func.clock_timestamp(type_=UTCDateTime()))


def db_now(session: Session) -> datetime:
    """The database's clock, in UTC: leases and settle times are judged by it alone."""
    if session.get_bind().dialect.name == "sqlite":
        return SystemClock().now()  # it runs in this very process, by this machine's clock
    return session.connection().execute(_TIME).scalar_one()


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


def seconds_after(
    session: Session, moment: sa.ColumnElement[datetime], seconds: sa.ColumnElement[int]
) -> sa.ColumnElement[datetime]:
    """A moment so many whole seconds after another, each row its own, worked out by the database.

    On SQLite spelt as SQLAlchemy spells a moment, so that both sort alike.
    """
    if session.get_bind().dialect.name == "sqlite":
        later = sa.func.strftime(
            "%Y-%m-%d %H:%M:%S.000000", moment, sa.cast(seconds, sa.String) + " seconds"
        )
        return sa.type_coerce(later, UTCDateTime())
    return moment + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=sa.Interval())


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
def at_once(sessions: Sessions) -> Iterator[Session]:
    """Write with one statement, which is kept as soon as it has run: whoever stores two cannot.

    On PostgreSQL nobody travels to begin or to end it; on SQLite it has its turn among the writers.
    """
    with sessions() as session, session.begin():
        if _may_stand_alone(session):
            session.connection(execution_options=_ALONE)
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """Only look: on SQLite nobody who writes waits for it, however long it takes.

    On PostgreSQL each statement stands alone, which spares two journeys to begin and to end.
    """
    with sessions() as session:
        session.connection(
            execution_options=_ALONE if _may_stand_alone(session) else {"reading": True}
        )
        yield session


_ALONE = {"isolation_level": "AUTOCOMMIT"}


def _may_stand_alone(session: Session) -> bool:
    """Whether its statements are in no transaction that others began, and none has to be."""
    bind = session.get_bind()
    return isinstance(bind, Engine) and bind.dialect.name == "postgresql"


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the begin hook below speaks BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _prepare_postgres(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # Left at its 4, made for disks that turn, a plan made while a table is small reads all of it,
    # and is kept while the table grows: the check of every foreign key, too.
    cursor = connection.cursor()
    cursor.execute("SET random_page_cost = 1.1")
    cursor.close()
    connection.commit()


class _Rest:
    """Is a connection still good? Asked only of one that has rested: asking costs a round trip."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def begin(self, _connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        """It is back in the pool."""
        record.info[_SINCE] = time.monotonic()

    def end(
        self,
        connection: DBAPIConnection,
        record: ConnectionPoolEntry,
        _fairy: PoolProxiedConnection,
    ) -> None:
        """It is wanted again; one that has died meanwhile is replaced, and all others with it."""
        # A new one has not rested yet.
        if time.monotonic() - record.info.get(_SINCE, math.inf) < GOOD_FOR_SECONDS:
            return
        try:
            self._dialect.do_ping(connection)
        except self._dialect.loaded_dbapi.Error as fault:
            raise InvalidatePoolError("the connection has died while it rested") from fault


_SINCE = "since"


class _Turns:
    """Who writes to SQLite next? Its own waiters sleep and poll; these are woken in their turn."""

    def __init__(self) -> None:
        self._writing = Lock()

    def begin(self, connection: sa.Connection) -> None:
        """Begin a transaction, once nobody else of this process writes."""
        if connection.get_execution_options().get("reading"):  # keeps nobody waiting
            connection.exec_driver_sql("BEGIN")
            return
        # Waited for in vain, SQLite itself says that the database is locked.
        if not connection.info.get(_TURN):
            connection.info[_TURN] = self._writing.acquire(timeout=SQLITE_BUSY_MS / 1_000)
        # Taking the write lock first costs a little concurrency and spares every read-then-write
        # the "database is locked" that an upgraded transaction gets without waiting.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(self, _connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        """Whatever became of the transaction, its connection is back in the pool."""
        if record.info.pop(_TURN, False):
            self._writing.release()


_TURN = "turn"
