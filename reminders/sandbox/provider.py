"""What does the messages API answer?"""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from urllib.parse import urlsplit

from reminders.sandbox import answers
from reminders.sandbox.behaviour import Asking, Behaviour, Create, Mood, Receipts
from reminders.sandbox.carrier import Carrier
from reminders.sandbox.encoding import segments
from reminders.sandbox.receipts import Postman
from reminders.sandbox.record import Search, TextRecord, new_sid
from reminders.sandbox.settings import SandboxSettings
from reminders.sandbox.values import RANK, Direction, Status, Text
from reminders.sandbox.wire import Reply, Request, form

# From where a service sends whose number nobody has set.
SERVICE_NUMBER = "+15005550006"
NO_SERVICE = "MG" + "0" * 32
LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
BIGGEST_PAGE = 1000

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{5,6}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")

_DEAF = {Asking.BUSY: 20429, Asking.BROKEN: 20500}


class Provider:
    """The account's messages: create, list, fetch, change, delete."""

    def __init__(
        self,
        settings: SandboxSettings,
        record: TextRecord,
        carrier: Carrier,
        postman: Postman,
        mood: Mood,
        texts_to: Callable[[], str] = str,
    ) -> None:
        """Work out once what every request is compared with."""
        self._settings = settings
        self._record = record
        self._carrier = carrier
        self._postman = postman
        self._mood = mood
        self._texts_to = texts_to
        self._account = settings.account_sid
        self._root = f"/{answers.API_VERSION}/Accounts/{self._account}/Messages"
        keys = {self._account: settings.auth_token, settings.api_key: settings.api_secret}
        self._keys = frozenset(_basic(name, keys[name]) for name in keys if name)

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        if request.headers.get(b"authorization") not in self._keys:
            return answers.error(20003)
        if request.method == "GET" and (code := _DEAF.get(self._mood.current.asking)):
            return answers.error(code)
        if request.path == f"{self._root}.json":
            return self._collection(request)
        if request.path == f"{self._root.removesuffix('/Messages')}/IncomingPhoneNumbers.json":
            return self._numbers(form(request.query))
        text = self._record.get(request.path.removeprefix(f"{self._root}/").removesuffix(".json"))
        return self._one(request, text) if text is not None else answers.error(20404)

    def _collection(self, request: Request) -> Reply:
        if request.method == "POST":
            return self._create(form(request.body))
        if request.method != "GET":
            return answers.error(20004)
        try:
            return self._list(form(request.query))
        except ValueError:
            return answers.error(20422)

    def _create(self, wanted: Mapping[str, str]) -> Reply:
        behaviour = self._mood.take_text()
        self._record.creates += 1
        reply = self._verdict(wanted, behaviour)
        delay = behaviour.delay_seconds
        return replace(reply, after_seconds=reply.after_seconds + delay) if delay else reply

    def _verdict(self, wanted: Mapping[str, str], behaviour: Behaviour) -> Reply:
        if behaviour.create is Create.BUSY:
            return answers.error(20429)
        if behaviour.create is Create.BROKEN:
            return answers.error(20500)
        sender, to = self._sender(wanted), wanted.get("To", "")
        code = _fault(wanted, sender) or self._carrier.refuses(sender, to)
        if code is not None:
            return answers.error(code, to=to, sender=sender)
        return self._accept(wanted, sender, behaviour)

    def _accept(self, wanted: Mapping[str, str], sender: str, behaviour: Behaviour) -> Reply:
        service = wanted.get("MessagingServiceSid", "")
        text = Text(
            sid=new_sid(),
            serial=self._record.next_serial(),
            direction=Direction.OUTBOUND,
            sender=sender,
            to=wanted["To"],
            body=wanted["Body"],
            status=Status.ACCEPTED if service else Status.QUEUED,
            at=self._settings.now(),
            segments=segments(wanted["Body"]),
            service=service,
            callback=wanted.get("StatusCallback", ""),
        )
        self._record.add(text, lag_seconds=behaviour.list_lag_seconds)
        told = self._postman.follow(text, behaviour)
        return _bent(self._accepted(text, wanted), behaviour, told)

    def _accepted(self, text: Text, wanted: Mapping[str, str]) -> Reply:
        fields = answers.message(text, self._account)
        if not wanted.get("From"):
            # The service has not chosen a number yet, nor cut the text.
            fields |= {"from": None, "num_segments": "0"}
        return answers.as_json(201, fields)

    def _sender(self, wanted: Mapping[str, str]) -> str:
        service = wanted.get("MessagingServiceSid", "")
        pool = self._settings.services.get(service, SERVICE_NUMBER) if service else ""
        return wanted.get("From") or pool

    def _list(self, query: Mapping[str, str]) -> Reply:
        self._record.lists += 1
        size = min(int(query.get("PageSize", "50")), BIGGEST_PAGE)
        token = query.get("PageToken", "").removeprefix("PA")
        skipped = 0 if token else int(query.get("Page", "0")) * size
        shown = self._record.newest_first(_search(query), below=int(token) if token else None)
        found = list(islice(shown, skipped, skipped + size + 1))
        reply = answers.page(found[:size], self._account, query, size=size, more=len(found) > size)
        slow = self._mood.current.list_ms / 1000
        return replace(reply, after_seconds=slow) if slow else reply

    def _numbers(self, query: Mapping[str, str]) -> Reply:
        """Which of the account's numbers is this one, and where are its texts brought?"""
        number, ours = query.get("PhoneNumber", ""), self._settings.numbers
        found = bool(_NUMBER.fullmatch(number)) and (not ours or number in ours)
        return answers.numbers([number] if found else [], self._account, self._texts_to())

    def _one(self, request: Request, text: Text) -> Reply:
        if request.method == "DELETE":
            self._record.remove(text.sid)
            return Reply(status=204, body=b"")
        if request.method == "POST" and (code := self._change(text, form(request.body))):
            return answers.error(code)
        kept = self._record.get(text.sid) or text
        return answers.as_json(200, answers.message(kept, self._account))

    def _change(self, text: Text, wanted: Mapping[str, str]) -> int | None:
        if wanted.get("Body"):
            return 20422
        if "Body" in wanted:
            self._record.redact(text.sid, self._settings.now())
        if wanted.get("Status") == Status.CANCELED:
            if RANK[text.status] >= RANK[Status.SENT]:
                return 30409
            self._record.move(text.sid, Status.CANCELED, None, self._settings.now())
        return None


def _fault(wanted: Mapping[str, str], sender: str) -> int | None:
    to, body = wanted.get("To", ""), wanted.get("Body", "")
    faults = (
        (21604, not to),
        (21603, not sender),
        (21602, not body),
        (21617, len(body) > LONGEST_BODY),
        (21211, not _NUMBER.fullmatch(to) or to == sender),
        (21212, not _SENDER.fullmatch(sender)),
        (20422, not _SERVICE.fullmatch(wanted.get("MessagingServiceSid", NO_SERVICE))),
        (90007, not _valid_period(wanted.get("ValidityPeriod", "1"))),
        (21609, not _valid_callback(wanted.get("StatusCallback", ""))),
    )
    return next((code for code, wrong in faults if wrong), None)


def _valid_period(seconds: str) -> bool:
    return seconds.isdigit() and 1 <= int(seconds) <= LONGEST_VALIDITY


def _valid_callback(url: str) -> bool:
    if not url:
        return True
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "_" not in parts.netloc


def _bent(reply: Reply, behaviour: Behaviour, told: asyncio.Task[None] | None) -> Reply:
    if behaviour.create is Create.ACCEPTED_THEN_500:
        reply = answers.error(20500)
    if behaviour.create is Create.ACCEPTED_THEN_DROP:
        reply = replace(reply, drop=True)
    if behaviour.create is Create.ACCEPTED_THEN_HANG:
        reply = replace(reply, after_seconds=behaviour.hang_seconds)
    return replace(reply, when=told) if behaviour.receipts is Receipts.EARLY else reply


def _search(query: Mapping[str, str]) -> Search:
    return Search(
        to=query.get("To", ""),
        sender=query.get("From", ""),
        sent_on=_date(query, "DateSent"),
        sent_from=_moment(query, "DateSent>"),
        sent_until=_moment(query, "DateSent<"),
    )


def _date(query: Mapping[str, str], name: str) -> date | None:
    moment = _moment(query, name)
    return moment.date() if moment is not None else None


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    said = query.get(name)
    if not said:
        return None
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _basic(name: str, key: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{name}:{key}".encode())
