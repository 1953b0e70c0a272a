"""How long does a bench wait?"""

import time
from collections.abc import Callable

STEP = 0.02


def until(so: Callable[[], object], *, seconds: float = 30.0) -> bool:
    """Wait until something is so; False if it took too long."""
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            return False
        time.sleep(STEP)
    return True


def until_quiet(left: Callable[[], int], *, quiet: float, step: float = 0.2) -> float:
    """Wait until nothing is left, or nothing has moved for so long; seconds to the last move."""
    began = moved = time.monotonic()
    before = left()
    while before and time.monotonic() - moved < quiet:
        time.sleep(step)
        now = left()
        if now != before:
            before, moved = now, time.monotonic()
    return moved - began
