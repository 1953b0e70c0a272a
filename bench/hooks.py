"""How many receipts and replies can the doors take? `python -m bench.hooks --requests 2000`

The web under gunicorn beside a bare Flask view on the same server and database, which checks the
same signature, inserts one row and answers. Then: how soon does an answer reach the provider when
fifty replies come a second?
"""

import http.client
import json
import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import sqlalchemy as sa

from bench.hooks_web import PUBLIC
from bench.servers import THREADS, a_web
from bench.stage import TOKEN, Provider, a_crowd, a_database, a_provider, opened, table
from reminders import outbox
from reminders.config import SystemClock
from reminders.sandbox.__main__ import ACCOUNT
from reminders.sandbox.signature import sign
from reminders.store.conversation import Attempt, Message, Reply, State, Try
from reminders.store.db import Sessions, transaction
from reminders.store.people import Patient, new_key
from reminders.store.record import LogEntry

CLINIC = "+12075550100"
CONNECTIONS = 8
PACE = 50  # replies a second where the way of an answer is timed
WARM = 2 * PACE  # replies of the same pace before the time is taken: a web that has just begun
Form = tuple[str, dict[str, str]]  # path and fields


@dataclass(frozen=True)
class Rate:
    """What one door took; times in seconds."""

    door: str
    per_second: float
    p50: float
    p99: float

    def row(self, beside: float) -> tuple[str, str, str, str, str]:
        share = f"{self.per_second / beside:.0%}"
        return (
            self.door,
            f"{self.per_second:.0f}",
            f"{1000 * self.p50:.0f}",
            f"{1000 * self.p99:.0f}",
            share,
        )


def measure(server: str, requests: int, rounds: int) -> list[tuple[str, str, str, str, str]]:
    """Bare, receipts and replies in turn, so often; the medians, as shares of the bare view."""
    with a_provider() as provider, a_database(server) as database:
        sessions = opened(database, provider)
        phones = a_crowd(sessions, requests)
        attempts = _reminded(sessions)
        with _web("ours", database, provider) as ours, _web("bare", database, provider) as bare:
            taken = [
                (
                    _drive(bare, "bare view", _replies(phones, "/bare")),
                    _drive(ours, "receipts", _receipts(attempts, turn)),
                    _drive(ours, "replies", _replies(phones, "/hooks/text")),
                )
                for turn in range(rounds)
            ]
        _everything_was_kept(sessions, requests * rounds)
        sessions.kw["bind"].dispose()
    beside, *others = (_median(rates) for rates in zip(*taken, strict=True))
    return [rate.row(beside.per_second) for rate in (beside, *others)]


def answer_times(server: str, replies: int) -> tuple[float, float]:
    """Seconds from a reply's request to the provider having its answer: median and p99.

    The first are not counted: they meet a web that opens its connections and plans everything.
    """
    with a_provider() as provider, a_database(server) as database:
        provider.behave(receipts="missing")
        sessions = opened(database, provider)
        phones = a_crowd(sessions, WARM + replies)
        _reminded(sessions)
        with _web("ours", database, provider, courier=True) as port:
            sent = _pace(port, _replies(phones, "/hooks/text"))
            came = _answers(provider, len(phones))
        sessions.kw["bind"].dispose()
    if len(came) < len(phones):
        sys.exit(f"{len(phones) - len(came)} of {len(phones)} answers never reached the provider")
    waits = [came[phone] - sent[phone] for phone in phones[WARM:]]
    return statistics.median(waits), _p99(waits)


def _reminded(sessions: Sessions) -> list[str]:
    """Plan everybody's reminder and let it have been accepted; returns the attempts' names."""
    now = SystemClock().now()
    outbox.plan(sessions, now)
    names = []
    with transaction(sessions) as session:
        rows = session.execute(
            sa.select(Message.id, Message.clinic_id, Patient.phone).join(Message.patient)
        ).all()
        for row in rows:
            names.append(new_key())
            session.add(
                Attempt(
                    clinic_id=row.clinic_id, message_id=row.id, public_id=names[-1], number=1,
                    state=Try.ACCEPTED, started_at=now, ended_at=now, provider_id=_sid(),
                )
            )  # fmt: skip
        session.execute(sa.update(Message).values(state=State.SENT, attempts=1, ended_at=now))
    return names


_numbers = count(1)


def _sid() -> str:
    return f"SM{next(_numbers):032x}"


def _replies(phones: Sequence[str], path: str) -> list[Form]:
    return [
        (
            path,
            {
                "MessageSid": _sid(), "AccountSid": ACCOUNT, "From": phone, "To": CLINIC,
                "Body": f"done, pain {place % 7}", "NumMedia": "0",
            },
        )
        for place, phone in enumerate(phones)
    ]  # fmt: skip


_RECEIPTS = ("sent", "delivered")


def _receipts(attempts: Sequence[str], turn: int) -> list[Form]:
    status = _RECEIPTS[min(turn, 1)]
    return [
        (
            f"/hooks/status/{name}",
            {"MessageSid": f"{name[:32]}{turn}", "MessageStatus": status, "AccountSid": ACCOUNT},
        )
        for name in attempts
    ]


def _web(
    which: str, database: str, provider: Provider, *, courier: bool = False
) -> AbstractContextManager[int]:
    call = f"bench.hooks_web:{which}({database!r}, {provider.url!r}, courier={courier})"
    return a_web(call, database)


def _drive(port: int, door: str, forms: Sequence[Form]) -> Rate:
    """Bring the forms over a few kept connections, one after the other on each."""
    signed = [(path, _signed(path, fields)) for path, fields in forms]
    began = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [signed[place::CONNECTIONS] for place in range(CONNECTIONS)]
        took = [one for share in pool.map(lambda some: _bring(port, some), shares) for one in share]
    return Rate(door, len(forms) / (time.monotonic() - began), statistics.median(took), _p99(took))


Request = tuple[str, tuple[bytes, dict[str, str]]]


def _signed(path: str, fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    headers = {
        "X-Twilio-Signature": sign(TOKEN, PUBLIC + path, fields),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return urlencode(fields).encode(), headers


def _bring(port: int, share: Sequence[Request]) -> list[float]:
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for path, (body, headers) in share:
        began = time.monotonic()
        kept.request("POST", path, body, headers)
        answer = kept.getresponse()
        answer.read()
        took.append(time.monotonic() - began)
        if answer.status not in (200, 204):
            sys.exit(f"{path}: {answer.status}")
    return took


def _post(kept: http.client.HTTPConnection, form: Form) -> None:
    path, fields = form
    kept.request("GET" if not fields else "POST", path)
    kept.getresponse().read()
    kept.close()


def _pace(port: int, forms: Sequence[Form]) -> dict[str, float]:
    """Bring a reply every so often, whatever became of the last; returns when each set out."""
    set_out: dict[str, float] = {}
    with ThreadPoolExecutor(CONNECTIONS * 4) as pool:
        began = time.monotonic()
        for place, (path, fields) in enumerate(forms):
            time.sleep(max(0.0, began + place / PACE - time.monotonic()))
            set_out[fields["From"]] = time.time()
            pool.submit(_bring, port, [(path, _signed(path, fields))])
    return set_out


def _answers(provider: Provider, expected: int) -> dict[str, float]:
    """When each phone's answer came to the provider, by the clock of this machine."""
    until = time.monotonic() + 30
    while True:
        came = provider.arrivals()
        if len(came) >= expected or time.monotonic() > until:
            return came
        time.sleep(0.2)


def _everything_was_kept(sessions: Sessions, expected: int) -> None:
    """A rate is worth nothing if a reply was lost on the way."""
    with sessions() as session:
        read = sa.select(sa.func.count()).where(Reply.read_at.is_not(None))
        answers = sa.select(sa.func.count()).where(Message.reply_id.is_not(None))
        logged = sa.select(sa.func.count(LogEntry.id))
        found = [session.scalar(query) or 0 for query in (read, answers, logged)]
    if found[0] < expected or found[1] < expected or not found[2]:
        sys.exit(json.dumps(dict(zip(("read", "answers", "entries"), found, strict=True))))


def _median(rates: Sequence[Rate]) -> Rate:
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]


def _p99(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def main() -> None:
    asked = _asked()
    head = ("door", "a second", "p50 ms", "p99 ms", "of the bare view")
    for name, server in (("SQLite", ""), ("PostgreSQL", asked.database)):
        if name == "PostgreSQL" and not server:
            print("PostgreSQL: name a server with --database.")
            continue
        print(f"{name}, gunicorn, {THREADS} threads, {CONNECTIONS} connections")
        print(table(head, measure(server, asked.requests, asked.rounds)))
        middle, slowest = answer_times(server, asked.answers)
        print(f"Answer at the provider: median {middle:.2f} s, p99 {slowest:.2f} s at {PACE}/s\n")


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m bench.hooks", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--answers", type=int, default=500)
    parser.add_argument("--database", default="", help="a PostgreSQL server, beside SQLite")
    return parser.parse_args()


if __name__ == "__main__":
    main()
