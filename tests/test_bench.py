"""The benches measure what they say; small ones of each kind."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres import on_the_server, postgres_url

from bench import cpu, faults, inbound, kill, patience, plan, servers, stage
from bench.__main__ import FULL, SHORT, Step
from bench.killing import Outcome
from bench.peers import rows
from bench.routines import HABITS
from reminders.store.audit import Heartbeat
from reminders.store.db import Sessions


def test_a_killed_clock_loses_nothing_and_doubles_nothing() -> None:
    outcome = kill.run(messages=12, kills=1, server="")

    assert (outcome.messages, outcome.kills) == (12, 1)
    assert (outcome.lost, outcome.doubled, outcome.stuck) == (0, 0, 0)


@pytest.mark.parametrize(
    ("fault", "look_ups"), [("taken, then dropped", 1), ("500, not taken", 1 + 2 * 6)]
)
def test_a_provider_that_misbehaves_loses_nothing_and_doubles_nothing(
    fault: str, look_ups: int
) -> None:
    with stage.a_provider() as provider:
        outcome = faults.run(provider, fault, messages=6, server="")

    assert (outcome.lost, outcome.doubled, outcome.stuck) == (0, 0, 0)
    assert outcome.look_ups == look_ups


def test_a_killed_web_leaves_every_reply_read_and_logged_once() -> None:
    outcome = inbound.run(replies=16, kills=1, server="")

    assert 0 < outcome.taken + outcome.fetched <= 16
    assert (outcome.unread, outcome.unlogged, outcome.stuck) == (0, 0, 0)
    assert (outcome.entries_doubled, outcome.answers_doubled) == (0, 0)


def test_planning_is_measured_over_all_that_is_due() -> None:
    idle, [cost] = plan.measure("", routines=2 * len(HABITS), rounds=2)

    assert (cost.due, len(cost.rounds)) == (100, 2)
    assert 0 < idle.planning < idle.tick


@pytest.mark.parametrize("bench", ["bench.stage", "bench.burst"])
def test_a_clock_ends_when_whoever_started_it_was_killed(tmp_path: Path, bench: str) -> None:
    database = f"sqlite:///{tmp_path}/bench.db"
    sessions = stage.opened(database, stage.Provider(plan.NOWHERE, 0))
    asked = {
        "bench.stage": [database, plan.NOWHERE],
        "bench.burst": ["--clock", database, plan.NOWHERE, "1"],
    }
    starting = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    parent = subprocess.Popen(
        [sys.executable, "-c", starting, sys.executable, "-m", bench, *asked[bench]],
        stdout=subprocess.PIPE,
    )

    ticked = patience.until(lambda: _beats(sessions) == 1)
    parent.kill()
    parent.communicate(timeout=60)  # the clock holds the other end of it

    assert ticked


def _beats(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) or 0


def test_a_bench_leaves_neither_its_database_nor_the_role_of_its_wall() -> None:
    with stage.a_database(postgres_url()) as database:
        url = sa.make_url(database)
        stage.opened(database, stage.Provider(plan.NOWHERE, 0)).kw["bind"].dispose()
        [row] = on_the_server(f"SELECT oid FROM pg_database WHERE datname = '{url.database}'")
        role = f"SELECT FROM pg_roles WHERE rolname = 'reminders_web_{row.oid}'"
        assert on_the_server(role)

    assert not on_the_server(role)


@pytest.mark.parametrize(
    ("lost", "doubled", "stuck", "sound"),
    [(0, 0, 0, True), (1, 0, 0, False), (0, 1, 0, False), (0, 0, 1, False)],
    ids=["nothing amiss", "lost", "doubled", "stuck"],
)
def test_one_message_amiss_makes_a_run_unsound(
    *, lost: int, doubled: int, stuck: int, sound: bool
) -> None:
    assert _outcome(lost, doubled, stuck).sound is sound


def test_a_run_that_went_wrong_does_not_hide_behind_the_others() -> None:
    line = kill.line([_outcome(0, 0, 0), _outcome(1, 0, 0), _outcome(0, 0, 0)])

    assert line[:4] == ["ours", "10", "2", "0 / 1 / 0"]


def test_what_a_process_works_is_counted_with_its_children() -> None:
    burn = "x = sum(i * i for i in range(3_000_000))"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); input()"

    with subprocess.Popen([sys.executable, "-c", nested], stdin=subprocess.PIPE) as busy:
        grew = patience.until(lambda: cpu.seconds(busy.pid) > 0.1)

    assert grew
    assert cpu.parent(busy.pid) == 0


def test_a_wait_ends_when_nothing_moves_any_more() -> None:
    left = iter([3, 2, 1, *[1] * 1000])

    seconds = patience.until_quiet(lambda: next(left), quiet=0.05, step=0.01)

    assert next(left) == 1
    assert seconds < 5


def test_a_peers_rows_are_due_until_they_are_marked() -> None:
    engine = sa.create_engine("sqlite://")
    rows.create(engine)
    now = rows.now()

    numbers = rows.fill(engine, 3, now)
    with engine.begin() as connection:
        due = connection.scalars(rows.DUE, {"now": now}).all()
        connection.execute(rows.MARK_SENT, {"row": due[0], "sid": "SM1", "now": now})
        again = connection.execute(rows.UNSENT, {"row": due[0]}).one_or_none()

    assert (len(set(numbers)), len(due), rows.due(engine), again) == (3, 3, 2, None)
    engine.dispose()


def test_a_machine_without_redis_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(servers.Missing, match="redis-server"), servers.redis():
        pass


@pytest.mark.parametrize("step", list(dict.fromkeys((*SHORT, *FULL))), ids=lambda step: step.call)
def test_every_bench_of_a_run_is_there(step: Step) -> None:
    assert find_spec(step.call.split()[0]) is not None


def _outcome(lost: int, doubled: int, stuck: int) -> Outcome:
    return Outcome("ours", 10, 2, lost, doubled, stuck, look_ups=0, seconds_to_drain=1.5)
