"""Who writes to SQLite waits for the one before, and is woken: nobody polls for the lock."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from setting import RING
from sqlalchemy.exc import OperationalError

from reminders.store.db import Sessions, make_engine, make_sessions, reading, transaction


@pytest.fixture
def impatient(tmp_path: Path) -> Sessions:
    """A database that tells whoever finds it locked at once, instead of letting them poll."""
    engine = make_engine(f"sqlite:///{tmp_path}/turns.db", RING)

    @sa.event.listens_for(engine, "connect")
    def _at_once(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout = 0")

    sessions = make_sessions(engine)
    with transaction(sessions) as session:
        session.execute(sa.text("CREATE TABLE line (who TEXT)"))
    return sessions


def write(sessions: Sessions, who: str, begun: Event, go_on: Event) -> None:
    with transaction(sessions) as session:
        session.execute(sa.text("INSERT INTO line VALUES (:who)"), {"who": who})
        begun.set()
        assert go_on.wait(5)


def lines(sessions: Sessions) -> int:
    with reading(sessions) as session:
        return session.scalar(sa.text("SELECT count(*) FROM line")) or 0


def test_a_second_writer_of_the_process_waits_and_is_not_turned_away(impatient: Sessions) -> None:
    begun, go_on, free = Event(), Event(), Event()
    free.set()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write, impatient, "first", begun, go_on)
        assert begun.wait(5)
        second = pool.submit(write, impatient, "second", Event(), free)
        seen_meanwhile = lines(impatient)
        go_on.set()
        first.result(5)
        second.result(5)

    assert seen_meanwhile == 0
    assert lines(impatient) == 2


def test_a_writer_that_fails_lets_the_next_one_in(impatient: Sessions) -> None:
    with pytest.raises(OperationalError), transaction(impatient) as session:
        session.execute(sa.text("INSERT INTO nowhere VALUES (1)"))

    with transaction(impatient) as session:
        session.execute(sa.text("INSERT INTO line VALUES ('next')"))

    assert lines(impatient) == 1
