"""What does the telephone network do with a text?

Which numbers it does not know, whom it does not reach, and who has told it STOP.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from reminders.sandbox.values import Direction, Status, Text

MAGIC_TO: Mapping[str, int] = MappingProxyType(
    {
        "+15005550001": 21211,
        "+15005550002": 21612,
        "+15005550003": 21408,
        "+15005550004": 21610,
        "+15005550009": 21614,
    }
)
MAGIC_FROM: Mapping[str, int] = MappingProxyType(
    {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
)


class Line(StrEnum):
    """What kind of line a number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SWITCHED_OFF = "switched_off"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    FILTERED = "filtered"
    FAULTY = "faulty"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    SILENT = "silent"


@dataclass(frozen=True)
class Step:
    """One step of a text on its way."""

    status: Status
    error_code: int | None = None


_ENDS: Mapping[Line, tuple[Step, ...]] = MappingProxyType(
    {
        Line.MOBILE: (Step(Status.SENT), Step(Status.DELIVERED)),
        Line.LANDLINE: (Step(Status.SENT), Step(Status.UNDELIVERED, 30006)),
        Line.SWITCHED_OFF: (Step(Status.SENT), Step(Status.UNDELIVERED, 30003)),
        Line.BLOCKED: (Step(Status.SENT), Step(Status.UNDELIVERED, 30004)),
        Line.UNKNOWN: (Step(Status.SENT), Step(Status.UNDELIVERED, 30005)),
        Line.FILTERED: (Step(Status.SENT), Step(Status.UNDELIVERED, 30007)),
        Line.FAULTY: (Step(Status.SENT), Step(Status.UNDELIVERED, 30008)),
        Line.EXPIRED: (Step(Status.FAILED, 30036),),
        Line.OPTED_OUT: (Step(Status.FAILED, 21610),),
        Line.SILENT: (Step(Status.SENT),),
    }
)

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "STOP": "STOP",
        "STOPALL": "STOP",
        "UNSUBSCRIBE": "STOP",
        "CANCEL": "STOP",
        "END": "STOP",
        "QUIT": "STOP",
        "REVOKE": "STOP",
        "OPTOUT": "STOP",
        "START": "START",
        "YES": "START",
        "UNSTOP": "START",
        "HELP": "HELP",
        "INFO": "HELP",
    }
)
_ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "STOP": "You have successfully been unsubscribed. You will not receive any more messages "
        "from this number. Reply START to resubscribe.",
        "START": "You have successfully been re-subscribed to messages from this number. Reply "
        "HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    }
)
_TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")


class Carrier:
    """The block list and the lines, as the network keeps them."""

    def __init__(self, services: Mapping[str, str], *, blocks: bool, replies: bool) -> None:
        """Know which number belongs to which messaging service."""
        self._service_of = {number: service for service, number in services.items()}
        self._blocks = blocks
        self._replies = replies
        self.clear()

    def clear(self) -> None:
        """Forget who said STOP and which lines are odd."""
        self._blocked: set[tuple[str, str]] = set()
        self._lines: dict[str, Line] = {}

    def set_line(self, number: str, line: Line) -> None:
        """Say what kind of line a number is from now on."""
        self._lines[number] = line

    def blocked(self, sender: str, to: str) -> bool:
        """Whether this phone has told this sender STOP."""
        return (self._scope(sender), to) in self._blocked

    def refuses(self, sender: str, to: str) -> int | None:
        """The code with which a send is refused at once, if it is."""
        if code := MAGIC_FROM.get(sender) or MAGIC_TO.get(to):
            return code
        return 21610 if self.blocked(sender, to) else None

    def journey(self, text: Text) -> tuple[Step, ...]:
        """The steps that this text will take from here."""
        if text.direction is Direction.REPLY and self.blocked(text.sender, text.to):
            return (Step(Status.FAILED, 21610),)
        steps = _ENDS[self._lines.get(text.to, Line.MOBILE)]
        return (Step(Status.QUEUED), *steps) if text.status is Status.ACCEPTED else steps

    def hear(self, text: Text) -> str:
        """Act on a keyword that a phone has sent; return the carrier's own answer, if any."""
        word = text.opt_out_type or keyword(text.body)
        if not word or not self._blocks:
            return ""
        key = (self._scope(text.to), text.sender)
        was_blocked = key in self._blocked
        if word == "STOP":
            self._blocked.add(key)
            return self._own_answer(word, said=not was_blocked)
        if word == "START":
            if not self._network_keeps(text):
                self._blocked.discard(key)
            return self._own_answer(word, said=was_blocked and key not in self._blocked)
        return self._own_answer(word, said=True)

    def _network_keeps(self, text: Text) -> bool:
        # On toll-free numbers the network itself blocks, and it does not take YES for START.
        return bool(_TOLL_FREE.fullmatch(text.to)) and text.body.strip().upper() == "YES"

    def _own_answer(self, word: str, *, said: bool) -> str:
        return _ANSWERS[word] if said and self._replies else ""

    def _scope(self, sender: str) -> str:
        return self._service_of.get(sender, sender)


def keyword(body: str) -> str:
    """STOP, START or HELP if the whole text is one of the carrier's words, else nothing."""
    return _WORDS.get(body.strip().upper(), "")
