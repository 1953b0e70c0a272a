"""How is a sandbox looked at and led from another process?"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

from reminders.sandbox import answers
from reminders.sandbox.behaviour import Mood, behaviour_from
from reminders.sandbox.carrier import Carrier, Line
from reminders.sandbox.record import MailRecord, TextRecord
from reminders.sandbox.wire import Reply, Request


class Control:
    """The doors under /sandbox/: see what was accepted, change the behaviour, start anew."""

    def __init__(self, texts: TextRecord, mails: MailRecord, carrier: Carrier, mood: Mood) -> None:
        """Know everything there is to see and to change."""
        self._texts = texts
        self._mails = mails
        self._carrier = carrier
        self._mood = mood
        self._doors: Mapping[tuple[str, str], Callable[[Request], Reply]] = MappingProxyType(
            {
                ("GET", "/sandbox/messages"): self._list_texts,
                ("GET", "/sandbox/mails"): self._list_mails,
                ("POST", "/sandbox/behave"): self._behave,
                ("POST", "/sandbox/lines"): self._lines,
                ("POST", "/sandbox/reset"): self._reset,
            }
        )

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        door = self._doors.get((request.method, request.path))
        if door is None:
            return answers.error(20404)
        try:
            return door(request)
        except ValueError as error:
            return answers.as_json(400, {"error": str(error)})

    def reset(self) -> None:
        """Forget everything and behave."""
        self._texts.clear()
        self._mails.clear()
        self._carrier.clear()
        self._mood.clear()

    def _list_texts(self, request: Request) -> Reply:
        del request
        texts = [
            {
                "sid": text.sid,
                "direction": text.direction,
                "from": text.sender,
                "to": text.to,
                "body": text.body,
                "status": text.status,
                "error_code": text.error_code,
                "at": text.at.isoformat(),
            }
            for text in self._texts.all()
        ]
        counts = {"creates": self._texts.creates, "lists": self._texts.lists}
        return answers.as_json(200, {**counts, "count": len(texts), "messages": texts})

    def _list_mails(self, request: Request) -> Reply:
        del request
        mails = [
            {
                "direction": mail.direction,
                "from": mail.sender,
                "to": mail.to,
                "message_id": mail.message_id,
                "at": mail.at.isoformat(),
            }
            for mail in self._mails.all()
        ]
        return answers.as_json(200, {"count": len(mails), "mails": mails})

    def _behave(self, request: Request) -> Reply:
        self._mood.change(behaviour_from(_fields(request)))
        return _done()

    def _lines(self, request: Request) -> Reply:
        lines = {number: Line(str(kind)) for number, kind in _fields(request).items()}
        for number, line in lines.items():
            self._carrier.set_line(number, line)
        return _done()

    def _reset(self, request: Request) -> Reply:
        _fields(request)
        self.reset()
        return _done()


def _fields(request: Request) -> Mapping[str, object]:
    # A page in a browser on this machine cannot send this type without asking first.
    if not request.headers.get(b"content-type", b"").startswith(b"application/json"):
        raise ValueError("send application/json")
    fields = json.loads(request.body or b"{}")
    if not isinstance(fields, dict):
        raise ValueError("send a JSON object")
    return cast(dict[str, object], fields)


def _done() -> Reply:
    return answers.as_json(200, {"ok": True})
