"""Does what the provider would post to our public address arrive, just as it was signed?

A proxy that changes the address, asks for a password or leads elsewhere breaks every signature;
better to learn it from ourselves than from a STOP that never came.
"""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

_MOST = 4_096


@dataclass(frozen=True)
class Knock:
    """What came back: status 0 if nobody answered in time."""

    status: int
    said: str = ""


def knock(url: str, form: Mapping[str, str], token: str, *, timeout: float) -> Knock:
    """Post a form as the provider would: signed, once, and following no other address."""
    parts = urlsplit(url)
    signature = RequestValidator(token).compute_signature(url, dict(form))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature,
    }
    door = _door(parts.scheme, parts.netloc, timeout)
    try:
        with closing(door):
            door.request("POST", parts.path, urlencode(form), headers)
            answer = door.getresponse()
            return Knock(answer.status, answer.read(_MOST).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        return Knock(0)


def _door(scheme: str, place: str, timeout: float) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(place, timeout=timeout)
