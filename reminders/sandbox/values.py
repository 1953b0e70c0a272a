"""What does the sandbox remember of a text and of a letter?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Direction(StrEnum):
    """Who wrote: a person, the service, or the service in answer to a person."""

    INBOUND = "inbound"
    OUTBOUND = "outbound-api"
    REPLY = "outbound-reply"


class Status(StrEnum):
    """Where a text stands, in the provider's words."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


RANK: Mapping[Status, int] = MappingProxyType(
    {
        Status.ACCEPTED: 0,
        Status.QUEUED: 1,
        Status.SENT: 2,
        Status.DELIVERED: 3,
        Status.UNDELIVERED: 3,
        Status.FAILED: 3,
        Status.CANCELED: 3,
        Status.RECEIVED: 3,
    }
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the provider keeps it; `serial` counts from one in order of arrival."""

    sid: str
    serial: int
    direction: Direction
    sender: str
    to: str
    body: str
    status: Status
    at: datetime
    segments: int
    media: int = 0
    service: str = ""
    callback: str = ""
    opt_out_type: str = ""
    error_code: int | None = None
    sent_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def arrived(self) -> bool:
        """Whether the one it was meant for can read it."""
        return self.status in {Status.SENT, Status.DELIVERED, Status.RECEIVED}


@dataclass(frozen=True)
class Mail:
    """One letter as it crossed the wire, to or from a person."""

    direction: Direction
    sender: str
    to: str
    raw: bytes
    at: datetime

    @cached_property
    def message(self) -> EmailMessage:
        """The letter taken apart, on first use: a load bench never looks."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        """Its subject line."""
        return self.header("Subject")

    @property
    def message_id(self) -> str:
        """Its Message-ID, angle brackets included."""
        return self.header("Message-ID")

    @property
    def text(self) -> str:
        """Its plain part, or nothing."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Its HTML part, or nothing."""
        return self._part("html")

    def header(self, name: str) -> str:
        """One header by name, unfolded; nothing if it is absent."""
        return str(self.message.get(name, ""))

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""


@dataclass(frozen=True)
class WebhookAnswer:
    """What a webhook of ours said: no status means that it never answered.

    `sid` names the text it was about, if any. `texts` are the messages its TwiML asked for.
    """

    sid: str
    status: int | None
    attempts: int
    body: str = ""
    content_type: str = ""
    texts: tuple[str, ...] = ()
