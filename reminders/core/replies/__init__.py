"""What did they mean? Text and context in, a Reading out."""

from reminders.core.replies.optout import keyword_of as keyword
from reminders.core.replies.reader import read
from reminders.core.replies.reading import (
    Asked,
    Context,
    Intent,
    NamedDay,
    Reading,
    SkipReason,
    Span,
)

__all__ = [
    "Asked",
    "Context",
    "Intent",
    "NamedDay",
    "Reading",
    "SkipReason",
    "Span",
    "keyword",
    "read",
]
