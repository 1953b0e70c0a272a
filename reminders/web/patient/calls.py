"""Which number should a thumb be able to press?"""

import re

from markupsafe import Markup, escape

_NOT_DIALLED = re.compile(r"[^\d+]")


def dialled(number: str) -> str:
    """The digits alone, as a telephone wants them; also a filter in templates."""
    return _NOT_DIALLED.sub("", number)


def with_calls(text: str, *numbers: str) -> Markup:
    """Make every one of these numbers within a text a link that dials."""
    known = [re.escape(number) for number in sorted(numbers, key=len, reverse=True) if number]
    if not known:
        return escape(text)
    parts = re.split(f"({'|'.join(known)})", text)
    # Every second part is a number: that is how split keeps what it splits by.
    return Markup("").join(_call(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _call(number: str) -> Markup:
    return Markup('<a href="tel:{}">{}</a>').format(dialled(number), number)
