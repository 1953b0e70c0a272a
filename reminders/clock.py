"""What happens every few seconds? APScheduler calls; it holds no state and no schedules."""

import math
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.events import (  # type: ignore[import-untyped]
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from sqlalchemy.exc import SQLAlchemyError

from reminders import inbox, outbox, watch
from reminders.bootstrap import open_mailbox, open_post, read_settings, set_up_logging
from reminders.config import BadSettings, Clock, SystemClock
from reminders.inbox.catching_up import catch_up
from reminders.inbox.collecting import collect
from reminders.outbox import Post
from reminders.store.audit import beat, count_job_event
from reminders.store.db import Sessions, db_now, reading, transaction
from reminders.store.queries.waiting_work import Work, waiting_work
from reminders.store.sealing import seal_new

REVIEW_SECONDS = 600
CATCH_UP_SECONDS = 600
CHASE_SECONDS = 15
MAIL_SECONDS = 60
WATCH_SECONDS = 10
STOCK_SECONDS = 600
SEAL_SECONDS = 60
CLEAR_OUT_SECONDS = 24 * 3600
AHEAD_TICKS = 3
BEAT_EVERY = timedelta(seconds=10)  # a clock is missed after two minutes
SOONEST = 0.02  # seconds between two rounds of sending
CATCH_UP_SPAN = timedelta(hours=2)
_EVENTS = {
    EVENT_JOB_ERROR: "failed",
    EVENT_JOB_MISSED: "missed",
    EVENT_JOB_MAX_INSTANCES: "still_running",
}
log = structlog.get_logger(__name__)


def tick(post: Post, now: datetime) -> None:
    """Everything a tick is for, one after the other."""
    work = _waiting(post, now)
    _take_up(work, post, now)
    if work.anything:
        outbox.send_due(post, now)


def prepare(post: Post, now: datetime) -> None:
    """Read what lies unread, plan what is due soon, settle what is known or unsure."""
    _take_up(_waiting(post, now), post, now)


def _waiting(post: Post, now: datetime) -> Work:
    with reading(post.sessions) as session:
        return waiting_work(session, clock=_name(), now=now, ahead=_ahead(post, now))


def _ahead(post: Post, now: datetime) -> datetime:
    """A little ahead, so that a reminder is there when its moment comes."""
    return now + timedelta(seconds=AHEAD_TICKS * post.settings.tick_seconds)


def _take_up(work: Work, post: Post, now: datetime) -> None:
    if work.replies:
        inbox.read_waiting(post.sessions, post.settings, now)
    if work.routines:
        spread = timedelta(seconds=post.settings.spread_seconds)
        outbox.plan(post.sessions, _ahead(post, now), spread=spread)
    if work.receipts:
        outbox.apply_receipts(post.sessions, now)
    if work.in_doubt:
        outbox.settle_unknown(post, now)
    if work.alerts or work.replies:
        watch.escalate(post.sessions, now)
    if work.beat_at is None or work.db_time - work.beat_at >= BEAT_EVERY:
        with transaction(post.sessions) as session:
            beat(session, _name(), work.db_time)


def review(post: Post, now: datetime) -> None:
    """Look at every patient: who needs a person, and whose reason has gone?"""
    watch.review_all(post.sessions, now)


def keep_watch(post: Post, now: datetime) -> None:
    """Hold every clinic if the clocks frighten us, and let go what a person has let go."""
    watch.mind_the_time(post, now)
    watch.release_asked(post, now)


def take_stock(post: Post, now: datetime) -> None:
    """Compare what has left with what was planned, count what it cost, and say good morning."""
    watch.compare_with_plan(post.sessions, now)
    watch.count_costs(post.sessions, now)
    watch.send_digests(post.sessions, now)
    watch.trust_numbers(post.sessions, now)


def seal(post: Post, now: datetime) -> None:  # noqa: ARG001 - a job like the others
    """Chain and seal what was noted of who saw and did what."""
    seal_new(post.sessions)


def clear_out(post: Post, now: datetime) -> None:
    """Clear out what is too old to be kept, and doubt the numbers that were silent too long."""
    watch.clear_out(post.sessions, post.settings, now)
    watch.doubt_numbers(post.sessions, now)


def chase(post: Post, now: datetime) -> None:
    """Ask the provider about texts whose receipt is overdue."""
    outbox.chase_receipts(post, now)


def fetch_missed(post: Post, now: datetime) -> None:
    """Feed the provider's list of incoming texts through the same door as its webhook."""
    catch_up(post, now - CATCH_UP_SPAN, now)


def fetch_mail(post: Post, now: datetime) -> None:
    """Feed the mails that wait in the mailbox through the same door as the mail hook."""
    mailbox = open_mailbox(post.settings)
    if mailbox is not None:
        collect(post, mailbox, now)


class Heart:
    """The scheduler with its jobs and, beside it, the sender."""

    def __init__(self, post: Post, clock: Clock) -> None:
        self.scheduler = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._post, self._clock = post, clock
        self._first_look = watch.FirstLook(post)
        self.sender = Sender(post, clock, self._first_look)

    def do(self, job: Callable[[Post, datetime], None]) -> None:
        """Do one job now; what it has written may be due to leave."""
        now = self._clock.now()
        self._first_look.before(now)
        job(self._post, now)
        self.sender.wake()

    def shutdown(self, *, wait: bool) -> None:
        """Begin nothing new; what is in flight is finished first."""
        self.sender.end()
        self.scheduler.shutdown(wait=wait)


class Sender:
    """A thread that sends what may leave, and wakes when the next letter comes due.

    No job of the scheduler: an interval would be too late for the first letter of a crowd or wake
    for nothing, and a job must not set the alarm of another while the scheduler is shut down.
    """

    def __init__(self, post: Post, clock: Clock, first_look: watch.FirstLook) -> None:
        self._post, self._clock, self._first_look = post, clock, first_look
        self._news, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="send")

    def begin(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look at once: what somebody waits for may have been written."""
        self._news.set()

    def end(self) -> None:
        """Begin no other round, and wait for the one that runs."""
        self._ended.set()
        self._news.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._news.clear()
            pause = self._post.settings.tick_seconds
            try:
                now = self._clock.now()
                self._first_look.before(now)
                outbox.send_on(self._post, now, self._ended.is_set)
                pause = min(pause, self._until_next())
            except Exception as fault:
                # Whatever it was, the next round may fare better; nobody else would send.
                log.exception("sending_broke")
                _count(self._post.sessions, "send", "failed", fault)
            self._news.wait(pause)

    def _until_next(self) -> float:
        with self._post.sessions() as session:
            ready_at = outbox.next_ready(session)
        if ready_at is None:
            return math.inf
        return max(SOONEST, (ready_at - self._clock.now()).total_seconds())


def start(post: Post, clock: Clock) -> Heart:
    """Begin to tick in the background; every job reads the clock once."""
    heart = Heart(post, clock)
    heart.scheduler.add_listener(partial(_report, post.sessions), sum(_EVENTS))
    jobs: tuple[tuple[Callable[[Post, datetime], None], float], ...] = (
        (prepare, post.settings.tick_seconds),
        (review, REVIEW_SECONDS),
        (fetch_missed, CATCH_UP_SECONDS),
        (chase, CHASE_SECONDS),
        (keep_watch, WATCH_SECONDS),
        (take_stock, STOCK_SECONDS),
        (seal, SEAL_SECONDS),
        (clear_out, CLEAR_OUT_SECONDS),
    )
    if post.settings.imap_host:
        jobs += ((fetch_mail, MAIL_SECONDS),)
    # The scheduler itself runs on the machine's time, also where the demo's clock is moved.
    first = SystemClock().now()
    for job, seconds in jobs:
        heart.scheduler.add_job(
            heart.do,
            "interval",
            seconds=seconds,
            args=(job,),
            id=job.__name__,
            next_run_time=first,
        )
    heart.scheduler.start()
    heart.sender.begin()
    return heart


def _report(sessions: Sessions, event: JobEvent) -> None:
    _count(sessions, event.job_id, _EVENTS[event.code], getattr(event, "exception", None))


def _count(sessions: Sessions, job: str, what: str, fault: BaseException | None) -> None:
    log.warning("job_trouble", job=job, event_kind=what, fault=type(fault).__name__)
    # A database that cannot be reached is what most of these events are about.
    with suppress(SQLAlchemyError), transaction(sessions) as session:
        count_job_event(session, job, what, db_now(session))


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def main() -> None:
    """Run one clock process until SIGTERM; what is in flight is finished first."""
    try:
        settings = read_settings()
    except BadSettings as fault:
        sys.exit(str(fault))
    if settings.sqlite:
        sys.exit(
            "DATABASE_URL: SQLite serves one process only. Run `python app.py`, which ticks by "
            "itself, or set DATABASE_URL to PostgreSQL."
        )
    set_up_logging(settings)
    post = open_post(settings, timeout=settings.clock_timeout_seconds)
    heart = start(post, SystemClock())
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    ended.wait()
    heart.shutdown(wait=True)


if __name__ == "__main__":
    main()
