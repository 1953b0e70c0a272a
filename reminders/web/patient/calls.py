"""Which number should a thumb be able to press?"""

import re

from markupsafe import Markup, escape

_NOT_DIALLED = re.compile(r"[^\d+]")


def call(number: str, label: str = "") -> Markup:
    """Give a link that dials."""
    link = '<a href="tel:{}">{}</a>'
    return Markup(link).format(_NOT_DIALLED.sub("", number), label or number)  # noqa: S704 - ours


def with_calls(text: str, *numbers: str) -> Markup:
    """Make every one of these numbers within a text a link that dials."""
    known = [re.escape(number) for number in sorted(numbers, key=len, reverse=True) if number]
    if not known:
        return escape(text)
    parts = re.split(f"({'|'.join(known)})", text)
    # Every second part is a number: that is how split keeps what it splits by.
    return Markup("").join(call(part) if at % 2 else escape(part) for at, part in enumerate(parts))
