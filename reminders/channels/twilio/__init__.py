"""How does a text reach Twilio, or a provider that speaks like it, and come back?"""

from reminders.channels.twilio.channel import OurNumber, TwilioChannel
from reminders.channels.twilio.hooks import (
    put_through,
    read_call,
    read_incoming,
    read_status,
    said_aloud,
    spoken,
    verify,
)
from reminders.channels.twilio.knocking import Knock, knock

__all__ = [
    "Knock",
    "OurNumber",
    "TwilioChannel",
    "knock",
    "put_through",
    "read_call",
    "read_incoming",
    "read_status",
    "said_aloud",
    "spoken",
    "verify",
]
