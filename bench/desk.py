"""How fast is the desk for a clinic of thousands? `python -m bench.desk --patients 5000 --days 180`

Today, Patients and one patient's page, asked for by a therapist with a caseload of 200, through
the app itself; beside each the same figures by hand, as plain SQL with nothing built from them.
Then the same therapist with nobody else in the database: what others have must not cost her.
"""

import re
import statistics
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import create_app
from bench.desk_stock import CASELOAD, Stock, a_stock
from bench.servers import postgres
from bench.stage import a_database, settings_for, table
from reminders.bootstrap import open_sessions
from reminders.config import SystemClock
from reminders.store.db import Sessions

NOWHERE = "http://127.0.0.1:9"
HEAD = ("page", "patients", "p50, ms", "p99, ms", "by hand, ms", "allowed, ms", "questions")
HOW = f"""\
A therapist with a caseload of {CASELOAD}, fifty rows a page. By hand: the median of the plain SQL
that gives the same counts, pains and names' rows for the same page, fetched and thrown away.
Allowed: three times that and 15 ms. Questions: the selects of one page, without the two that say on
PostgreSQL whose rows its transactions may see."""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

# The same figures as a page has, with nothing built from them.
_DAYS = """
    SELECT o.patient_id, o.day, count(*), count(e.id),
           sum(CASE WHEN e.outcome = 'done' THEN 1 ELSE 0 END),
           sum(CASE WHEN o.excuse IS NOT NULL THEN 1 ELSE 0 END), max(e.pain)
    FROM occurrence o
    LEFT JOIN log_entry e ON e.occurrence_id = o.id AND e.moment = 'after'
         AND e.superseded_at IS NULL
    WHERE o.patient_id IN (SELECT id FROM patient WHERE {whose}) AND o.day >= :since
    GROUP BY o.patient_id, o.day
"""
_PAINS = """
    SELECT patient_id, min(day), max(day), avg(pain) FROM log_entry
    WHERE patient_id IN (SELECT id FROM patient WHERE {whose}) AND pain IS NOT NULL
      AND superseded_at IS NULL
    GROUP BY patient_id
"""
_ALERTS = """
    SELECT a.id, a.kind, a.sentence, a.evidence, p.first_name, p.last_name, p.phone, s.name,
           (SELECT max(received_at) FROM reply r WHERE r.patient_id = p.id),
           (SELECT max(day) FROM visit v WHERE v.patient_id = p.id)
    FROM alert a JOIN patient p ON p.id = a.patient_id LEFT JOIN staff s ON s.id = a.owner_id
    WHERE a.clinic_id = :clinic AND a.resolved_at IS NULL AND a.owner_id = :staff
"""
_LIST = """
    SELECT p.id, p.first_name, p.last_name, p.birth_year, p.state,
           (SELECT max(received_at) FROM reply r WHERE r.patient_id = p.id)
    FROM patient p WHERE p.clinic_id = :clinic AND p.therapist_id = :staff
"""
_COUNTS = (
    "SELECT state, therapist_id, count(*) FROM patient WHERE clinic_id = :clinic GROUP BY 1, 2"
)
_ALL_PAINS = """
    SELECT day, pain, at FROM log_entry
    WHERE patient_id = :patient AND pain IS NOT NULL AND superseded_at IS NULL ORDER BY day, at
"""
_TALK = (
    "SELECT * FROM message WHERE patient_id = :patient ORDER BY due_at DESC LIMIT 24",
    "SELECT * FROM reply WHERE patient_id = :patient ORDER BY received_at DESC LIMIT 24",
)
_SOME = "id IN (SELECT id FROM patient WHERE therapist_id = :staff ORDER BY id LIMIT 50)"
_NEEDY = (
    "id IN (SELECT patient_id FROM alert WHERE owner_id = :staff AND resolved_at IS NULL LIMIT 50)"
)
_ONE = "id = :patient"
BY_HAND = {
    "Today": (_ALERTS, _DAYS.format(whose=_NEEDY), _PAINS.format(whose=_NEEDY)),
    "Patients": (_LIST, _COUNTS, _DAYS.format(whose=_SOME), _PAINS.format(whose=_SOME)),
    "Patient": (_DAYS.format(whose=_ONE), _ALL_PAINS, *_TALK),
}
BACK = {"Today": 14, "Patients": 14, "Patient": 63}


@dataclass(frozen=True)
class Speed:
    """One page for one reader; times in milliseconds."""

    page: str
    patients: int
    p50: float
    p99: float
    by_hand: float
    questions: int

    @property
    def allowed(self) -> float:
        return 3 * self.by_hand + 15

    def row(self) -> tuple[str, ...]:
        times = (self.p50, self.p99, self.by_hand, self.allowed)
        return (
            self.page,
            str(self.patients),
            *(f"{one:.1f}" for one in times),
            str(self.questions),
        )


def measure(server: str, patients: int, days: int, rounds: int) -> list[Speed]:
    """Each page of one therapist, in a clinic of so many patients."""
    with a_database(server) as database:
        settings = settings_for(database, NOWHERE)
        sessions = open_sessions(settings, migrate=True)
        stock = a_stock(sessions, patients, days, SystemClock().now())
        client = create_app(settings, sessions=sessions).test_client()
        _come_in(client, stock.staff)
        speeds = [_speed(client, sessions, stock, page, rounds) for page in BY_HAND]
        sessions.kw["bind"].dispose()
    return speeds


def _come_in(client: FlaskClient, staff: int) -> None:
    token = _TOKEN.findall(client.get("/login").text)[0]
    came = client.post("/demo-sign-in", data={"staff": staff, "csrf_token": token})
    assert came.status_code == 303


def _speed(client: FlaskClient, sessions: Sessions, stock: Stock, page: str, rounds: int) -> Speed:
    place = {
        "Today": "/desk/",
        "Patients": "/desk/patients",
        "Patient": f"/desk/patients/{stock.patient}",
    }[page]
    assert client.get(place).status_code == 200  # the first one compiles templates and statements
    times = sorted(_milliseconds(lambda: client.get(place)) for _ in range(rounds))
    by_hand = [_by_hand(sessions, stock, page) for _ in range(rounds)]
    return Speed(
        page,
        stock.patients,
        statistics.median(times),
        times[min(rounds - 1, int(rounds * 0.99))],
        statistics.median(by_hand),
        _questions(client, sessions, place),
    )


def _milliseconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - began)


def _by_hand(sessions: Sessions, stock: Stock, page: str) -> float:
    since = (stock.now - timedelta(days=BACK[page])).date()
    known = {
        "clinic": stock.clinic,
        "staff": stock.staff,
        "patient": stock.patient,
        "since": since,
    }
    with sessions.kw["bind"].connect() as connection:
        began = time.perf_counter()
        for query in BY_HAND[page]:
            asked = re.findall(r":(\w+)", query)
            connection.execute(sa.text(query), {name: known[name] for name in asked}).fetchall()
        return 1000 * (time.perf_counter() - began)


def _questions(client: FlaskClient, sessions: Sessions, place: str) -> int:
    heard: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asks = statement.lstrip().upper().startswith(("SELECT", "WITH"))
        if asks and "set_config" not in statement:
            heard.append(statement)

    engine = sessions.kw["bind"]
    sa.event.listen(engine, "before_cursor_execute", hear)
    client.get(place)
    sa.event.remove(engine, "before_cursor_execute", hear)
    return len(heard)


def main() -> None:
    wanted = _wanted()
    print(HOW)
    for name, server in _servers(wanted):
        print(f"\n{name}, {wanted.days} days\n", flush=True)
        began = SystemClock().now()
        speeds = [
            speed
            for patients in dict.fromkeys((wanted.patients, CASELOAD))
            for speed in measure(server, patients, wanted.days, wanted.rounds)
        ]
        print(table(HEAD, [speed.row() for speed in speeds]), flush=True)
        took = SystemClock().now() - began
        print(f"\nTook {took.total_seconds():.0f} s with making the rows.", flush=True)


def _servers(wanted: Namespace) -> Sequence[tuple[str, str]]:
    known = {"sqlite": ("SQLite", ""), "postgresql": ("PostgreSQL", "")}
    if "postgresql" in wanted.on:
        known["postgresql"] = ("PostgreSQL", postgres().url)
    return [known[name] for name in wanted.on]


def _wanted() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
