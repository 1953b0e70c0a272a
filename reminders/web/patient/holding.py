"""Who asks for a page: by the link in the address, or by the key that this phone keeps?

A phone that keeps its patient's page brings a key in a cookie, and its addresses say /today instead
of /x/ and a token. All views are the same: for them the word "today" stands where a token stands.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from reminders.store.conversation import Link, Purpose, find_link
from reminders.store.queries.page import Holder, Page, find_holder, page_for
from reminders.web.house import house, now, session
from reminders.web.whose import by_link

KEPT: Final = "today"
KEEPS: Final = timedelta(days=60)
# The service worker keeps a page that says until when it may be shown, and drops any other.
KEPT_UNTIL: Final = "Kept-Until"
BY_LINK, BY_KEY = "/x/<token>", "/today"


class Doors(Blueprint):
    """Views of a patient's page, each under the address of a link and under a kept phone's."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)
        place = rule.removeprefix(BY_LINK)
        if place == rule:
            return
        options["defaults"] = {"token": KEPT}
        super().add_url_rule(
            BY_KEY + place, endpoint, view_func, provide_automatic_options, **options
        )


def holder_of(token: str) -> Holder | None:
    """Whom the page belongs to, open or ended."""
    by_link(_brought(token))
    if token == KEPT:
        return find_holder(session(), key(), now(), Purpose.KEPT) if key() else None
    return find_holder(session(), token, now())


def page_of(token: str, sittings: tuple[int, ...] = ()) -> Page | None:
    """The page of who may see it, or None: an ended link and a wrong one look alike.

    `sittings` are those it is to speak of, where the link itself names none.
    """
    holder = holder_of(token)
    if holder is None or not holder.open:
        return None
    if sittings and not holder.occurrence_ids:
        holder = replace(holder, occurrence_ids=sittings)
    reach = timedelta(hours=house().settings.late_reply_hours)
    return page_for(session(), holder, now(), reach)


def link_of(token: str) -> Link | None:
    """The row that a page was opened by, open or ended."""
    by_link(_brought(token))
    link = find_link(session(), _brought(token))
    by_key = link is not None and link.purpose is Purpose.KEPT
    return link if by_key is (token == KEPT) else None


def _brought(token: str) -> str:
    return key() if token == KEPT else token


def key() -> str:
    """What this phone brings along, if it keeps a page."""
    return request.cookies.get(_cookie(), "")


def give_key(answer: Response, token: str) -> None:
    """Let this phone keep it, out of reach of every script."""
    answer.set_cookie(
        _cookie(),
        token,
        max_age=KEEPS,
        path="/",
        secure=house().settings.secure,
        httponly=True,
        samesite="Lax",
    )


def take_key(answer: Response) -> None:
    """Let this phone forget it."""
    secure = house().settings.secure
    answer.delete_cookie(_cookie(), path="/", secure=secure, httponly=True, samesite="Lax")


def may_keep(answer: Response, until: datetime) -> Response:
    """Tell the browser's worker that it may show this page without a network, and how long."""
    answer.headers[KEPT_UNTIL] = until.isoformat()
    return answer


def path_of(token: str) -> str:
    """Where the pages of this way in begin: a cookie for them goes there and nowhere else."""
    return BY_KEY if token == KEPT else "/x/"


def _cookie() -> str:
    return "__Host-kept" if house().settings.secure else "kept"
