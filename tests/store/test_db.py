"""Do rows go in and come out as they should, on both databases?"""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient
from setting import RING
from sqlalchemy.exc import IntegrityError, StatementError

from reminders.core.gate import Kind
from reminders.store.audit import Heartbeat, beat
from reminders.store.conversation import Message, State
from reminders.store.db import (
    GOOD_FOR_SECONDS,
    Sessions,
    at_once,
    db_now,
    insert_once,
    insert_returning,
    make_engine,
    transaction,
)
from reminders.store.keyring import Keyring
from reminders.store.people import Clinic, Location, Medium, Patient


def a_row(clinic_id: int, key: str) -> dict[str, object]:
    """A message as planning writes it."""
    return {
        "clinic_id": clinic_id,
        "recipient": "p1",
        "kind": Kind.REMINDER,
        "key": key,
        "medium": Medium.TEXT,
        "due_at": NOW,
        "ready_at": NOW,
        "created_at": NOW,
    }


def clinic_of(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return a_clinic(session).id


# Moments


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 3, 8, 7, 30, tzinfo=UTC), id="UTC"),
        pytest.param(
            datetime(2026, 3, 8, 3, 30, tzinfo=ZoneInfo("America/New_York")), id="New York"
        ),
        pytest.param(
            datetime(2026, 3, 8, 13, 15, tzinfo=timezone(timedelta(hours=5, minutes=45))),
            id="a quarter to",
        ),
    ],
)
def test_a_moment_comes_back_in_utc(sessions: Sessions, moment: datetime) -> None:
    with sessions.begin() as session:
        beat(session, "clock", moment)
    with sessions() as session:
        kept = session.scalars(sa.select(Heartbeat.beat_at)).one()

    assert kept == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert kept.tzinfo is UTC


def test_a_moment_keeps_its_microseconds(sessions: Sessions) -> None:
    moment = NOW.replace(microsecond=123_456)
    with sessions.begin() as session:
        beat(session, "clock", moment)
    with sessions() as session:
        assert session.scalars(sa.select(Heartbeat.beat_at)).one() == moment


def test_a_moment_without_a_zone_is_refused(sessions: Sessions) -> None:
    naive = NOW.replace(tzinfo=None)

    with sessions() as session, pytest.raises(StatementError, match="without a zone"):
        beat(session, "clock", naive)
        session.flush()
    with sessions() as session, pytest.raises(StatementError, match="without a zone"):
        session.execute(sa.select(Heartbeat).where(Heartbeat.beat_at < naive))


def test_moments_are_compared_as_moments_whatever_their_zone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        beat(session, "clock", NOW)
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))

    with sessions() as session:
        before = session.scalar(
            sa.select(sa.func.count())
            .select_from(Heartbeat)
            .where(Heartbeat.beat_at < tokyo + timedelta(seconds=1))
        )
        after = session.scalar(
            sa.select(sa.func.count()).select_from(Heartbeat).where(Heartbeat.beat_at < tokyo)
        )

    assert (before, after) == (1, 0)


def test_the_database_tells_the_time_in_utc(sessions: Sessions) -> None:
    with sessions() as session:
        told = db_now(session)

    assert told.tzinfo is UTC
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_clock_of_the_database_goes_on_inside_a_transaction(sessions: Sessions) -> None:
    with sessions.begin() as session:
        first = db_now(session)
        session.scalar(sa.select(sa.func.count()).select_from(Clinic))
        told = (db_now(session) for _ in range(10_000))

        assert any(moment > first for moment in told)


# One unit of work


def test_a_transaction_is_kept_whole(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_patient(session, a_clinic(session))

    with sessions() as session:
        assert session.scalars(sa.select(Patient)).one().clinic.short_name == "Maple PT"


def test_a_transaction_that_fails_leaves_nothing(sessions: Sessions) -> None:
    with pytest.raises(LookupError), transaction(sessions) as session:
        a_patient(session, a_clinic(session))
        raise LookupError

    with sessions() as session:
        left = [session.scalar(sa.select(sa.func.count(row.id))) for row in (Clinic, Patient)]
    assert left == [0, 0]


def test_a_row_of_no_clinic_is_refused(sessions: Sessions) -> None:
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        session.add(Location(clinic_id=404, name="Nowhere"))


def test_a_fault_of_the_database_says_nothing_of_what_was_written(sessions: Sessions) -> None:
    clinic_id = clinic_of(sessions)
    with pytest.raises(IntegrityError) as fault, transaction(sessions) as session:
        for _ in range(2):
            session.execute(
                sa.insert(Message).values(a_row(clinic_id, "day 1") | {"reason": "Ana Morales"})
            )

    assert "Ana Morales" not in str(fault.value)


def test_rows_stay_readable_after_their_session(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        ana = a_patient(session, a_clinic(session))

    assert (ana.name, ana.clinic.short_name) == ("Ana Morales", "Maple PT")


# Once


def test_what_is_there_already_is_passed_over(sessions: Sessions) -> None:
    clinic_id = clinic_of(sessions)
    with transaction(sessions) as session:
        insert_once(session, Message, [a_row(clinic_id, "day 1") | {"state": State.SENT}])

    with transaction(sessions) as session:
        insert_once(session, Message, [a_row(clinic_id, key) for key in ("day 1", "day 2")])

    with sessions() as session:
        found = session.execute(sa.select(Message.key, Message.state).order_by(Message.key)).all()
    assert [tuple(row) for row in found] == [("day 1", State.SENT), ("day 2", State.DUE)]


def test_only_new_rows_are_handed_back(sessions: Sessions) -> None:
    clinic_id = clinic_of(sessions)
    wanted = (Message.id, Message.key)
    with transaction(sessions) as session:
        first = insert_returning(session, Message, [a_row(clinic_id, "day 1")], wanted)
        second = insert_returning(
            session, Message, [a_row(clinic_id, key) for key in ("day 1", "day 2")], wanted
        )

    assert [row.key for row in first] == ["day 1"]
    assert [row.key for row in second] == ["day 2"]
    assert first[0].id != second[0].id


def test_nothing_to_insert_is_no_fault(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        insert_once(session, Message, [])

        assert insert_returning(session, Message, [], (Message.id,)) == []


# The embedded database


def test_sqlite_waits_writes_ahead_and_minds_its_keys(tmp_path: object) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/one.db", Keyring((b"k" * 32,), b"i" * 32))

    with engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        }
    engine.dispose()

    assert said == {"journal_mode": "wal", "busy_timeout": 10_000, "foreign_keys": 1}


# Connections


def test_a_connection_that_died_at_rest_is_replaced(engines: dict[str, sa.Engine]) -> None:
    url = engines["postgresql"].url.render_as_string(hide_password=False)
    engine = make_engine(url, RING)
    number = sa.select(sa.func.pg_backend_pid())
    with engine.connect() as connection:
        dead, info = connection.scalar(number), connection.info
    info["since"] -= 2 * GOOD_FOR_SECONDS
    with engines["postgresql"].connect() as other:
        assert other.scalar(sa.select(sa.func.pg_terminate_backend(dead)))

    with engine.connect() as connection:
        assert connection.scalar(number) != dead
    engine.dispose()


def test_what_is_written_at_once_is_kept(
    sessions: Sessions,
) -> None:
    with at_once(sessions) as session:
        beat(session, "clock", NOW)

    with sessions() as session:
        assert session.scalar(sa.select(Heartbeat.beat_at)) == NOW


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_plan_made_for_a_small_table_uses_the_index_that_a_large_one_needs(
    sessions: Sessions,
) -> None:
    with transaction(sessions) as session:
        session.execute(sa.text("CREATE TEMPORARY TABLE t (id bigint PRIMARY KEY, word text)"))
        session.execute(
            sa.text("INSERT INTO t SELECT n, repeat('x', 80) FROM generate_series(1, 120) n")
        )
        session.execute(sa.text("ANALYZE t"))
        plan = session.scalars(sa.text("EXPLAIN SELECT word FROM t WHERE id = 7")).all()

    assert any("Index Scan" in line for line in plan), plan
