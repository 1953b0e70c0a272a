"""How does HTTP reach the sandbox fast enough not to be the limit?

A small HTTP/1.1 server with kept connections. The framework that was measured beside it answered
half as many requests a second, and a load bench must not measure its own stand-in.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple, cast
from urllib.parse import unquote

BIGGEST_REQUEST = 1_000_000


class Request(NamedTuple):
    """One request; header names are in lower case."""

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer, when, and whether at all.

    The reply waits for `when`, then for `after_seconds`; `drop` cuts the line instead of answering.
    """

    status: int
    body: bytes
    when: asyncio.Task[None] | None = None
    after_seconds: float = 0.0
    drop: bool = False


Handle = Callable[[Request], Reply]


class Malformed(Exception):
    """The bytes are no request that this server reads."""

    def __init__(self, status: HTTPStatus) -> None:
        """Keep what to answer."""
        super().__init__(status.phrase)
        self.status = status


class Wire(asyncio.Protocol):
    """One connection: reads a request, has it handled, writes the reply, and again."""

    def __init__(self, handle: Handle, connected: set["Wire"]) -> None:
        """Serve requests with `handle`; stand in `connected` while the line is open."""
        self._handle = handle
        self._connected = connected
        self._buffer = b""
        self._waiting: asyncio.Task[None] | None = None
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        self._transport = cast(asyncio.Transport, transport)
        self._connected.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a reply that nobody waits for any more."""
        del exc
        self._connected.discard(self)
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Serve what is complete."""
        self._buffer += data
        self._serve()

    def abort(self) -> None:
        """Cut the line now."""
        self._transport.abort()

    def _serve(self) -> None:
        try:
            while self._waiting is None and (request := self._next_request()) is not None:
                self._closing = request.headers.get(b"connection", b"").lower() == b"close"
                self._answer(self._handle(request))
        except Malformed as error:
            self._closing = True
            self._write(Reply(status=error.status, body=b""))

    def _next_request(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > BIGGEST_REQUEST:
                raise Malformed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return None
        method, target, headers = _head(self._buffer[:end])
        stop = end + 4 + _length(headers)
        if len(self._buffer) < stop:
            return None
        body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
        path, _, query = target.partition(b"?")
        return Request(method.decode("latin-1"), path.decode("latin-1"), query, headers, body)

    def _answer(self, reply: Reply) -> None:
        if reply.when is None and not reply.after_seconds and not reply.drop:
            self._write(reply)
        else:
            self._waiting = asyncio.get_running_loop().create_task(self._answer_later(reply))

    async def _answer_later(self, reply: Reply) -> None:
        if reply.when is not None:
            # Waited for, not awaited: a client that hangs up must not stop what is under way.
            await asyncio.wait({reply.when})
        if reply.after_seconds:
            await asyncio.sleep(reply.after_seconds)
        self._waiting = None
        if reply.drop:
            self.abort()
            return
        self._write(reply)
        self._serve()

    def _write(self, reply: Reply) -> None:
        phrase = HTTPStatus(reply.status).phrase
        last = "Connection: close\r\n" if self._closing else ""
        head = (
            f"HTTP/1.1 {reply.status} {phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(reply.body)}\r\n{last}\r\n"
        )
        self._transport.write(head.encode() + reply.body)
        if self._closing:
            self._transport.close()


def form(encoded: bytes) -> dict[str, str]:
    """Take a form or query apart; of a repeated name the last value counts."""
    values = {}
    for pair in encoded.decode("ascii", "replace").replace("+", " ").split("&"):
        name, _, value = pair.partition("=")
        values[unquote(name) if "%" in name else name] = unquote(value) if "%" in value else value
    values.pop("", None)
    return values


def _head(head: bytes) -> tuple[bytes, bytes, dict[bytes, bytes]]:
    first, *lines = head.split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3:
        raise Malformed(HTTPStatus.BAD_REQUEST)
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return parts[0], parts[1], headers


def _length(headers: dict[bytes, bytes]) -> int:
    if b"transfer-encoding" in headers:
        raise Malformed(HTTPStatus.LENGTH_REQUIRED)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        raise Malformed(HTTPStatus.BAD_REQUEST)
    if int(length) > BIGGEST_REQUEST:
        raise Malformed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(length)
