"""What is surely known when a request to the provider ends?

Refused before any byte left: connecting failed. Refused afterwards: an answer said so. All else
is Unknown: the text may be on its way.
"""

import asyncio
import base64
import json
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote_plus, urlencode, urlsplit

from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]  # the SDK has no types
from twilio.http.response import Response  # type: ignore[import-untyped]

from reminders.channels import Refused, Unknown
from reminders.channels.twilio.connection import Answer, Broken, Connection, Garbled, Silent
from reminders.channels.twilio.values import whole
from reminders.channels.twilio_errors import CONNECT, on_sending


class Wire(AsyncHttpClient):  # type: ignore[misc]  # a class of the SDK
    """Carries the SDK's requests over kept connections and judges how each one ended.

    Nothing is sent twice or redirected, and an error becomes Refused or Unknown before the SDK
    could quote the patient's number in it. All of it runs in one event loop.
    """

    def __init__(self, base_url: str, timeout: float, size: int) -> None:
        logger = logging.getLogger("twilio.http_client")
        super().__init__(logger, is_async=True, timeout=timeout)
        self._timeout = timeout
        self._place = _Place(base_url)
        self._seats = asyncio.Semaphore(size)
        self._idle: list[Connection] = []

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: object,
    ) -> Response:
        """Make one request, at the place that the base URL names."""
        body = _form(data) if data else b""
        opening = self._place.opening(
            method, uri, urlencode(params or {}, doseq=True), tuple((headers or {}).items()), auth
        )
        length = b"Content-Length: %d\r\n\r\n" % len(body)
        answer = await self._carry(opening + length + body)
        return _judged(answer.status, answer.body.decode("utf-8", "replace"))

    async def close(self) -> None:
        """Let go of the kept connections."""
        while self._idle:
            self._idle.pop().close()

    async def _carry(self, request: bytes) -> Answer:
        await self._take_seat()
        try:
            return await self._ask(await self._connection(), request)
        finally:
            self._seats.release()

    async def _take_seat(self) -> None:
        if not self._seats.locked():
            await self._seats.acquire()  # at once
            return
        try:
            async with asyncio.timeout(self._timeout):
                await self._seats.acquire()
        except TimeoutError:
            raise Refused("pool", CONNECT) from None

    async def _connection(self) -> Connection:
        """The connection used last, for it is the likeliest to be alive; else a new one."""
        while self._idle:
            kept = self._idle.pop()
            if kept.open:
                return kept
        try:
            # Half for connecting: a host with several addresses is tried at each.
            async with asyncio.timeout(self._timeout / 2):
                return await self._place.connect()
        except (OSError, ValueError):  # no such name, nobody there, no trust, no time
            # What does not come about has carried nothing: trying again is safe.
            raise Refused("connect", CONNECT) from None

    async def _ask(self, connection: Connection, request: bytes) -> Answer:
        keeps = False
        try:
            answer = await connection.ask(request, self._timeout)
            keeps = answer.keeps
        except Silent:
            raise Unknown("read_timeout") from None
        except Broken:
            raise Unknown("reset") from None
        except Garbled:
            raise Unknown("broken") from None
        finally:
            if keeps:
                self._idle.append(connection)
            else:
                connection.close()
        return answer


class _Place:
    """Where the provider is, and how a request begins that goes there."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._prefix = parts.path.rstrip("/")
        self._host, self._name = parts.hostname or "", parts.netloc
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)

    async def connect(self) -> Connection:
        transport, connection = await asyncio.get_running_loop().create_connection(
            Connection, self._host, self._port, ssl=self._tls
        )
        for option in _kept_alive():
            transport.get_extra_info("socket").setsockopt(*option)
        return connection

    # A text's request begins like the one before it.
    @lru_cache(maxsize=64)  # noqa: B019 - a place lives as long as its process
    def opening(
        self,
        method: str,
        uri: str,
        query: str,
        headers: tuple[tuple[str, str], ...],
        auth: tuple[str, str] | None,
    ) -> bytes:
        """All that stands above the length of the body."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return (
            f"{method} {self._target(uri, query)} HTTP/1.1\r\nHost: {self._name}\r\n"
            f"{lines}Authorization: {_basic(*(auth or ('', '')))}\r\n"
        ).encode()

    def _target(self, uri: str, query: str) -> str:
        parts = urlsplit(uri)
        path = parts.path
        # The address of a next page carries the provider's prefix already.
        if not path.startswith(f"{self._prefix}/"):
            path = self._prefix + path
        query = query or parts.query
        return f"{path}?{query}" if query else path


def _form(fields: Mapping[str, object]) -> bytes:
    """As urlencode, whose care for every kind of value costs as much again."""
    return "&".join(f"{name}={quote_plus(str(value))}" for name, value in fields.items()).encode()


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _judged(status: int, text: str) -> Response:
    """Pass on what was surely done; a server's own error may have come after the deed."""
    if status >= 500 or status == 408:
        raise Unknown(f"http_{status}")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not 200 <= status < 300:
        code = whole(body.get("code")) if isinstance(body, dict) else 0
        raise Refused(str(code or status), on_sending(status, code))
    if not isinstance(body, dict):
        raise Unknown("unreadable")
    return Response(status, text)


def _kept_alive() -> Iterator[tuple[int, int, int]]:
    """Keep idle connections known to the gateways between, which otherwise drop them in silence:

    the first text after a quiet hour would be Unknown every time.
    """
    yield socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10)):
        # Not on every system.
        if option := getattr(socket, name, None):
            yield socket.IPPROTO_TCP, option, seconds
