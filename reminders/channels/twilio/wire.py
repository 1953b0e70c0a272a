"""What is surely known when a request to the provider ends?

Refused before any byte left: connecting failed. Refused afterwards: an answer said so. All else
is Unknown: the text may be on its way.
"""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import urllib3
from twilio.http import HttpClient  # type: ignore[import-untyped]  # the SDK has no types
from twilio.http.response import Response  # type: ignore[import-untyped]
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import EmptyPoolError, HTTPError, ProtocolError, ReadTimeoutError

from reminders.channels import Refused, Unknown
from reminders.channels.twilio.values import whole
from reminders.channels.twilio_errors import CONNECT, on_sending


class Wire(HttpClient):  # type: ignore[misc]  # a class of the SDK
    """Carries the SDK's requests over kept connections and judges how each one ended.

    Nothing is sent twice or redirected, and an error becomes Refused or Unknown before the SDK
    could quote the patient's number in it.
    """

    def __init__(self, base_url: str, timeout: float, size: int) -> None:
        logger = logging.getLogger("twilio.http_client")
        super().__init__(logger, is_async=False, timeout=timeout)
        self._prefix = urlsplit(base_url).path.rstrip("/")
        self._pool = _pool(base_url, timeout, size)

    def request(
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
        asked = {**(headers or {}), **urllib3.make_headers(basic_auth=":".join(auth or ()))}
        try:
            answer = self._pool.urlopen(
                method,
                self._target(uri, params),
                body=urlencode(data, doseq=True) if data else None,
                headers=asked,
                redirect=False,
                pool_timeout=self.timeout,
            )
        except EmptyPoolError:
            raise Refused("pool", CONNECT) from None
        except HTTPError as error:
            raise Unknown(_how_it_broke(error)) from None
        return _judged(answer.status, answer.data.decode("utf-8", "replace"))

    def close(self) -> None:
        """Let go of the kept connections."""
        self._pool.close()

    def _target(self, uri: str, params: dict[str, object] | None) -> str:
        parts = urlsplit(uri)
        path = parts.path
        # The address of a next page carries the provider's prefix already.
        if not path.startswith(f"{self._prefix}/"):
            path = self._prefix + path
        query = urlencode(params, doseq=True) if params else parts.query
        return f"{path}?{query}" if query else path


def _how_it_broke(error: HTTPError) -> str:
    if isinstance(error, ReadTimeoutError):
        return "read_timeout"
    return "reset" if isinstance(error, ProtocolError) else "broken"


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


def _pool(base_url: str, timeout: float, size: int) -> urllib3.HTTPConnectionPool:
    pool = urllib3.connection_from_url(
        base_url,
        maxsize=size,
        block=True,
        retries=False,
        # Half for connecting: a host with several addresses is tried at each.
        timeout=urllib3.Timeout(connect=timeout / 2, read=timeout),
        socket_options=[*HTTPConnection.default_socket_options, *_kept_alive()],
    )
    pool.ConnectionCls = _TlsConnection if pool.scheme == "https" else _PlainConnection
    return pool


def _kept_alive() -> Iterator[tuple[int, int, int]]:
    """Keep idle connections known to the gateways between, which otherwise drop them in silence:

    the first text after a quiet hour would be Unknown every time.
    """
    yield socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10)):
        # Not on every system.
        if option := getattr(socket, name, None):
            yield socket.IPPROTO_TCP, option, seconds


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        with _nothing_has_left():
            super().connect()


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        with _nothing_has_left():
            super().connect()


@contextmanager
def _nothing_has_left() -> Iterator[None]:
    """A connection that does not come about has carried nothing: trying again is safe."""
    try:
        yield
    except (HTTPError, OSError, ValueError):
        raise Refused("connect", CONNECT) from None
