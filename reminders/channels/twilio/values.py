"""What do the values mean that Twilio writes into lists and webhooks?"""

from collections.abc import Mapping

from reminders.channels import Status, StatusEvent
from reminders.channels.twilio_errors import on_receipt

_STATUSES: Mapping[str, Status] = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.ACCEPTED,
    "sent": Status.SENT,
    # Part of it arrived: neither a delivery nor a failure to act upon.
    "partially_delivered": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.UNDELIVERED,
    "canceled": Status.UNDELIVERED,
}


def told(provider_id: str, said: str, code: str) -> StatusEvent:
    """Put what Twilio says of a text into our words."""
    said, number = said.lower(), whole(code)
    # A word that Twilio invents tomorrow moves nothing.
    status = _STATUSES.get(said, Status.ACCEPTED)
    failed = status is Status.UNDELIVERED or number > 0
    verdict = on_receipt(number) if failed else None
    return StatusEvent(provider_id, status, str(number or ""), said, verdict)


def storable(text: str) -> str:
    """Replace what no database takes: half characters and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def whole(number: object) -> int:
    """Read a count that may come as text, as a number or not at all."""
    text = str(number or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
