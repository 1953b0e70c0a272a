"""Which patients did the reader ask for, and which address asks for them?"""

import re
from typing import Any, Final

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from reminders.core.addresses import e164
from reminders.store.people import Care
from reminders.store.queries.listed import Order, Sought, Wanted
from reminders.web.desk.access import reader
from reminders.web.desk.words import LANGUAGES
from reminders.web.ids import row_id

LONGEST: Final = 80
FEWEST_DIGITS: Final = 3
_BETWEEN: Final = re.compile(r"[\s().+-]")


def asked() -> Wanted:
    """What this request asks for."""
    return read(request.args, typed())


def typed() -> str:
    """What was typed to find somebody."""
    return " ".join(request.args.get("q", "").split())[:LONGEST]


def read(asks: "MultiDict[str, str]", seeks: str = "") -> Wanted:
    """Make a wish of an address; what it does not name is as the reader first sees the list."""
    state, order, language = asks.get("state"), asks.get("sort"), asks.get("language", "")
    # Whoever looks for somebody looks among all.
    whose = asks.get("show") or ("mine" if reader().own_only and not seeks else "everyone")
    return Wanted(
        mine=whose == "mine",
        asking=asks.get("needs") == "yes",
        state=Care(state) if state in set(Care) else None,
        language=language if language in LANGUAGES else "",
        location_id=asks.get("location", type=row_id),
        sought=_sought(seeks),
        order=Order(order) if order in set(Order) else Order.NEED,
    )


def _sought(words: str) -> Sought:
    """A mail address, a whole number, the last digits of one, or a name."""
    digits = _BETWEEN.sub("", words)
    if "@" in words:
        return Sought(address=words)
    if not (digits.isascii() and digits.isdecimal() and len(digits) >= FEWEST_DIGITS):
        return Sought(name=words)
    try:
        return Sought(address=e164(words))
    except ValueError:
        return Sought(digits=digits)


def query_of(wanted: Wanted) -> dict[str, str]:
    """The address of a wish, without what was typed and without a page."""
    asks = {
        "show": "mine" if wanted.mine else "everyone",
        "needs": "yes" if wanted.asking else "",
        "state": wanted.state.value if wanted.state else "",
        "language": wanted.language,
        "location": str(wanted.location_id or ""),
        "sort": "" if wanted.order is Order.NEED else wanted.order.value,
    }
    return {name: value for name, value in asks.items() if value}


def place(wanted: Wanted, **more: str) -> str:
    """The page of a wish, with what was typed."""
    return url_for("desk.patients", **(_with_typed(wanted) | more))


def sheet_place(wanted: Wanted) -> str:
    """The same patients as a table to take away."""
    return url_for("desk.patients_sheet", **_with_typed(wanted))


def _with_typed(wanted: Wanted) -> dict[str, Any]:
    return query_of(wanted) | ({"q": typed()} if typed() else {})
