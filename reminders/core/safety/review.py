"""Which clinician has read the red flags of each language?

Every list carries a reviewer and a date, empty until somebody signs it.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def is_signed(signs: Mapping[str, Any]) -> bool:
    """Whether a list names who has read it, and when."""
    return bool(signs["reviewer"].strip() and str(signs["reviewed_on"]).strip())


def unsigned() -> tuple[str, ...]:
    """The languages whose list nobody has signed."""
    found = (f for f in files(__package__).iterdir() if f.name.endswith(".toml"))
    lists = [tomllib.loads(one.read_text("utf-8")) for one in found]
    return tuple(sorted(signs["language"] for signs in lists if not is_signed(signs)))
