"""Away too long, back from a backup, or clocks apart: reminders wait for a person."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, NOW, PATIENT_NUMBER, a_clinic, a_patient, a_plan, a_therapist
from setting import KEY, RING, make_settings
from sqlalchemy.exc import OperationalError
from story import DUE

from reminders import clock as heart
from reminders import outbox, watch
from reminders.channels import Incoming, Unknown
from reminders.config import Mode, SystemClock
from reminders.core.gate import Kind, Reason
from reminders.core.wording import Key
from reminders.outbox import Post
from reminders.sandbox import Sandbox
from reminders.store.accounts import Role
from reminders.store.audit import AuditEvent, Heartbeat
from reminders.store.conversation import Message, Reply, State
from reminders.store.db import Sessions, db_now, make_engine, make_sessions, transaction
from reminders.store.record import Cause, Hold
from reminders.watch.downtime import MEMORY, Times, finding

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def real(post: Post, tmp_path: Path) -> Post:
    """The same provider and database in production, with a disk of its own."""
    settings = make_settings(
        run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org", var_dir=tmp_path
    )
    with transaction(post.sessions) as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
        a_plan(session, a_patient(session, clinic))
        a_clinic(session, "+12075550199", "other@example.org")
    return Post(post.sessions, settings, post.texts, post.mails)


def last_beat_was(post: Post, age: timedelta) -> None:
    with transaction(post.sessions) as session:
        session.execute(sa.delete(Heartbeat))
        at = db_now(session) - age
        session.add(Heartbeat(name="clock", started_at=at, beat_at=at))


def look(post: Post, ahead: timedelta = timedelta()) -> None:
    """As the clock looks, on a machine whose own clock is so far ahead of the database's."""
    with post.sessions() as session:
        machine = db_now(session) + ahead
    watch.mind_the_time(post, machine)


def holds(sessions: Sessions) -> list[Hold]:
    with sessions() as session:
        return list(session.scalars(sa.select(Hold).order_by(Hold.id)))


TIMES = Times(machine=NOW, database=NOW, beat=NOW, remembered=NOW)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, None),
        ({"beat": None}, None),
        ({"beat": NOW - 23 * HOUR, "remembered": None}, None),
        ({"beat": NOW - 25 * HOUR, "remembered": None}, Cause.SILENCE),
        ({"beat": NOW - 25 * HOUR, "remembered": NOW - 25 * HOUR}, Cause.SILENCE),
        ({"beat": NOW - 3 * HOUR}, Cause.RESTORE),
        ({"beat": NOW - timedelta(seconds=90)}, None),
        ({"machine": NOW + timedelta(minutes=3)}, Cause.CLOCKS),
        ({"machine": NOW - timedelta(minutes=3)}, Cause.CLOCKS),
        ({"beat": NOW + timedelta(minutes=3)}, Cause.CLOCKS),
        ({"machine": NOW + timedelta(seconds=90)}, None),
    ],
    ids=str,
)
def test_the_clocks_are_judged(changes: dict[str, object], cause: Cause | None) -> None:
    found = finding(Times(**{**TIMES.__dict__, **changes}))  # type: ignore[arg-type]

    assert (found.cause if found else None) is cause


def test_26_hours_without_a_heartbeat_hold_every_clinic_and_tell_its_admins_by_mail(
    real: Post,
) -> None:
    last_beat_was(real, 26 * HOUR)

    look(real)
    look(real)

    stops = holds(real.sessions)
    assert [stop.reason for stop in stops] == ["nothing was sent for 26 hours"] * 2
    with real.sessions() as session:
        mails = session.scalars(sa.select(Message).where(Message.kind == Kind.STAFF)).all()
        noted = session.scalars(sa.select(AuditEvent.action)).all()
    # The second clinic has no admin: its therapist hears it.
    assert [mail.address for mail in mails] == ["ada@maplept.example", "lena@example.org"]
    assert {mail.wording for mail in mails} == {Key.STAFF_HOLD}
    assert noted == ["hold", "hold"]


def test_a_database_from_a_backup_is_noticed_by_the_memory_beside_it(
    real: Post, tmp_path: Path
) -> None:
    last_beat_was(real, timedelta())
    look(real)
    remembered = (tmp_path / MEMORY).read_text()
    last_beat_was(real, 5 * HOUR)

    look(real)

    assert {stop.cause for stop in holds(real.sessions)} == {Cause.RESTORE}
    assert (tmp_path / MEMORY).read_text() != remembered


def test_a_database_away_at_the_start_hides_no_gap_once_it_is_back(
    real: Post, engine: sa.Engine
) -> None:
    """The first job that finds the database again would beat, and send, as if nothing had been."""
    last_beat_was(real, 26 * HOUR)
    gone = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none", RING)
    away = make_sessions(gone)
    beating = heart.Heart(Post(away, real.settings, real.texts, real.mails), SystemClock())
    with pytest.raises(OperationalError):
        beating.do(heart.prepare)

    away.configure(bind=engine)
    beating.do(heart.prepare)

    assert {stop.cause for stop in holds(real.sessions)} == {Cause.SILENCE}
    with real.sessions() as session:
        last = session.scalars(sa.select(sa.func.max(Heartbeat.beat_at))).one()
        assert last is not None
        assert db_now(session) - last < HOUR


def test_a_gap_of_the_running_clock_is_seen_before_its_next_heartbeat(real: Post) -> None:
    """A machine that slept for a day wakes in the middle of its round."""
    last_beat_was(real, timedelta())
    with real.sessions() as session:
        asleep = db_now(session)
    looks = watch.FirstLook(real)
    looks.before(asleep)
    last_beat_was(real, 26 * HOUR)

    looks.before(asleep + timedelta(seconds=30))
    lately = holds(real.sessions)
    looks.before(asleep + timedelta(seconds=90))

    assert lately == []
    assert {stop.cause for stop in holds(real.sessions)} == {Cause.RESTORE}


def test_what_came_in_while_no_clock_ticked_is_read_before_any_reminder_leaves(
    real: Post, post: Post, sandbox: Sandbox
) -> None:
    last_beat_was(real, 10 * HOUR)
    sandbox.text_lost(PATIENT_NUMBER, CLINIC_NUMBER, "STOP")

    watch.FirstLook(real).before(SystemClock().now())
    outbox.plan(post.sessions, DUE)
    outbox.send_due(post, DUE)

    assert holds(real.sessions) == []
    with post.sessions() as session:
        row = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
    assert (row.state, row.reason) == (State.WITHHELD, Reason.SUPPRESSED)


@pytest.mark.parametrize(
    ("silent", "asked"),
    [(timedelta(seconds=30), False), (10 * HOUR, True)],
    ids=["a restart", "a night"],
)
def test_the_providers_list_is_read_back_to_the_last_heartbeat(
    real: Post, silent: timedelta, *, asked: bool
) -> None:
    last_beat_was(real, silent)
    machine, since = SystemClock().now(), list[datetime]()

    watch.FirstLook(_listening(real, _Ear(since))).before(machine)

    assert bool(since) is asked
    assert all(moment < machine - silent for moment in since)


def test_a_provider_that_could_not_be_reached_is_asked_for_the_whole_gap_again(real: Post) -> None:
    last_beat_was(real, 10 * HOUR)
    machine, since = SystemClock().now(), list[datetime]()
    look = watch.FirstLook(_listening(real, _Ear(since, unreachable=1)))

    look.before(machine)
    heart.prepare(real, machine)  # its heartbeat hides the gap
    for minutes in (2, 4, 6):
        look.before(machine + timedelta(minutes=minutes))

    numbers = 2
    assert len(since) == 2 * numbers
    assert all(moment < machine - 10 * HOUR for moment in since)


def _listening(real: Post, ear: "_Ear") -> Post:
    return Post(real.sessions, real.settings, ear)  # type: ignore[arg-type]  # it is asked for its list alone


@dataclass
class _Ear:
    """A provider with nothing to tell, which notes since when it was asked."""

    since: list[datetime]
    unreachable: int = 0  # times

    def incoming(self, since: datetime, limit: int, recipient: str = "") -> Iterator[Incoming]:
        del limit, recipient
        self.since.append(since)
        self.unreachable -= 1
        if self.unreachable >= 0:
            raise Unknown("connect")
        yield from ()


def test_a_clock_that_beats_every_few_seconds_is_never_held(real: Post) -> None:
    for _ in range(3):
        last_beat_was(real, timedelta(seconds=5))
        look(real)

    assert holds(real.sessions) == []


def test_clocks_apart_hold_once_a_day_though_a_person_lets_go(real: Post) -> None:
    last_beat_was(real, timedelta())
    look(real, ahead=3 * timedelta(minutes=1))
    with transaction(real.sessions) as session:
        for hold in session.scalars(sa.select(Hold)):
            hold.release(db_now(session))

    look(real, ahead=3 * timedelta(minutes=1))

    assert len(holds(real.sessions)) == 2


def test_the_demo_never_holds(real: Post) -> None:
    demo = Post(
        real.sessions,
        real.settings.model_copy(update={"run_mode": Mode.DEMO}),
        real.texts,
        real.mails,
    )
    last_beat_was(demo, 100 * HOUR)

    look(demo)

    assert holds(demo.sessions) == []


def test_a_disk_that_cannot_be_written_stops_nothing(real: Post, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    settings = real.settings.model_copy(update={"var_dir": tmp_path / "a file" / "var"})
    last_beat_was(real, 26 * HOUR)

    look(Post(real.sessions, settings, real.texts, real.mails))

    assert len(holds(real.sessions)) == 2


def test_while_it_is_held_no_reminder_leaves_and_the_row_says_why(
    real: Post, post: Post, sandbox: Sandbox
) -> None:
    last_beat_was(real, 26 * HOUR)
    look(real)

    heart.tick(post, DUE)

    assert sandbox.texts(PATIENT_NUMBER) == ()
    with post.sessions() as session:
        machine = db_now(session)
    outbox.send_due(post, machine)
    with post.sessions() as session:
        row = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
    assert (row.state, row.reason) == (State.WITHHELD, Reason.HOLD)
    assert len(sandbox.mails("ada@maplept.example")) == 1


def test_what_came_in_meanwhile_is_read_before_the_reminders_go(
    real: Post, post: Post, sandbox: Sandbox
) -> None:
    """Ana texted STOP while we were away: her reminder must not leave with the release."""
    last_beat_was(real, 26 * HOUR)
    look(real)
    sandbox.text_lost(PATIENT_NUMBER, CLINIC_NUMBER, "STOP")
    with transaction(post.sessions) as session:
        for hold in session.scalars(sa.select(Hold)):
            hold.ask_release(1, NOW)
    with post.sessions() as session:
        assert session.scalars(sa.select(Reply)).all() == []
        machine = db_now(session)

    assert watch.release_asked(post, machine) == 2
    outbox.plan(post.sessions, DUE)
    outbox.send_due(post, DUE)

    assert {stop.released_at for stop in holds(post.sessions)} == {machine}
    with post.sessions() as session:
        row = session.scalars(sa.select(Message).where(Message.kind == Kind.REMINDER)).one()
    assert (row.state, row.reason) == (State.WITHHELD, Reason.SUPPRESSED)


def test_nobody_asked_so_nothing_is_released(real: Post) -> None:
    last_beat_was(real, 26 * HOUR)
    look(real)

    assert watch.release_asked(real, NOW) == 0
    assert {stop.released_at for stop in holds(real.sessions)} == {None}


def test_after_a_restore_the_command_line_holds_everything(
    real: Post, engine: sa.Engine, tmp_path: Path
) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "reminders.cli", "restored"],
        env={
            "PATH": os.environ["PATH"],
            "RUN_MODE": "test",
            "DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "ENCRYPTION_KEYS": KEY,
            "INDEX_KEY": KEY,
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.stdout.startswith("Reminders of 2 clinics wait"), said.stderr
    assert {stop.cause for stop in holds(real.sessions)} == {Cause.RESTORE}
