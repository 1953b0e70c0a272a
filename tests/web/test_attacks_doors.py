"""Do the doors hold against false names, borrowed sessions and visitors who never finish?"""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
import sqlalchemy as sa
from builders import a_clinic
from desk_door import sign_in
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from setting import HandClock, make_settings
from webs import end

from app import create_app, listen
from reminders.config import Mode, Settings
from reminders.store.accounts import Staff
from reminders.store.audit import AuditEvent
from reminders.store.db import Sessions

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HERE, SPOOFED, PROXY = "127.0.0.1", "198.51.100.66", "203.0.113.9"


@pytest.fixture
def lena(sessions: Sessions) -> int:
    with sessions.begin() as session:
        a_clinic(session)
        return session.scalars(sa.select(Staff.id)).one()


# Whose address is it?


@pytest.mark.parametrize(
    ("hops", "said", "noted"),
    [
        pytest.param(0, SPOOFED, HERE, id="nobody stands before us: what is said is not believed"),
        pytest.param(1, PROXY, PROXY, id="our proxy says who came to it"),
        pytest.param(1, f"{SPOOFED}, {PROXY}", PROXY, id="what the visitor said is passed over"),
        pytest.param(2, f"{SPOOFED}, {PROXY}, {HERE}", PROXY, id="two of ours"),
        pytest.param(1, "<script>" * 40, "<script>" * 8, id="no address: cut, and only letters"),
    ],
)
def test_an_address_is_believed_from_our_own_proxies_alone(
    sessions: Sessions, clock: HandClock, lena: int, hops: int, said: str, noted: str
) -> None:
    app = create_app(make_settings(proxy_hops=hops), time=clock, sessions=sessions)
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = said

    sign_in(client, lena)
    client.get("/desk/patients")

    with sessions() as session:
        assert set(session.scalars(sa.select(AuditEvent.origin))) == {noted}


@pytest.mark.parametrize(
    "said",
    [
        {"Host": "evil.example"},
        {"Host": "exercise.example.org.evil.example"},
        {"Host": "exercise.example.org@evil.example"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Host": "exercise.example.org\t.evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
    ],
    ids=str,
)
def test_nobody_gives_us_another_name(
    sessions: Sessions, clock: HandClock, said: dict[str, str]
) -> None:
    real = make_settings(run_mode=Mode.PRODUCTION, public_base_url="https://exercise.example.org")
    client = create_app(real, time=clock, sessions=sessions).test_client()

    answer = client.get("/desk/", base_url="https://exercise.example.org", headers=said)

    assert answer.status_code in {303, 400}
    assert "evil.example" not in answer.text + str(answer.location)


# Whose session is it?


def test_a_session_laid_in_somebodys_browser_is_worth_nothing_when_they_come_in(
    app: Flask, lena: int
) -> None:
    thief, victim = app.test_client(), app.test_client()
    thief.get("/login")
    laid = thief.get_cookie("session")
    assert laid is not None
    victim.set_cookie("session", laid.value)

    sign_in(victim, lena)

    assert victim.get("/desk/").status_code == 200
    assert thief.get("/desk/").status_code == 303
    mine = victim.get_cookie("session")
    assert mine is not None and mine.value != laid.value


@pytest.mark.parametrize("key", ["", "secret", "s" * 39, "t" * 40])
def test_a_session_signed_by_another_key_is_none(
    app: Flask, client: FlaskClient, lena: int, sessions: Sessions, key: str
) -> None:
    sign_in(client, lena)
    real = client.get_cookie("session")
    assert real is not None
    keeper = SecureCookieSessionInterface()
    contents = keeper.get_signing_serializer(app).loads(real.value)  # type: ignore[union-attr]
    elsewhere = Flask("elsewhere")
    elsewhere.secret_key = key or "-"
    forged = keeper.get_signing_serializer(elsewhere)
    assert forged is not None

    stranger = app.test_client()
    stranger.set_cookie("session", str(forged.dumps(contents)))

    assert stranger.get("/desk/").status_code == 303


# Who never finishes?


@pytest.fixture
def port(app: Flask, settings: Settings) -> Iterator[int]:
    """The web as one process serves it."""
    server = listen(app, settings.model_copy(update={"port": 0}))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    yield int(server.effective_port)
    end(server, serving)


SLOW = {
    "a head that never ends": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "a body that never comes": b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 100000\r\n\r\ncsrf",
    "a chunk that never ends": b"POST /hooks/text HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nffff\r\nBody=",
}


def ask(port: int, request: bytes) -> bytes:
    with closing(socket.create_connection((HERE, port), timeout=10)) as line:
        line.sendall(request)
        return line.recv(4096)


@pytest.mark.parametrize("slow", SLOW)
def test_whoever_never_finishes_keeps_nobody_else_waiting(port: int, slow: str) -> None:
    with ExitStack() as open_lines:
        for _ in range(24):  # three times as many as there are threads
            line = open_lines.enter_context(
                closing(socket.create_connection((HERE, port), timeout=10))
            )
            line.sendall(SLOW[slow])

        answer = ask(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "smuggled",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: localhost\r\nBad Header: 1\r\n\r\n",
    ],
    ids=["two lengths", "no length", "two ways", "a head too long", "a bad name"],
)
def test_a_request_that_means_two_things_is_refused(port: int, smuggled: bytes) -> None:
    answer = ask(port, smuggled)

    assert answer.split(b" ")[1] in {b"400", b"411", b"413", b"431", b"501"}
    assert b"Traceback" not in answer
