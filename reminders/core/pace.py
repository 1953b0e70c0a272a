"""How many letters may a sender send now, and when is it the others' turn?

A bucket holds a token for each letter; it fills at the sender's pace and holds one second's worth.
Who finds none is given the moment at which its token will be there, behind those who came before:
so a crowd is looked at twice and not at every tick, and stands in nobody's way.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A place is given to the microsecond; whoever comes at it must not fail for a rounding.
_A_TOKEN = 0.999


@dataclass(frozen=True)
class Bucket:
    """The tokens of one sender at a moment, and until when its places are given away."""

    per_second: float
    tokens: float
    refilled_at: datetime
    booked_until: datetime

    @property
    def brim(self) -> float:
        return max(1.0, self.per_second)

    def at(self, now: datetime) -> "Bucket":
        """The same bucket later; a clock that went back fills nothing."""
        passed = max(0.0, (now - self.refilled_at).total_seconds())
        tokens = min(self.brim, self.tokens + passed * self.per_second)
        return replace(self, tokens=tokens, refilled_at=now)


@dataclass(frozen=True)
class Asking:
    """One letter before the bucket: somebody waits for it, or it was given a place before."""

    awaited: bool
    placed: bool


def queue(
    bucket: Bucket, letters: Iterable[Asking], now: datetime
) -> tuple[Bucket, tuple[datetime | None, ...]]:
    """Say for each, in its order, that it may go now (None) or when it is its turn.

    1. What somebody waits for goes, and may overdraw the bucket.
    2. With a token left, one that kept a place goes; a newcomer only if nobody keeps one.
    3. One that kept a place and finds no token is next; a newcomer goes to the end.
    """
    bucket = bucket.at(now)
    step = timedelta(seconds=1 / bucket.per_second)
    tokens, end, turns = bucket.tokens, bucket.booked_until, list[datetime | None]()
    next_up = now - tokens * step
    for one in letters:
        if one.awaited or (tokens >= _A_TOKEN and (one.placed or end <= now)):
            tokens, next_up = tokens - 1, next_up + step
            turns.append(None)
        elif one.placed:
            next_up += step
            turns.append(max(next_up, now))
        else:
            free = now - tokens * step
            end = (max(end, free) if end > now else free) + step
            turns.append(end)
    return replace(bucket, tokens=tokens, booked_until=end), tuple(turns)
