"""What is a peer's task? Read the row, send by the provider's own SDK, mark the row.

Two short transactions with the network between them, and a row that was sent already is left
alone: as a good engineer would write it with these tools.
"""

import logging
from functools import cache

import sqlalchemy as sa
from requests.adapters import HTTPAdapter
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bench.peers.rows import MARK_SENT, UNSENT, now
from bench.peers.surroundings import DATABASE, PROVIDER, SEATS

ACCOUNT, TOKEN, CLINIC = "AC" + "0" * 32, "sandbox", "+12075550100"
TWILIO = "https://api.twilio.com"
TIMEOUT = 10
# The SDK writes ten lines a request where its user's logging lets it.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class ToTheSandbox(TwilioHttpClient):
    """The SDK's own HTTP client, but for the address."""

    def request(self, method: str, url: str, *rest: object, **named: object) -> Response:
        return super().request(method, url.replace(TWILIO, PROVIDER), *rest, **named)


class AsyncToTheSandbox(AsyncTwilioHttpClient):
    """The SDK's own asyncio client, but for the address."""

    async def request(self, method: str, url: str, *rest: object, **named: object) -> Response:
        return await super().request(method, url.replace(TWILIO, PROVIDER), *rest, **named)


def send(message_id: int) -> None:
    """Send one message and mark it, in a thread."""
    with _engine().begin() as connection:
        row = connection.execute(UNSENT, {"row": message_id}).one_or_none()
    if row is None:
        return
    sent = _client().messages.create(to=row.phone, from_=CLINIC, body=row.text)
    with _engine().begin() as connection:
        connection.execute(MARK_SENT, {"row": message_id, "sid": sent.sid, "now": now()})


async def send_async(message_id: int) -> None:
    """Send one message and mark it, on a loop."""
    async with _async_engine().begin() as connection:
        row = (await connection.execute(UNSENT, {"row": message_id})).one_or_none()
    if row is None:
        return
    sent = await _async_client().messages.create_async(to=row.phone, from_=CLINIC, body=row.text)
    async with _async_engine().begin() as connection:
        await connection.execute(MARK_SENT, {"row": message_id, "sid": sent.sid, "now": now()})


# Opened at the first task, in whatever process runs it: a connection must not cross a fork.
@cache
def _engine() -> sa.Engine:
    return sa.create_engine(DATABASE, pool_size=SEATS, max_overflow=0)


@cache
def _client() -> Client:
    http = ToTheSandbox(timeout=TIMEOUT)
    http.session.mount("http://", HTTPAdapter(pool_maxsize=SEATS))
    return Client(ACCOUNT, TOKEN, http_client=http)


@cache
def _async_engine() -> AsyncEngine:
    return create_async_engine(DATABASE, pool_size=SEATS, max_overflow=0)


@cache
def _async_client() -> Client:
    return Client(ACCOUNT, TOKEN, http_client=AsyncToTheSandbox(timeout=TIMEOUT))
