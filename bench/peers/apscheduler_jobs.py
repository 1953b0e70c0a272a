"""What does APScheduler cost with one job a patient, kept in its own SQLAlchemy job store?"""

import time
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

THREADS = 10  # its own default
PATIENCE = 600


def microseconds_a_job(database: str, jobs: int) -> float:
    """Store so many jobs, all due at one moment, and run them: from waking up to the last one.

    With its own default of a second's grace it would drop most of them; here it may be late.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC,
        jobstores={"default": SQLAlchemyJobStore(database)},
        executors={"default": ThreadPoolExecutor(THREADS)},
        job_defaults={"misfire_grace_time": None, "coalesce": True},
    )
    scheduler.start(paused=True)
    due = datetime.now(UTC) - timedelta(minutes=1)
    daily = CronTrigger(hour=due.hour, minute=due.minute, timezone=UTC)
    for patient in range(jobs):
        scheduler.add_job(_REMIND, daily, args=(patient,), id=str(patient), next_run_time=due)
    _turns.expect(jobs)
    began = time.perf_counter()
    scheduler.resume()
    if not _turns.over.wait(PATIENCE):
        raise TimeoutError(f"{jobs} jobs did not run within {PATIENCE} seconds")
    took = time.perf_counter() - began
    scheduler.shutdown()
    return 1e6 * took / jobs


def remind(patient: int) -> None:
    """What a job does: nothing, for what is measured is how it comes to do it."""
    del patient
    _turns.take()


_REMIND = f"{__name__}:{remind.__name__}"


class _Turns:
    """Counts the jobs that have run."""

    def __init__(self) -> None:
        self.over = Event()
        self._taken, self._expected = count(1), 0

    def expect(self, jobs: int) -> None:
        self.over.clear()
        self._taken, self._expected = count(1), jobs

    def take(self) -> None:
        if next(self._taken) >= self._expected:
            self.over.set()


_turns = _Turns()
