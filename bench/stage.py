"""What does a delivery bench play on?

A provider in its own process, an empty database of the bench's own, and a crowd of patients where
it is noon just now, all of them due. `python -m bench.stage DATABASE PROVIDER` is a clock process
on such a stage; it can be killed at any time.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from pydantic import SecretStr
from sqlalchemy.orm import Session

from reminders import clock
from reminders.bootstrap import open_post, open_sessions
from reminders.config import MailSecurity, Mode, Settings, SystemClock
from reminders.sandbox.__main__ import ACCOUNT
from reminders.store.accounts import Role, Staff
from reminders.store.conversation import Attempt, Message, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.moving import insert_all
from reminders.store.people import Clinic, Consent, ConsentStep, Medium, Patient, Sender, new_key
from reminders.store.plans import Plan, PlanVersion, Routine

KEY = SecretStr(base64.b64encode(b"bench" * 7)[:43].decode() + "=")
TOKEN = "sandbox"
PACE = 100_000.0
PASSING = (State.DUE, State.CLAIMED)
PASSING_TRIES = (Try.STARTED, Try.UNKNOWN)


def settings_for(database: str, provider: str, **changes: object) -> Settings:
    """As in production, with the waits shortened."""
    fields: dict[str, object] = {
        "run_mode": Mode.TEST,
        "database_url": database,
        "secret_key": SecretStr("s" * 40),
        "encryption_keys": (KEY,),
        "index_key": KEY,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_tokens": (SecretStr(TOKEN),),
        "twilio_base_url": provider,
        "smtp_security": MailSecurity.NONE,
        "mail_domain": "in.example.org",
        "lease_seconds": 15,
        "clock_timeout_seconds": 5,
        "settle_seconds": 2,
        "settle_again_seconds": 2,
        "tick_seconds": 1,
        "concurrency": 32,
        "seats": 32,
        "log_level": "WARNING",
    }
    return Settings(**fields | changes)  # type: ignore[arg-type]  # each is checked by Settings


@dataclass(frozen=True)
class Provider:
    """The sandbox in a process of its own, as the bench sees it."""

    url: str
    smtp_port: int

    def behave(self, **fields: object) -> None:
        self._call("/sandbox/behave", fields)

    def reset(self) -> None:
        self._call("/sandbox/reset", {})

    def copies(self) -> Counter[str]:
        """How many texts and letters each address has got."""
        texts, mails = self._call("/sandbox/messages"), self._call("/sandbox/mails")
        return Counter(str(one["to"]) for one in (*texts["messages"], *mails["mails"]))

    def arrivals(self) -> dict[str, float]:
        """When each number got its first text, in seconds since 1970."""
        texts = self._call("/sandbox/messages")["messages"]
        return {one["to"]: datetime.fromisoformat(one["at"]).timestamp() for one in reversed(texts)}

    def look_ups(self) -> int:
        return int(self._call("/sandbox/messages")["lists"])

    def _call(self, path: str, fields: dict[str, object] | None = None) -> dict[str, list]:
        body = json.dumps(fields).encode() if fields is not None else None
        asked = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def a_provider() -> Iterator[Provider]:
    """Start the sandbox; each text takes it 100 ms."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reminders.sandbox", "--mode", "test", "--token", TOKEN],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url, smtp = (process.stdout.readline().strip() for _ in range(2))
        yield Provider(url, int(smtp.rpartition(":")[2]))
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def a_database(server: str) -> Iterator[str]:
    """An empty database of our own: on that PostgreSQL server, or an SQLite file."""
    if not server:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    url, name = sa.make_url(server), f"bench_{new_key()[:12]}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            _drop(connection, name)
        admin.dispose()


def _drop(connection: sa.Connection, name: str) -> None:
    """The database, and the role of its wall, which would outlive it."""
    known = sa.text("SELECT oid FROM pg_database WHERE datname = :name")
    number = connection.execute(known, {"name": name}).scalar_one()
    connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    connection.execute(sa.text(f"DROP ROLE IF EXISTS reminders_web_{number}"))


def a_crowd(sessions: Sessions, size: int, medium: Medium = Medium.TEXT) -> list[str]:
    """So many patients, each with one reminder due half an hour ago; returns their addresses."""
    now = SystemClock().now()
    with transaction(sessions) as session:
        clinic = _clinic(session)
        people = [_person(clinic, place, medium, now) for place in range(size)]
        ids = insert_all(session, Patient, people, "email")
        _agree(session, clinic, zip(ids, people, strict=True), now)
        _plan(session, clinic, ids, now)
    return [one["phone"] if medium is Medium.TEXT else one["email"] for one in people]


def unrest(sessions: Sessions) -> int:
    """How many messages and attempts still stand in a passing state, or are not planned yet."""
    with sessions() as session:
        due = sa.select(sa.func.count()).where(Routine.next_due_at <= SystemClock().now())
        waiting = sa.select(sa.func.count()).where(Message.state.in_(PASSING))
        trying = sa.select(sa.func.count()).where(Attempt.state.in_(PASSING_TRIES))
        return sum(session.scalar(query) or 0 for query in (due, waiting, trying))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Set rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _clinic(session: Session) -> Clinic:
    clinic = Clinic(
        name="Bench", short_name="Bench PT", zone="Etc/UTC", phone="(207) 555-0142",
        emergency_number="911", crisis_number="988",
    )  # fmt: skip
    session.add(clinic)
    session.flush()
    staff = Staff(
        clinic_id=clinic.id, name="Lena", email="lena@example.org", phone="", active=True,
        role=Role.THERAPIST, fs_uniquifier=new_key(),
    )  # fmt: skip
    session.add_all(
        [
            staff,
            _sender(clinic, Medium.TEXT, "+12075550100"),
            _sender(clinic, Medium.EMAIL, "care@example.org"),
        ]
    )
    session.flush()
    clinic.safety_contact_id = staff.id
    return clinic


def _sender(clinic: Clinic, medium: Medium, address: str) -> Sender:
    # As fast as it goes: what is measured is the service, not a carrier's pace.
    return Sender(clinic_id=clinic.id, medium=medium, address=address, per_second=PACE, tokens=PACE)


def _person(clinic: Clinic, place: int, medium: Medium, now: datetime) -> dict[str, Any]:
    # POSIX counts the other way round: Etc/GMT+5 is five hours behind.
    behind = now.astimezone(UTC).hour - 12
    phone, email = f"+1207{2_000_000 + place}", f"p{place}@example.org"
    return {
        "clinic_id": clinic.id, "first_name": "Ana", "last_name": f"No {place}",
        "phone": phone, "phone_index": phone, "email": email, "email_index": email,
        "medium": medium, "zone": f"Etc/GMT{behind:+d}" if behind else "Etc/GMT",
        "created_at": now,
    }  # fmt: skip


def _agree(
    session: Session, clinic: Clinic, people: Iterable[tuple[int, dict[str, Any]]], now: datetime
) -> None:
    consents = [
        {
            "clinic_id": clinic.id, "patient_id": patient_id, "medium": one["medium"],
            "step": ConsentStep.CONFIRMED, "wording": "", "wording_version": "1",
            "address_index": one["phone" if one["medium"] is Medium.TEXT else "email"],
            "how": "paper", "at": now, "by": "bench",
        }
        for patient_id, one in people
    ]  # fmt: skip
    session.execute(sa.insert(Consent), consents)


def _plan(session: Session, clinic: Clinic, patient_ids: Sequence[int], now: datetime) -> None:
    """Give each a plan with one routine, as write_version would, but all at once."""
    plans = [
        {"clinic_id": clinic.id, "patient_id": one, "current_number": 1} for one in patient_ids
    ]
    versions = [
        {"clinic_id": clinic.id, "plan_id": plan, "number": 1, "made_at": now}
        for plan in insert_all(session, Plan, plans, "patient_id")
    ]
    version_ids = insert_all(session, PlanVersion, versions, "plan_id")
    due_at = now.replace(minute=30, second=0, microsecond=0) - timedelta(hours=1)
    routines = [
        {
            "clinic_id": clinic.id, "patient_id": patient, "plan_version_id": version,
            "times": [time(11, 30).isoformat("minutes")], "next_due_at": due_at,
            "starts": now.date() - timedelta(days=2), "weekdays": [*range(7)], "every_days": 1,
        }
        for patient, version in zip(patient_ids, version_ids, strict=True)
    ]  # fmt: skip
    session.execute(sa.insert(Routine), routines)


def main() -> None:
    """Tick until killed, or alone."""
    database, provider = sys.argv[1:]
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    settings = settings_for(database, provider)
    post = open_post(settings, timeout=settings.clock_timeout_seconds)
    for _ in while_parent_lives():
        clock.tick(post, SystemClock().now())


def while_parent_lives() -> Iterator[None]:
    """Yield as long as whoever started this process is there: killed, they could not end it."""
    parent = os.getppid()
    while os.getppid() == parent:
        yield


def a_clock(database: str, provider: Provider) -> "subprocess.Popen[bytes]":
    """A clock process on this stage."""
    return subprocess.Popen(
        [sys.executable, "-m", "bench.stage", database, provider.url],
        cwd=Path(__file__).parents[1],
    )


def opened(database: str, provider: Provider) -> Sessions:
    """The bench's own look into the database, migrated."""
    return open_sessions(settings_for(database, provider.url), migrate=True)


if __name__ == "__main__":
    main()
