"""How does all that is kept leave this database, and come into another?

A backup is one stream of JSON lines: who wrote it and when, then table by table the names and kinds
of the columns and the rows in them, then how many rows there were. It knows nothing of a database's
own ways: what was written on SQLite can be read into PostgreSQL. Personal columns stay the
ciphertext they are. An older backup is read into the shape of its day and brought up from there.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import groupby, islice
from typing import IO, Any, Final, Self

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from reminders.store import migrate
from reminders.store.db import UTCDateTime
from reminders.store.keyring import Blind, Encrypted
from reminders.store.models import Base

FORMAT: Final = "home-exercise-reminders"
BATCH: Final = 1_000


class NotABackup(ValueError):
    """Why a file cannot be read back, in words for whoever holds it."""


class NotEmpty(ValueError):
    """The database already holds a clinic: a backup never mixes with what is there."""


class Kind(StrEnum):
    """How the values of a column are written."""

    PLAIN = "plain"
    BYTES = "bytes"
    MOMENT = "moment"
    DAY = "day"
    TIME = "time"
    JSON = "json"


_TYPES: Final[dict[Kind, sa.types.TypeEngine[Any]]] = {
    Kind.PLAIN: sa.types.NullType(),
    Kind.BYTES: sa.LargeBinary(),
    Kind.MOMENT: UTCDateTime(),
    Kind.DAY: sa.Date(),
    Kind.TIME: sa.Time(),
    Kind.JSON: sa.JSON(none_as_null=True),
}
_WRITE: Final[dict[Kind, Callable[[Any], object]]] = {
    Kind.BYTES: lambda value: base64.b64encode(value).decode(),
    Kind.MOMENT: datetime.isoformat,
    Kind.DAY: date.isoformat,
    Kind.TIME: time.isoformat,
}
_READ: Final[dict[Kind, Callable[[Any], object]]] = {
    Kind.BYTES: base64.b64decode,
    Kind.MOMENT: datetime.fromisoformat,
    Kind.DAY: date.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.JSON: lambda text: json.loads(text) if text != "null" else sa.JSON.NULL,
}


class Section(BaseModel):
    """What the rows that follow are: new ones of a table, or by their ids what these lacked."""

    table: str
    columns: tuple[tuple[str, Kind], ...]
    fills: bool = False

    @classmethod
    def of(cls, table: sa.Table, columns: Sequence[sa.Column[Any]], *, fills: bool = False) -> Self:
        kinds = tuple((column.name, _kind(column)) for column in columns)
        return cls(table=table.name, columns=kinds, fills=fills)

    def statement(self) -> sa.Insert | sa.Update:
        """Takes the rows of this section as they come, a value for each column."""
        columns = [sa.column(name, _TYPES[kind]) for name, kind in self.columns]
        table = sa.table(self.table, *columns)
        if not self.fills:
            return sa.insert(table)
        [there, filled] = columns
        change = sa.update(table).where(there == sa.bindparam("its_id"))
        return change.values({filled.name: sa.bindparam(f"new_{filled.name}")})

    def values(self, row: list[Any]) -> dict[str, object]:
        """One row as parameters of that statement."""
        names = [name for name, _ in self.columns]
        if self.fills:
            names = ["its_id", f"new_{names[1]}"]
        read = [_READ.get(kind) for _, kind in self.columns]
        return {
            name: value if value is None or back is None else back(value)
            for name, value, back in zip(names, row, read, strict=True)
        }


@dataclass(frozen=True)
class Copied:
    """What a backup holds: from when it is, and how many rows."""

    made_at: datetime
    rows: int


def write_out(engine: Engine, out: IO[bytes], now: datetime) -> Copied:
    """Write every row, as the database is at one moment, while everybody works on."""
    rows = 0
    with _reading(engine) as connection:
        revision = migrate.revision(connection)
        _line(out, {"format": FORMAT, "revision": revision, "made_at": now.isoformat()})
        for section, columns in _sections():
            _line(out, section.model_dump())
            for row in _rows(connection, columns):
                _line(out, row)
                rows += 1
    _line(out, {"rows": rows})
    return Copied(now, rows)


def read_in(engine: Engine, source: IO[bytes]) -> Copied:
    """Read every row into an empty database, and bring it up to this code.

    Raises NotABackup or NotEmpty, and has then written nothing but empty tables.
    """
    lines = (_parsed(line) for line in source)
    head = next(lines, None)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise NotABackup("This file is not a backup of this service.")
    _prepare(engine, str(head["revision"]))
    try:
        with engine.begin() as connection:
            rows = _take_all(connection, lines)
            if engine.dialect.name == "postgresql":
                _count_on(connection)
    except IntegrityError:
        raise NotABackup("This backup is damaged: its rows do not fit together.") from None
    migrate.upgrade(engine)
    return Copied(datetime.fromisoformat(head["made_at"]), rows)


def _reading(engine: Engine) -> Connection:
    """A connection that sees one moment and keeps nobody waiting."""
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    return engine.connect().execution_options(reading=True)


def _sections() -> Iterator[tuple[Section, list[sa.Column[Any]]]]:
    """Each table after those it points to; what points onward is filled in at the end, by id."""
    onward: list[sa.Column[Any]] = []
    written: set[sa.Table] = set()
    for table in Base.metadata.sorted_tables:
        ahead = {key.parent for key in table.foreign_keys if key.column.table not in written}
        columns = [column for column in table.columns if column not in ahead]
        yield Section.of(table, columns), columns
        onward += ahead
        written.add(table)
    for column in onward:
        columns = [column.table.c.id, column]
        yield Section.of(column.table, columns, fills=True), columns


def _kind(column: sa.Column[Any]) -> Kind:
    for kind, sort in (
        (Kind.BYTES, (Encrypted, Blind, sa.LargeBinary)),
        (Kind.MOMENT, UTCDateTime),
        (Kind.DAY, sa.Date),
        (Kind.TIME, sa.Time),
        (Kind.JSON, sa.JSON),
    ):
        if isinstance(column.type, sort):
            return kind
    return Kind.PLAIN


def _rows(
    connection: Connection, columns: Sequence[sa.Column[Any]]
) -> Iterator[list[object | None]]:
    kinds = [_kind(column) for column in columns]
    bare = [_bare(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    [table] = {column.table for column in columns}
    asked = sa.select(*bare).order_by(table.c.id).execution_options(yield_per=BATCH)
    writers = [_WRITE.get(kind) for kind in kinds]
    for row in connection.execute(asked):
        yield [
            value if value is None or write is None else write(value)
            for value, write in zip(row, writers, strict=True)
        ]


def _bare(column: sa.Column[Any], kind: Kind) -> sa.ColumnElement[Any]:
    """The column as the database holds it: ciphertext closed, words as words, JSON as its text."""
    if kind is Kind.JSON:
        return sa.cast(column, sa.Text)
    return column if kind is Kind.PLAIN else sa.type_coerce(column, _TYPES[kind])


def _line(out: IO[bytes], content: object) -> None:
    out.write(json.dumps(content, separators=(",", ":")).encode() + b"\n")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise NotABackup("This backup is damaged.") from None


def _prepare(engine: Engine, revision: str) -> None:
    """Give an empty database the shape of the backup's day."""
    if revision not in migrate.revisions():
        raise NotABackup(f"This backup is of another version ({revision}) than this program.")
    with engine.connect() as connection:
        stands = migrate.revision(connection)
        if stands and connection.execute(sa.text("SELECT 1 FROM clinic LIMIT 1")).first():
            raise NotEmpty("This database already holds a clinic. Restore into an empty one.")
    if stands not in (None, revision):
        migrate.downgrade(engine)
    migrate.upgrade(engine, revision)


def _take_all(connection: Connection, lines: Iterator[Any]) -> int:
    """Put all rows in, section by section; the last line says how many there must be."""
    rows = 0
    section: Section | None = None
    known = set(sa.inspect(connection).get_table_names())
    for is_row, together in groupby(lines, lambda line: isinstance(line, list)):
        if is_row and section is not None:
            rows += _put(connection, section, together)
            continue
        for head in together:
            if isinstance(head, dict) and "rows" in head:
                if head["rows"] == rows:
                    return rows
                break
            section = _section(head, known)
    raise NotABackup("This backup is not whole.")


def _put(connection: Connection, section: Section, rows: Iterable[list[Any]]) -> int:
    put, statement, waiting = 0, section.statement(), iter(rows)
    while batch := [section.values(row) for row in islice(waiting, BATCH)]:
        connection.execute(statement, batch)
        put += len(batch)
    return put


def _section(head: object, known: Collection[str]) -> Section:
    try:
        section = Section.model_validate(head)
    except ValidationError:
        raise NotABackup("This backup is damaged.") from None
    if section.table not in known:
        raise NotABackup(f"This backup holds what this program does not know: {section.table}.")
    return section


def _count_on(connection: Connection) -> None:
    """New rows take the numbers after those that came in."""
    for table in Base.metadata.sorted_tables:
        connection.execute(
            sa.text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 - ours
                f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
            )
        )
