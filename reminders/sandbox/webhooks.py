"""How does the sandbox call the application, as the provider would?

Signed, with the time limits and retries that the fragment of the URL asks for, and never to
another machine.
"""

import asyncio
import ipaddress
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from reminders.sandbox.signature import sign
from reminders.sandbox.values import WebhookAnswer

MOST_RETRIES = 5
CALLS_AT_ONCE = 64
LONGEST_SECONDS = 15.0
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


class NotThisMachine(ValueError):
    """The URL leads to another machine, or is no plain HTTP URL at all."""


@dataclass(frozen=True)
class Override:
    """Time limits and retries of one call; the defaults are the provider's."""

    connect_seconds: float = 5.0
    read_seconds: float = LONGEST_SECONDS
    total_seconds: float = LONGEST_SECONDS
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def repeats(self, outcome: str) -> bool:
        """Whether this outcome is worth another call."""
        return outcome != "ok" and (outcome in self.retry_on or "all" in self.retry_on)


def override(fragment: str) -> Override:
    """Read the fragment of a webhook URL, such as rc=3&rp=ct,rt,5xx; what is odd is ignored."""
    asked = dict(parse_qsl(fragment))
    plain = Override()
    return Override(
        connect_seconds=_seconds(asked, "ct", plain.connect_seconds),
        read_seconds=_seconds(asked, "rt", plain.read_seconds),
        total_seconds=_seconds(asked, "tt", plain.total_seconds),
        retries=min(int(asked["rc"]), MOST_RETRIES) if asked.get("rc", "").isdigit() else 1,
        retry_on=frozenset(asked["rp"].split(",")) if "rp" in asked else plain.retry_on,
    )


def require_this_machine(url: str) -> SplitResult:
    """Take a URL apart, or refuse it; the error does not repeat it."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        raise NotThisMachine("the sandbox calls http on this machine only")
    return parts


class Caller:
    """Posts to the application's doors. Lives on the sandbox's loop."""

    def __init__(self, auth_token: str) -> None:
        """Take the token that signs."""
        self._token = auth_token
        self._seats = asyncio.Semaphore(CALLS_AT_ONCE)

    async def open(self) -> None:
        """Get ready to call."""
        # Servers of the tests and demos close a kept line after two seconds; a post that meets
        # the closing one would look like a fault of the application.
        lines = aiohttp.TCPConnector(limit=CALLS_AT_ONCE, keepalive_timeout=1)
        self._session = aiohttp.ClientSession(connector=lines, auto_decompress=True)

    async def close(self) -> None:
        """Hang up."""
        await self._session.close()

    async def post_form(self, url: str, fields: Mapping[str, str]) -> WebhookAnswer:
        """Post a signed form, about one text."""
        called = urlunsplit(require_this_machine(url)._replace(fragment=""))
        headers = {
            "Content-Type": FORM,
            "X-Twilio-Signature": sign(self._token, called, fields),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }
        answer = await self.post(url, urlencode(fields).encode(), headers)
        return replace(answer, sid=fields.get("MessageSid", ""))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> WebhookAnswer:
        """Post anything, as often as the fragment of the URL asks for."""
        parts = require_this_machine(url)
        rules = override(parts.fragment)
        called = URL(urlunsplit(parts._replace(fragment="")), encoded=True)
        async with self._seats:
            end = asyncio.get_running_loop().time() + rules.total_seconds
            for attempt in range(1, rules.retries + 2):
                outcome, answer = await self._once(called, body, headers, rules)
                pause = 0.02 * 2**attempt
                if (
                    not rules.repeats(outcome)
                    or attempt > rules.retries
                    or asyncio.get_running_loop().time() + pause > end
                ):
                    break
                await asyncio.sleep(pause)
        return replace(answer, attempts=attempt)

    async def _once(
        self, url: URL, body: bytes, headers: Mapping[str, str], rules: Override
    ) -> tuple[str, WebhookAnswer]:
        limits = aiohttp.ClientTimeout(
            total=rules.total_seconds,
            sock_connect=rules.connect_seconds,
            sock_read=rules.read_seconds,
        )
        silence = WebhookAnswer(sid="", status=None, attempts=1)
        try:
            # A redirect is not followed: it could lead away from this machine.
            async with self._session.post(
                url, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                said = await response.text(errors="replace")
                kind = response.headers.get("Content-Type", "")
                answer = replace(silence, status=response.status, body=said, content_type=kind)
                return _outcome(response.status), answer
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return "ct", silence
        except (aiohttp.ClientError, TimeoutError):
            return "rt", silence


def _outcome(status: int) -> str:
    if status >= 500:
        return "5xx"
    return "4xx" if status >= 400 else "ok"


def _seconds(asked: Mapping[str, str], name: str, plain: float) -> float:
    said = asked.get(name, "")
    return min(int(said) / 1000, plain) if said.isdigit() else plain


@lru_cache(maxsize=64)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
