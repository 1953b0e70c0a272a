"""Did this form come from a page of ours?

Browsers say where a request comes from. An old one that says nothing is held to the token that
every form carries.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, abort, request

from reminders.web.house import house

# The provider calls by itself, and a mail service ends messages with one click.
FROM_ANYWHERE: Final = frozenset({"hooks", "unsubscribe"})
_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
_LOOKING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Our pages send no referrer, and browsers then hide the origin of their forms too.
_HIDDEN: Final = frozenset({"", "null"})


def refuse_strangers(app: Flask) -> None:
    """Take no form that a browser says was sent by another site's page."""

    @app.before_request
    def _ask_where_from() -> None:
        if request.method in _LOOKING or request.endpoint is None:
            return
        if FROM_ANYWHERE.isdisjoint(request.blueprints) and _from_elsewhere():
            abort(403)


def _from_elsewhere() -> bool:
    if request.headers.get("Sec-Fetch-Site") in _ELSEWHERE:
        return True
    origin = request.headers.get("Origin", "")
    # A proxy may call us by another name than the one the world knows.
    ours = {request.host, _host(house().settings.public_base_url)}
    return origin not in _HIDDEN and _host(origin) not in ours


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # as odd as an address can be
        return ""
