"""Where do texts and letters go when no real phone may ring?

A Twilio-compatible provider and a mail server on this machine, with everything a real one does
wrong at will. Tests, the demo and the load benches all send to it.
"""

from reminders.sandbox.behaviour import Asking, Behaviour, Create, MailFault, Receipts
from reminders.sandbox.carrier import Line
from reminders.sandbox.letters import Quote
from reminders.sandbox.server import Sandbox
from reminders.sandbox.settings import SandboxSettings
from reminders.sandbox.values import Direction, Mail, Status, Text, WebhookAnswer

__all__ = [
    "Asking",
    "Behaviour",
    "Create",
    "Direction",
    "Line",
    "Mail",
    "MailFault",
    "Quote",
    "Receipts",
    "Sandbox",
    "SandboxSettings",
    "Status",
    "Text",
    "WebhookAnswer",
]
