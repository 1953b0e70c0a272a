"""How does a text reach Twilio, or a provider that speaks like it, and come back?"""

from reminders.channels.twilio.channel import TwilioChannel
from reminders.channels.twilio.hooks import (
    put_through,
    read_call,
    read_incoming,
    read_status,
    said_aloud,
    spoken,
    verify,
)

__all__ = [
    "TwilioChannel",
    "put_through",
    "read_call",
    "read_incoming",
    "read_status",
    "said_aloud",
    "spoken",
    "verify",
]
