"""Every table, in one place to import from."""

from reminders.store import accounts, audit, conversation, people, plans, record
from reminders.store.db import Base

ROOMS = (accounts, audit, conversation, people, plans, record)
__all__ = ["ROOMS", "Base"]
