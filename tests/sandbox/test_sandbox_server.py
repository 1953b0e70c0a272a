"""Does the sandbox open and close its doors as a good neighbour?"""

import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from smtplib import SMTP, SMTPServerDisconnected
from urllib.parse import urlsplit

import pytest
from sandbox_receiver import ask, until
from twilio.rest import Client

from reminders.config import Mode
from reminders.sandbox import Behaviour, Create, Sandbox, SandboxSettings

CLINIC = "+15017122661"
PATIENT = "+14155550100"


def say(sandbox: Sandbox, *pieces: bytes) -> bytes:
    """Send raw bytes and read until the sandbox hangs up."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as line:
        for piece in pieces:
            line.sendall(piece)
        said = b""
        while more := line.recv(65536):
            said += more
        return said


def test_it_refuses_to_exist_in_production(settings: SandboxSettings) -> None:
    with pytest.raises(ValueError, match="RUN_MODE"):
        Sandbox(replace(settings, mode=Mode.PRODUCTION))


@pytest.mark.parametrize("mode", [Mode.DEMO, Mode.TEST])
def test_it_starts_in_demo_and_test(settings: SandboxSettings, mode: Mode) -> None:
    with Sandbox(replace(settings, mode=mode)) as sandbox:
        assert ask(sandbox.base_url, "GET", "/sandbox/messages")[0] == 200


def test_its_secrets_are_not_printed(settings: SandboxSettings) -> None:
    assert "the-token" not in repr(settings)


@pytest.mark.parametrize("url", ["http://clinic.example/hooks/text", "https://127.0.0.1/hooks"])
def test_it_delivers_answers_to_this_machine_only(settings: SandboxSettings, url: str) -> None:
    with pytest.raises(ValueError, match="this machine"):
        Sandbox(replace(settings, texts_to=url))


def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    for port in (sandbox.port, sandbox.smtp_port):
        with pytest.raises(OSError), socket.create_server(("127.0.0.1", port)):
            """The door on this machine is taken."""
        with socket.create_server(("127.0.0.2", port)):
            """The same door on another address is free."""


def test_a_taken_port_is_said_at_the_start(sandbox: Sandbox, settings: SandboxSettings) -> None:
    neighbour = Sandbox(replace(settings, port=sandbox.port))

    with pytest.raises(OSError, match="in use"):
        neighbour.start()

    neighbour.stop()


def test_it_can_be_stopped_twice_and_read_afterwards(
    settings: SandboxSettings, connect: Callable[..., Client]
) -> None:
    sandbox = Sandbox(settings)
    sandbox.start()
    connect(sandbox).messages.create(to=PATIENT, from_=CLINIC, body="Time.")

    sandbox.stop()
    sandbox.stop()

    assert len(sandbox.texts(PATIENT)) == 1


def test_it_stops_while_a_reply_hangs_and_a_receipt_is_on_its_way(
    settings: SandboxSettings,
) -> None:
    with Sandbox(replace(settings, step_seconds=60)) as sandbox:
        sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_HANG))
        line = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)
        line.sendall(create(settings, "StatusCallback=http%3A%2F%2F127.0.0.1%3A9%2Fs"))
        until(lambda: sandbox.texts(PATIENT))

    with line:
        assert line.recv(1) == b""


def create(settings: SandboxSettings, more: str = "") -> bytes:
    key = b64encode(f"{settings.account_sid}:{settings.auth_token}".encode()).decode()
    body = f"To=%2B14155550100&From=%2B15017122661&Body=Time&{more}"
    return (
        f"POST /2010-04-01/Accounts/{settings.account_sid}/Messages.json HTTP/1.1\r\n"
        f"Authorization: Basic {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def test_it_stops_while_someone_dictates_a_letter(settings: SandboxSettings) -> None:
    with Sandbox(settings) as sandbox:
        line = SMTP("127.0.0.1", sandbox.smtp_port, timeout=5)
        line.helo()
        line.mail("reminders@clinic.example")

    with pytest.raises(SMTPServerDisconnected):
        line.rcpt("ana@patient.example")
    line.close()


def test_what_needs_a_running_sandbox_says_so(settings: SandboxSettings) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox(settings).settle()


def test_an_answer_needs_to_know_where_to_go(settings: SandboxSettings) -> None:
    with Sandbox(settings) as sandbox, pytest.raises(ValueError, match="deliver_to"):
        sandbox.text_in(PATIENT, CLINIC, "DONE")


def test_a_request_may_come_in_pieces_and_several_at_once(
    sandbox: Sandbox, settings: SandboxSettings
) -> None:
    one = create(settings)
    last = b"GET /sandbox/nowhere HTTP/1.1\r\nConnection: close\r\n\r\n"

    said = say(sandbox, one[:40], one[40:-5], one[-5:] + one + one + last)

    assert said.count(b"HTTP/1.1 201 Created") == 3
    assert said.count(b"HTTP/1.1 404 Not Found") == 1
    assert len(sandbox.texts(PATIENT)) == 3


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(b"nonsense\r\n\r\n", 400, id="no request line"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400, id="no length"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", 413, id="too big"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411, id="chunked"),
        pytest.param(b"x" * 1_000_001, 431, id="endless head"),
    ],
)
def test_what_is_no_request_is_answered_and_hung_up_on(
    sandbox: Sandbox, request_bytes: bytes, status: int
) -> None:
    assert say(sandbox, request_bytes).startswith(b"HTTP/1.1 %d " % status)


def test_an_unknown_door_is_not_found(client: Client, sandbox: Sandbox) -> None:
    status, _ = ask(sandbox.base_url, "POST", "/sandbox/nowhere", {})

    assert status == 404


def test_it_runs_alone_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "reminders.sandbox", "--mode", "test"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        smtp = urlsplit(process.stdout.readline().strip())

        status, seen = ask(base_url, "GET", "/sandbox/messages")
        socket.create_connection(("127.0.0.1", smtp.port or 0), timeout=5).close()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0
    assert (status, seen["count"]) == (200, 0)


def test_alone_it_does_not_start_in_production() -> None:
    command = [sys.executable, "-m", "reminders.sandbox", "--mode", "production"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)

    assert ended.returncode != 0
    assert "RUN_MODE" in ended.stderr
