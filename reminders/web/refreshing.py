"""Does a page ask for its own list anew, without anybody having pressed anything?

Such a request is no look that somebody took: it leaves no line in the audit trail, eats no message
that waits to be shown, and does not keep an idle person signed in.
"""

from typing import Final

from flask import request

PART: Final = "X-Part"  # a header of ours: no link and no form of another site can send it


def by_itself() -> bool:
    """Whether static/live.js asks."""
    return PART in request.headers
