"""What does the application's side of the sandbox's tests look like?"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from requests import Response
from twilio.http.http_client import TwilioHttpClient

PATIENCE = 5.0


class RedirectingHttpClient(TwilioHttpClient):
    """The SDK's own client, pointed at another host."""

    def __init__(self, base_url: str, timeout: float = PATIENCE) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *rest: Any, **more: Any) -> Response:
        here = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        return super().request(method, urlunsplit(here), *rest, **more)


@dataclass(frozen=True)
class Call:
    """One call that the application received."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What the application says to one call, and after what; no status hangs up instead."""

    status: int | None = 200
    body: str = "<Response/>"
    kind: str = "text/xml"
    after: Event | None = None


@dataclass
class Receiver:
    """A tiny application: keeps every call, answers as scripted, then with an empty 200."""

    script: deque[Answer] = field(default_factory=deque)
    calls: Queue[Call] = field(default_factory=Queue)
    default: Answer = field(default_factory=Answer)
    closing: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        receiver = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def next_call(self) -> Call:
        return self.calls.get(timeout=PATIENCE)

    def all_calls(self) -> list[Call]:
        calls = []
        while True:
            try:
                calls.append(self.calls.get_nowait())
            except Empty:
                return calls

    def take(self, door: BaseHTTPRequestHandler) -> None:
        body = door.rfile.read(int(door.headers["Content-Length"]))
        is_form = door.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if is_form else {}
        self.calls.put(Call(self.url + door.path, dict(door.headers), body, form))
        answer = self.script.popleft() if self.script else self.default
        if answer.after is not None:
            answer.after.wait(PATIENCE)
        if answer.status is None or self.closing.is_set():
            door.close_connection = True
            return
        door.send_response(answer.status)
        door.send_header("Content-Type", answer.kind)
        door.send_header("Content-Length", str(len(answer.body.encode())))
        door.end_headers()
        door.wfile.write(answer.body.encode())

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def until(happened: Callable[[], object]) -> None:
    """Look again and again until it happened, or give up."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError


def ask(base_url: str, method: str, path: str, fields: object = None) -> tuple[int, Any]:
    """Ask the sandbox's own doors something in JSON."""
    parts = urlsplit(base_url)
    line = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        body = json.dumps(fields) if fields is not None else ""
        line.request(method, path, body, {"Content-Type": "application/json"})
        response = line.getresponse()
        return response.status, json.loads(response.read())
    finally:
        line.close()
