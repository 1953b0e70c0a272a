"""Have we been away, gone back in time, or lost the time? Then reminders wait for a person.

Three things are compared: the newest heartbeat in the database, the one this machine remembers in
a small file beside it, and the clocks of machine and database. A clinic that is held hears it by
mail, its desk shows it, and a person lets the reminders go: first what came in meanwhile is
fetched from the provider and read, then they leave.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from reminders.config import Mode
from reminders.core.wording import Key
from reminders.inbox.catching_up import catch_up
from reminders.outbox import Post
from reminders.store.audit import audit, last_beat
from reminders.store.db import Sessions, db_now, reading, transaction
from reminders.store.people import Clinic
from reminders.store.record import Cause, Hold
from reminders.watch.telling import tell_admins

LONGEST_SILENCE = timedelta(hours=24)
APART = timedelta(minutes=2)
# A person who lets reminders go although the clocks differ is not asked again the same day.
ASKED_AGAIN = timedelta(hours=24)
# Whatever a clock does, the clocks have been compared no longer ago than this.
LOOKED_LATELY = timedelta(minutes=1)
LISTENED_BEFORE = timedelta(hours=2)
GAP = timedelta(minutes=2)  # a restart takes no longer
MEMORY = "last_beat"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Times:
    """What the clocks and the memory say at one moment."""

    machine: datetime
    database: datetime
    beat: datetime | None
    remembered: datetime | None


@dataclass(frozen=True)
class Finding:
    """Why reminders must wait, and since when we may not have listened."""

    cause: Cause
    reason: str
    dark_since: datetime


def finding(times: Times) -> Finding | None:
    """Judge the clocks; a database that never had a heartbeat is new, and nothing is amiss."""
    beat = times.beat
    if beat is None:
        return None
    if times.remembered is not None and beat < times.remembered - APART:
        reason = "the database is older than this machine remembers, as after a restore"
        return Finding(Cause.RESTORE, reason, beat)
    if times.database - beat > LONGEST_SILENCE:
        hours = round((times.database - beat) / timedelta(hours=1))
        return Finding(Cause.SILENCE, f"nothing was sent for {hours} hours", beat)
    apart = max(abs(times.machine - times.database), beat - times.database)
    if apart > APART:
        minutes = round(apart / timedelta(minutes=1))
        reason = f"the clocks of machine and database differ by {minutes} minutes"
        return Finding(Cause.CLOCKS, reason, min(beat, times.database))
    return None


def mind_the_time(post: Post, machine: datetime) -> None:
    """Compare the clocks, hold every clinic if they frighten us, and remember the heartbeat."""
    if post.settings.run_mode is not Mode.PRODUCTION:
        return
    memory = post.settings.var_dir / MEMORY
    with transaction(post.sessions) as session:
        times = Times(machine, db_now(session), last_beat(session), _remembered(memory))
        found = finding(times)
        if found is not None:
            hold_all(session, found, machine)
    # What is held now is known: the next look begins from the database as it is.
    _remember(memory, times.beat)


def gap_since(sessions: Sessions, machine: datetime) -> datetime | None:
    """Since when nobody listened, if no clock has ticked for a while."""
    with reading(sessions) as session:
        beat, db_time = last_beat(session), db_now(session)
    if beat is None or db_time - beat <= GAP:
        return None
    return machine - (db_time - beat) - LISTENED_BEFORE


class FirstLook:
    """A look at the clocks before anything is done, after a start or a gap.

    A database that was away may have been away for days; the heartbeat of the first tick would
    hide it, and what that tick sends cannot be called back.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._lock = Lock()
        self._looked_at: datetime | None = None
        self._unheard_since: datetime | None = None

    def before(self, machine: datetime) -> None:
        """Compare the clocks and listen back, if not done lately; raises without the database."""
        with self._lock:
            if self._looked_at is None or abs(machine - self._looked_at) > LOOKED_LATELY:
                mind_the_time(self._post, machine)
                self._listen_back(machine)
                self._looked_at = machine

    def _listen_back(self, machine: datetime) -> None:
        """Take in what was written meanwhile: who said STOP in the gap gets no reminder now.

        A provider that cannot be reached is asked again at the next look.
        """
        since = self._unheard_since or gap_since(self._post.sessions, machine)
        heard = since is None or catch_up(self._post, since, machine)
        self._unheard_since = None if heard else since


def hold_all(session: Session, found: Finding, now: datetime) -> int:
    """Stop the reminders of every clinic that is not stopped already; how many it were."""
    clinics = session.scalars(sa.select(Clinic.id).where(~_held(found.cause, now))).all()
    for clinic_id in clinics:
        hold = Hold(
            clinic_id=clinic_id,
            cause=found.cause,
            reason=found.reason,
            by="service",
            since=now,
            dark_since=found.dark_since,
        )
        session.add(hold)
        session.flush()
        subject = f"hold:{hold.id}"
        audit(session, clinic_id, actor="service", action="hold", subject=subject, now=now)
        tell_admins(session, clinic_id, Key.STAFF_HOLD, subject, now)
        log.warning("held", clinic=clinic_id, cause=found.cause.value)
    return len(clinics)


def restored(sessions: Sessions, now: datetime) -> int:
    """Somebody says that the database comes from a backup: every clinic waits for a person."""
    with transaction(sessions) as session:
        dark_since = last_beat(session) or now - LONGEST_SILENCE
        reason = "the database was restored from a backup"
        return hold_all(session, Finding(Cause.RESTORE, reason, dark_since), now)


def release_asked(post: Post, now: datetime) -> int:
    """Let go what a person has let go: what came in meanwhile is read first."""
    with post.sessions() as session:
        asked = session.scalars(
            sa.select(Hold).where(Hold.asked_at.is_not(None), Hold.released_at.is_(None))
        ).all()
    if not asked:
        return 0
    catch_up(post, min(hold.dark_since or hold.since for hold in asked) - LISTENED_BEFORE, now)
    with transaction(post.sessions) as session:
        for hold in asked:
            session.get_one(Hold, hold.id).release(now)
    return len(asked)


def _held(cause: Cause, now: datetime) -> sa.ColumnElement[bool]:
    stands: sa.ColumnElement[bool] = Hold.released_at.is_(None)
    if cause is Cause.CLOCKS:
        stands = sa.or_(stands, Hold.released_at > now - ASKED_AGAIN)
    return sa.exists().where(Hold.clinic_id == Clinic.id, Hold.by == "service", stands)


def _remembered(memory: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(memory.read_text().strip())
    except (OSError, ValueError):
        return None


def _remember(memory: Path, beat: datetime | None) -> None:
    if beat is None:
        return
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(beat.isoformat())
    except OSError as fault:
        # A platform without a disk of its own: `cli restored` says what the file would have said.
        log.warning("heartbeat_not_remembered", fault=type(fault).__name__)
