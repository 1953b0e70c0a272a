"""Does the web notice that no clock ticks any more?

While requests come in, one look a minute, beside them and never in their way. A clock that was
there and has fallen silent is told to the admins, once an hour; the web itself carries the mail,
for there is nobody else to carry it.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread

import sqlalchemy as sa
import structlog
from flask import Flask

from reminders.config import Mode
from reminders.core.wording import Key
from reminders.store.audit import last_beat
from reminders.store.db import Sessions, db_now, transaction
from reminders.store.people import Clinic
from reminders.watch.telling import tell_admins
from reminders.web.house import House

SILENT = timedelta(minutes=2)
EVERY_SECONDS = 60.0


log = structlog.get_logger(__name__)


class Lookout:
    """Looks now and then, in a thread of its own: no request waits for it."""

    def __init__(self, look: Callable[[], None], every_seconds: float = EVERY_SECONDS) -> None:
        self._look = look
        self._every_seconds = every_seconds
        self._lock = Lock()
        self._looked_at = time.monotonic()

    def pass_by(self) -> None:
        """A request passes: look if it has been a while."""
        with self._lock:
            if time.monotonic() - self._looked_at < self._every_seconds:
                return
            self._looked_at = time.monotonic()
        Thread(target=self._look_once, name="lookout", daemon=True).start()

    def _look_once(self) -> None:
        try:
            self._look()
        except Exception:
            log.exception("lookout_failed")
            raise


def keep_lookout(app: Flask, things: House) -> None:
    """Let every request pass the lookout; the demo's machine may sleep as it likes."""
    if things.settings.run_mode is Mode.DEMO:
        return
    lookout = Lookout(
        lambda: things.courier.take(notice_silence(things.sessions, things.clock.now()))
    )
    app.before_request(lookout.pass_by)


def notice_silence(sessions: Sessions, now: datetime) -> tuple[int, ...]:
    """Write the mails that say so; the ids of those that are new."""
    with transaction(sessions) as session:
        beat, db_time = last_beat(session), db_now(session)
        # A clock that never ticked is not set up yet: nobody relies on it.
        if beat is None or db_time - beat <= SILENT:
            return ()
        clinics = session.scalars(sa.select(Clinic.id)).all()
        key = f"silent:{db_time:%Y%m%dT%H}"
        return tuple(
            message_id
            for clinic_id in clinics
            for message_id in tell_admins(session, clinic_id, Key.STAFF_SILENT, key, now)
        )
