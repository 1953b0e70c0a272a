"""Who has written which own words, and is it a person at all?"""

from reminders.channels.mail.bounces import Bounce
from reminders.channels.mail.reading import MailIn, read

__all__ = ["Bounce", "MailIn", "read"]
