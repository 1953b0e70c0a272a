"""How long does a patient's page take? `python -m bench.page --requests 2000`

The page with six exercises and their drawings, under gunicorn, beside a bare Flask view with a
Jinja template that comes to the same size, with and without the two rows that no such page can
spare: its link, and the note that it was seen.
"""

import http.client
import json
import re
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

import sqlalchemy as sa
from jinja2 import Template

from bench.page_web import FRAME
from bench.servers import THREADS, a_web
from bench.stage import a_crowd, a_database, settings_for, table
from reminders import outbox
from reminders.bootstrap import open_sessions
from reminders.config import SystemClock
from reminders.core.dose import Dose, in_words
from reminders.core.exercises import drawing, library
from reminders.store.conversation import Purpose
from reminders.store.db import Sessions, transaction
from reminders.store.exercises import Exercise
from reminders.store.links import new_link
from reminders.store.people import Patient
from reminders.store.plans import PlanDraft, PrescriptionDraft, RoutineDraft, plan_of, write_version

SIX = ("bridge", "bird-dog", "cat-camel", "knee-to-chest", "dead-bug", "side-plank")
TITLE = "Bench PT: your page"
DOSE = Dose(sets=3, reps=10, hold_seconds=5)
CONNECTIONS = 2
GOAL = 2.5


@dataclass(frozen=True)
class Pace:
    """How one web gave its page; times in seconds."""

    web: str
    size: int
    per_second: float
    p50: float
    p99: float

    def row(self, bare: "Pace", rows: "Pace") -> tuple[str, ...]:
        return (
            self.web,
            f"{self.size / 1000:.1f}",
            f"{self.per_second:.0f}",
            f"{1000 * self.p50:.1f}",
            f"{1000 * self.p99:.1f}",
            f"{self.p50 / bare.p50:.1f}",
            f"{self.p50 / rows.p50:.1f}",
        )


def measure(server: str, requests: int, rounds: int) -> list[Pace]:
    """Bare, bare with its rows, and ours in turn, so often; the medians."""
    with a_database(server) as database, tempfile.TemporaryDirectory() as folder:
        path = a_patients_page(database)
        with a_web(f"bench.page_web:ours({database!r})", database) as port:
            whole = _page(port, path)
        content = Path(folder) / "content.json"
        content.write_text(json.dumps(as_much(whole)))
        bare = f"bench.page_web:bare({database!r}, content={str(content)!r}, rows="
        with (
            a_web(f"{bare}False)", database) as plain,
            a_web(f"{bare}True)", database) as rows,
            a_web(f"bench.page_web:ours({database!r})", database) as ours,
        ):
            webs = (("bare", plain), ("bare, with its rows", rows), ("ours", ours))
            taken = [
                [_drive(name, port, path, requests) for name, port in webs] for _ in range(rounds)
            ]
    return [_median(paces) for paces in zip(*taken, strict=True)]


def a_patients_page(database: str) -> str:
    """One patient with six exercises due just now; gives where their page is."""
    settings = settings_for(database, "http://127.0.0.1:9")
    sessions = open_sessions(settings, migrate=True)
    a_crowd(sessions, 1)
    now = SystemClock().now()
    with transaction(sessions) as session:
        patient = session.scalars(sa.select(Patient)).one()
        rows = [Exercise(clinic_id=patient.clinic_id, key=key) for key in SIX]
        session.add_all(rows)
        session.flush()
        due = (now - timedelta(minutes=5)).astimezone(patient.tz).time().replace(second=0)
        draft = PlanDraft(
            tuple(PrescriptionDraft(row.id, DOSE) for row in rows), (RoutineDraft((due,)),)
        )
        write_version(plan_of(session, patient), draft, by=None, now=now - timedelta(minutes=30))
    outbox.plan(sessions, now)
    return _link(sessions, settings.secret_key.get_secret_value())


def _link(sessions: Sessions, secret: str) -> str:
    now = SystemClock().now()
    with transaction(sessions) as session:
        patient = session.scalars(sa.select(Patient)).one()
        link = new_link(
            patient.clinic_id, patient.id, Purpose.SESSION, patient.medium, secret=secret, now=now,
            expires_at=now + timedelta(days=3),
        )  # fmt: skip
        session.add(link)
    sessions.kw["bind"].dispose()
    return f"/x/{link.token(secret)}"


def as_much(page: str) -> dict[str, object]:
    """What the bare template is filled with: the same drawings and words, and the rest as text."""
    texts = [library()[key].texts["en"] for key in SIX]
    exercises = [
        {
            "drawing": drawing(key, "en", instance=str(place)),
            "name": words.name,
            "dose": in_words(DOSE, "en").headline,
            "steps": words.steps,
        }
        for place, (key, words) in enumerate(zip(SIX, texts, strict=True), start=1)
    ]
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    short = Template(FRAME, autoescape=True).render(title=TITLE, exercises=exercises, rest="")
    missing = max(0, len(page) - len(short))
    return {"title": TITLE, "exercises": exercises, "rest": (words * 9)[:missing]}


def _page(port: int, path: str) -> str:
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kept.request("GET", path)
    page = kept.getresponse().read().decode()
    kept.close()
    if page.count("<figure") < len(SIX):
        sys.exit(f"{path}: not the page with six drawings")
    return page


def _drive(web: str, port: int, path: str, requests: int) -> Pace:
    """Ask for the page over a few kept connections, one request after the other on each."""
    _ask(port, path, 20)
    began = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = pool.map(lambda _: _ask(port, path, requests // CONNECTIONS), range(CONNECTIONS))
        took = [one for share in shares for one in share]
    seconds = [one for one, _ in took]
    whole = len(_page(port, path))
    rate = len(took) / (time.monotonic() - began)
    return Pace(web, whole, rate, statistics.median(seconds), _p99(seconds))


def _ask(port: int, path: str, times: int) -> list[tuple[float, int]]:
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for _ in range(times):
        began = time.monotonic()
        kept.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = kept.getresponse()
        size = len(answer.read())
        took.append((time.monotonic() - began, size))
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status}")
    kept.close()
    return took


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


def _median(paces: Sequence[Pace]) -> Pace:
    return sorted(paces, key=lambda pace: pace.p50)[len(paces) // 2]


def main() -> None:
    asked = _asked()
    head = ("page", "kB", "a second", "p50 ms", "p99 ms", "x bare", "x bare with rows")
    slow = []
    for name, server in (("SQLite", ""), ("PostgreSQL", asked.database)):
        if name == "PostgreSQL" and not server:
            print("PostgreSQL: name a server with --database.")
            continue
        print(f"{name}, gunicorn, {THREADS} threads, {CONNECTIONS} connections")
        bare, rows, ours = measure(server, asked.requests, asked.rounds)
        print(table(head, [one.row(bare, rows) for one in (bare, rows, ours)]), "\n")
        if ours.p50 > GOAL * rows.p50:
            slow.append(name)
    if slow:
        sys.exit(f"More than {GOAL} times the bare page with its rows: {', '.join(slow)}")


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="", help="a PostgreSQL server, beside SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
