"""Which texts and letters has the sandbox seen?"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from reminders.sandbox.values import RANK, Mail, Status, Text


@dataclass(frozen=True)
class Search:
    """Which texts a list asks for; an empty field asks for all."""

    to: str = ""
    sender: str = ""
    sent_on: date | None = None
    sent_from: datetime | None = None
    sent_until: datetime | None = None

    def fits(self, text: Text) -> bool:
        """Whether this text is asked for; an unsent text has no date to be found by."""
        if (self.to and text.to != self.to) or (self.sender and text.sender != self.sender):
            return False
        if self.sent_on is self.sent_from is self.sent_until is None:
            return True
        return text.sent_at is not None and self._in_time(text.sent_at)

    def _in_time(self, sent_at: datetime) -> bool:
        return (
            (self.sent_on is None or sent_at.date() == self.sent_on)
            and (self.sent_from is None or sent_at >= self.sent_from)
            and (self.sent_until is None or sent_at <= self.sent_until)
        )


class TextRecord:
    """Every text in both directions, by sid and by number. Used on the sandbox's loop only."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._texts: dict[str, Text] = {}
        self._order: list[str] = []
        self._to: defaultdict[str, list[str]] = defaultdict(list)
        self._from: defaultdict[str, list[str]] = defaultdict(list)
        self._hidden_until: dict[str, float] = {}
        self._serial = 0
        self.creates = 0
        self.lists = 0

    def next_serial(self) -> int:
        """Number the next text; a number is never given twice, also when texts are removed."""
        self._serial += 1
        return self._serial

    def add(self, text: Text, *, lag_seconds: float = 0.0) -> Text:
        """Keep a new text; the list shows it after the lag."""
        self._texts[text.sid] = text
        self._order.append(text.sid)
        self._to[text.to].append(text.sid)
        self._from[text.sender].append(text.sid)
        if lag_seconds:
            self._hidden_until[text.sid] = asyncio.get_running_loop().time() + lag_seconds
        return text

    def get(self, sid: str) -> Text | None:
        """One text, or nothing."""
        return self._texts.get(sid)

    def move(self, sid: str, status: Status, error_code: int | None, now: datetime) -> None:
        """Take a text one step on; a step back, or one after the end, changes nothing."""
        text = self._texts.get(sid)
        if text is None or RANK[status] <= RANK[text.status]:
            return
        sent_at = text.sent_at or (now if status in {Status.SENT, Status.DELIVERED} else None)
        self._texts[sid] = replace(
            text, status=status, error_code=error_code, sent_at=sent_at, changed_at=now
        )

    def redact(self, sid: str, now: datetime) -> None:
        """Empty the words of a text."""
        self._texts[sid] = replace(self._texts[sid], body="", changed_at=now)

    def remove(self, sid: str) -> None:
        """Forget one text."""
        text = self._texts.pop(sid)
        for index in (self._order, self._to[text.to], self._from[text.sender]):
            index.remove(sid)

    def of(self, number: str) -> tuple[Text, ...]:
        """Everything this number wrote or was written, oldest first."""
        sids = {*self._to.get(number, ()), *self._from.get(number, ())}
        return tuple(sorted((self._texts[sid] for sid in sids), key=lambda text: text.serial))

    def all(self) -> Iterator[Text]:
        """Everything, oldest first."""
        return (self._texts[sid] for sid in self._order)

    def newest_first(self, search: Search, *, below: int | None = None) -> Iterator[Text]:
        """What the list shows now, newest first; `below` goes on where a page ended."""
        moment = asyncio.get_running_loop().time()
        for sid in reversed(self._candidates(search)):
            text = self._texts[sid]
            if below is not None and text.serial >= below:
                continue
            if self._hidden_until.get(sid, 0.0) <= moment and search.fits(text):
                yield text

    def _candidates(self, search: Search) -> list[str]:
        # A look-up of one patient's number must not walk through everybody's texts.
        if search.to:
            return self._to.get(search.to, [])
        if search.sender:
            return self._from.get(search.sender, [])
        return self._order


class MailRecord:
    """Every letter in both directions, by the person's address."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._mails: list[Mail] = []
        self._by_person: defaultdict[str, list[Mail]] = defaultdict(list)

    def add(self, mail: Mail, *, person: str) -> None:
        """Keep a letter with the person who wrote it or was written to."""
        self._mails.append(mail)
        self._by_person[person.lower()].append(mail)

    def of(self, address: str) -> tuple[Mail, ...]:
        """Everything this person wrote or was written, oldest first."""
        return tuple(self._by_person.get(address.lower(), ()))

    def all(self) -> tuple[Mail, ...]:
        """Everything, oldest first."""
        return tuple(self._mails)


def new_sid(kind: str = "SM") -> str:
    """Make an identifier as the provider makes them."""
    return kind + secrets.token_hex(16)
