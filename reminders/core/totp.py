"""Is this the number that the person's phone shows now? (RFC 6238: six digits, half a minute)"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from passlib.exc import TokenError  # type: ignore[import-untyped]  # ships no types
from passlib.totp import TOTP  # type: ignore[import-untyped]  # ships no types

# A phone may be half a minute behind or ahead.
DRIFT_SECONDS: Final = 30
SECRET_BYTES: Final = 20


@dataclass(frozen=True)
class Secret:
    """What a phone and the house both know of one person."""

    key: str

    @classmethod
    def of(cls, raw: bytes) -> "Secret":
        """A secret of twenty bytes or more, as phones spell it."""
        return cls(TOTP(key=raw[:SECRET_BYTES], format="raw").base32_key)

    @property
    def pretty(self) -> str:
        """The key in groups of four, to be typed."""
        return str(TOTP(key=self.key).pretty_key(sep=" "))

    def address(self, account: str, issuer: str) -> str:
        """What the square picture says to a phone."""
        # A colon divides the two, so neither may hold one.
        label, name = account.replace(":", " "), issuer.replace(":", " ")
        return str(TOTP(key=self.key).to_uri(label, issuer=name))

    def step_of(self, typed: str, moment: datetime, last: int | None) -> int | None:
        """Which half minute a number belongs to; none if it is wrong or not newer than the last."""
        try:
            found = TOTP(key=self.key).match(
                re.sub(r"\s", "", typed), moment, window=DRIFT_SECONDS, last_counter=last
            )
        except TokenError:
            return None
        return int(found.counter)

    def number(self, moment: datetime) -> str:
        """What a phone shows at a moment."""
        return str(TOTP(key=self.key).generate(moment).token)
