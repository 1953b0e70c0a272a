"""Every table, in one place to import from."""

from reminders.store import (
    accounts,
    asking,
    audit,
    canned,
    conversation,
    exercises,
    guesses,
    invitations,
    people,
    plans,
    record,
    spending,
    suggestions,
    templates,
    thresholds,
    views,
)
from reminders.store.db import Base

ROOMS = (
    accounts,
    asking,
    audit,
    canned,
    conversation,
    exercises,
    guesses,
    invitations,
    people,
    plans,
    record,
    spending,
    suggestions,
    templates,
    thresholds,
    views,
)
__all__ = ["ROOMS", "Base"]
