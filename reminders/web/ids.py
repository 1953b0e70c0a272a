"""Which numbers can be the id of a row?

A larger one is nobody's, and no database can look it up.
"""

from typing import Final

from werkzeug.routing import IntegerConverter, ValidationError

LARGEST: Final = 2**63 - 1
_DIGITS: Final = len(str(LARGEST))


class IdConverter(IntegerConverter):
    """What `<int:…>` takes in an address; for anything else there is no such page."""

    regex = rf"\d{{1,{_DIGITS}}}"

    def to_python(self, value: str) -> int:
        """Read a number out of an address."""
        try:
            return row_id(value)
        except ValueError as fault:
            raise ValidationError from fault


def row_id(typed: str) -> int:
    """Read an id as it was typed; raises ValueError."""
    if not (typed.isdecimal() and len(typed) <= _DIGITS and int(typed) <= LARGEST):
        raise ValueError("not an id")
    return int(typed)
