"""How does a command speak?"""

import sys


class Cannot(Exception):
    """A command cannot do it; the message says why and what to do."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
