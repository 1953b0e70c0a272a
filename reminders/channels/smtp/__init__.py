"""How does a letter reach a mail server?"""

from reminders.channels.smtp.channel import Security, SmtpChannel

__all__ = ["Security", "SmtpChannel"]
