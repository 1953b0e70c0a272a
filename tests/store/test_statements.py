"""Do statements that are given many values at once mean what they say, on both databases?"""

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from builders import NOW, a_clinic, a_patient, a_plan

from reminders import outbox
from reminders.outbox.waiting import next_due
from reminders.store.audit import Heartbeat, beat
from reminders.store.conversation import Message
from reminders.store.db import Sessions, UTCDateTime, db_now, transaction
from reminders.store.people import Clinic
from reminders.store.queries.waiting_work import waiting_work
from reminders.store.statements import among, given, is_one_of, run

DUE = NOW + timedelta(minutes=31)
TICK_GOES_BY = (
    "ix_reply_unread",
    "ix_routine_next_due_at",
    "ix_receipt_unapplied",
    "ix_message_state",
    "ix_attempt_state",
    "ix_alert_safety",
)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param(("a", "c", "nobody"), {"a", "c"}, id="some"),
        pytest.param((), set(), id="none"),
        pytest.param(["a', 'b", 'b"'], set(), id="words with quotes"),
    ],
)
def test_only_those_given_are_found(
    sessions: Sessions, names: Collection[str], found: set[str]
) -> None:
    with transaction(sessions) as session:
        for name in "abc":
            beat(session, name, NOW)
    query = sa.select(Heartbeat.name).where(among(Heartbeat.name, "names"))

    with sessions() as session:
        assert set(run(session, query, names=names).scalars()) == found


def test_ids_are_given_as_numbers(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        first = a_clinic(session).id
        a_clinic(session, "+12075550101", "care@oak.example")
    query = sa.select(Clinic.id).where(among(Clinic.id, "ids"))

    with sessions() as session:
        assert run(session, query, ids={first, 999}).scalars().all() == [first]


def test_fixed_words_are_spelt_out(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        for name in "abc":
            beat(session, name, NOW)
    query = sa.select(Heartbeat.name).where(~is_one_of(Heartbeat.name, ("a", "c")))

    with sessions() as session:
        assert run(session, query).scalars().all() == ["b"]


def test_given_rows_stand_there_once_for_each_of_their_ids(sessions: Sessions) -> None:
    types = {"at": UTCDateTime(), "day": sa.Date(), "so": sa.Boolean(), "word": sa.String()}
    rows = [
        {"at": NOW, "day": date(2026, 3, 8), "so": True, "word": "it's", "ids": "3,5"},
        {"at": None, "day": None, "so": False, "word": "", "ids": "8"},
    ]

    with sessions() as session:
        read = given(session, types, rows)
        told = session.execute(sa.select(*read.c).order_by(read.c.id)).all()

    assert [tuple(row) for row in told] == [
        (NOW, date(2026, 3, 8), True, "it's", 3),
        (NOW, date(2026, 3, 8), True, "it's", 5),
        (None, None, False, "", 8),
    ]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_is_waited_for_is_found_past_a_crowd_of_reminders(sessions: Sessions) -> None:
    engine, said = sessions.kw["bind"], list[tuple[str, object]]()

    def note(_c: object, _k: object, statement: str, values: object, *_rest: object) -> None:
        said.append((statement, values))

    sa.event.listen(engine, "before_cursor_execute", note)
    with transaction(sessions) as session:
        next_due(session, DUE, 5)
    sa.event.remove(engine, "before_cursor_execute", note)

    awaited, values = next(one for one in said if one[0].startswith("SELECT"))
    with sessions() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {awaited}", values)
        assert "ix_message_awaited" in str(plan.all())


def test_a_tick_with_nothing_to_do_is_told_so_at_once(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))

    with sessions() as session:
        work = waiting_work(session, clock="clock", now=NOW, ahead=NOW)

    assert not work.anything
    assert work.beat_at is None


def test_a_tick_is_told_what_there_is_to_do(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
        beat(session, "clock", NOW)
    with sessions() as session:
        before = waiting_work(session, clock="clock", now=DUE, ahead=DUE)
    outbox.plan(sessions, DUE)
    with sessions() as session:
        after = waiting_work(session, clock="clock", now=DUE, ahead=DUE)

    assert (before.routines, before.letters, before.beat_at) == (True, False, NOW)
    assert (after.routines, after.letters) == (False, True)


@pytest.mark.parametrize(
    ("lease", "in_doubt"),
    [
        pytest.param(timedelta(minutes=1), False, id="on its way"),
        pytest.param(timedelta(minutes=-1), True, id="its lease is over"),
    ],
)
def test_a_claim_is_in_doubt_once_its_lease_is_over(
    sessions: Sessions, *, lease: timedelta, in_doubt: bool
) -> None:
    with transaction(sessions) as session:
        a_plan(session, a_patient(session, a_clinic(session)))
    outbox.plan(sessions, DUE)
    with transaction(sessions) as session:
        lease_until = db_now(session) + lease
        session.execute(sa.update(Message).values(state="claimed", lease_until=lease_until))

    with sessions() as session:
        work = waiting_work(session, clock="clock", now=DUE, ahead=DUE)

    assert (work.in_doubt, work.letters, work.anything) == (in_doubt, False, in_doubt)


def test_a_tick_walks_through_nothing_that_merely_exists(
    engine: sa.Engine, sessions: Sessions
) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, text: str, values: Any, *_more: object) -> None:
        asked.append((text, values))

    sa.event.listen(engine, "before_cursor_execute", note)
    with sessions() as session:
        waiting_work(session, clock="clock", now=NOW, ahead=NOW)
    sa.event.remove(engine, "before_cursor_execute", note)

    [(text, values)] = [one for one in asked if one[0].startswith("SELECT")]
    with sessions() as session:
        connection = session.connection()
        if engine.dialect.name == "postgresql":
            # So few rows would be read from end to end, and sorted.
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        found = str(connection.exec_driver_sql(f"{explain} {text}", values).all())
    assert [name for name in TICK_GOES_BY if name not in found] == []
    # In the text, or PostgreSQL plans all of it anew each time where there are many rows.
    assert text.count("LIMIT 1") == 7
    assert not re.search(r"Seq Scan|Sort|TEMP B-TREE|SCAN (?!CONSTANT)\w+\b(?! USING)", found)
