"""How does a text reach Twilio, or a provider that speaks like it, and come back?"""

from reminders.channels.twilio.channel import TwilioChannel
from reminders.channels.twilio.hooks import read_incoming, read_status, spoken, verify

__all__ = ["TwilioChannel", "read_incoming", "read_status", "spoken", "verify"]
