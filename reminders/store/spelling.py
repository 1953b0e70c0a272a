"""Which words of a statement never change? They are part of its text; what differs is bound.

SQLite plans a statement anew each time it runs if a word bound to it could open a partial index to
it: several times the work of running it. A word in the text is known when the plan is made, once.
PostgreSQL takes a bound limit for a tenth of all rows, and plans anew where these are many.
"""

from enum import Enum
from typing import Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, ClauseElement

S = TypeVar("S", bound=ClauseElement)
ONE: Final = sa.literal_column("1", sa.Integer)  # as a limit: whether there is any


def spelt_out(statement: S) -> S:
    """The statement with each word of our own enums in its text: for statements built once."""
    return cast(S, visitors.replacement_traverse(statement, {}, _word))


def _word(element: object, **_: object) -> ClauseElement | None:
    if not isinstance(element, BindParameter) or not isinstance(element.value, Enum):
        return None
    return sa.literal_column(f"'{element.value.value}'", element.type)
