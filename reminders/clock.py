"""What happens every few seconds? APScheduler calls; it holds no state and no schedules."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.events import (  # type: ignore[import-untyped]
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

from reminders import inbox, outbox, watch
from reminders.bootstrap import open_mailbox, open_post, set_up_logging
from reminders.config import BadSettings, Clock, Settings, SystemClock
from reminders.inbox.catching_up import catch_up
from reminders.inbox.collecting import collect
from reminders.outbox import Post
from reminders.store.audit import beat
from reminders.store.db import db_now, transaction

REVIEW_SECONDS = 600
CATCH_UP_SECONDS = 600
MAIL_SECONDS = 60
CATCH_UP_SPAN = timedelta(hours=2)
log = structlog.get_logger(__name__)


def tick(post: Post, now: datetime) -> None:
    """Read what lies unread, plan what is due, settle what is known or unsure, send the rest."""
    inbox.read_waiting(post.sessions, post.settings, now)
    outbox.plan(post.sessions, now)
    outbox.apply_receipts(post.sessions, now)
    outbox.settle_unknown(post, now)
    watch.escalate(post.sessions, now)
    outbox.send_due(post, now)
    with transaction(post.sessions) as session:
        beat(session, _name(), db_now(session))


def review(post: Post, now: datetime) -> None:
    """Look at every patient: who needs a person, and whose reason has gone?"""
    watch.review_all(post.sessions, now)


def fetch_missed(post: Post, now: datetime) -> None:
    """Feed the provider's list of incoming texts through the same door as its webhook."""
    catch_up(post, now - CATCH_UP_SPAN, now)


def fetch_mail(post: Post, now: datetime) -> None:
    """Feed the mails that wait in the mailbox through the same door as the mail hook."""
    mailbox = open_mailbox(post.settings)
    if mailbox is not None:
        collect(post, mailbox, now)


def start(post: Post, clock: Clock) -> BackgroundScheduler:
    """Begin to tick in the background; every job reads the clock once."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    jobs: tuple[tuple[Callable[[Post, datetime], None], float], ...] = (
        (tick, post.settings.tick_seconds),
        (review, REVIEW_SECONDS),
        (fetch_missed, CATCH_UP_SECONDS),
    )
    if post.settings.imap_host:
        jobs += ((fetch_mail, MAIL_SECONDS),)
    # The scheduler itself runs on the machine's time, also where the demo's clock is moved.
    first = SystemClock().now()
    for job, seconds in jobs:
        scheduler.add_job(
            _once,
            "interval",
            seconds=seconds,
            args=(job, post, clock),
            id=job.__name__,
            next_run_time=first,
        )
    scheduler.start()
    return scheduler


def _once(job: Callable[[Post, datetime], None], post: Post, clock: Clock) -> None:
    job(post, clock.now())


def _report(event: JobEvent) -> None:
    fault = getattr(event, "exception", None)
    log.warning("job_trouble", job=event.job_id, code=event.code, fault=type(fault).__name__)


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def main() -> None:
    """Run one clock process until SIGTERM; what is in flight is finished first."""
    try:
        settings = Settings.read()
    except BadSettings as fault:
        sys.exit(str(fault))
    if settings.sqlite:
        sys.exit(
            "DATABASE_URL: SQLite serves one process only. Run `python app.py`, which ticks by "
            "itself, or set DATABASE_URL to PostgreSQL."
        )
    set_up_logging(settings)
    post = open_post(settings, timeout=settings.clock_timeout_seconds)
    scheduler = start(post, SystemClock())
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    ended.wait()
    scheduler.shutdown(wait=True)


if __name__ == "__main__":
    main()
