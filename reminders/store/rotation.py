"""How do values that an older key closed come under the newest one?

One row at a time and only where it still holds what was read, so that it runs beside a working
service; what it leaves undone is found again by running it again.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Engine

from reminders.store.keyring import Encrypted, Keyring
from reminders.store.models import Base

BATCH: Final = 500


def personal_columns() -> Iterator[tuple[str, Encrypted, str]]:
    """Every column that is ciphertext at rest: its table, its type, its name."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Encrypted):
                yield table.name, column.type, column.name


def rotate(engine: Engine, ring: Keyring) -> int:
    """Close with the first key whatever another key closed; returns how many values it were.

    Raises Unreadable where no key of the ring fits: then nothing of that batch is changed.
    """
    return sum(_rotate(engine, ring, *place) for place in personal_columns())


def _rotate(engine: Engine, ring: Keyring, table: str, column: Encrypted, name: str) -> int:
    bare = sa.table(table, sa.column("id", sa.Integer), sa.column(name, sa.LargeBinary))
    sealed = bare.c[name]
    rows = sa.select(bare.c.id, sealed).where(sealed.is_not(None)).order_by(bare.c.id).limit(BATCH)
    again = sa.update(bare).where(
        bare.c.id == sa.bindparam("row"), sealed == sa.bindparam("old", type_=sa.LargeBinary)
    )
    change = again.values({name: sa.bindparam("new", type_=sa.LargeBinary)})
    changed, last = 0, 0
    while True:
        with engine.begin() as connection:
            batch = connection.execute(rows.where(bare.c.id > last)).all()
            if not batch:
                return changed
            news = list(_resealed(ring, column.column, batch))
            if news:
                connection.execute(change, news)
        changed += len(news)
        last = batch[-1].id


def _resealed(
    ring: Keyring, column: str, batch: Sequence[sa.Row[Any, Any]]
) -> Iterator[dict[str, object]]:
    for number, sealed in batch:
        if not ring.is_newest(bytes(sealed), column):
            new = ring.seal(ring.open(bytes(sealed), column), column)
            yield {"row": number, "old": sealed, "new": new}
