"""How is a text handed to Twilio, and how do we ask what became of it?"""

import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

# The SDK has no types.
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.rest.api.v2010.account.message import (  # type: ignore[import-untyped]
    MessageInstance,
    MessageList,
)

from reminders.channels import (
    Accepted,
    Incoming,
    Outgoing,
    Refused,
    Sought,
    Status,
    StatusEvent,
    Unknown,
)
from reminders.channels.background import in_background
from reminders.channels.twilio.values import storable, told, whole
from reminders.channels.twilio.wire import Wire
from reminders.channels.twilio_errors import EXPIRED

_HOME = "https://api.twilio.com"
_LONGEST_VALIDITY = 36_000
# Asks Twilio to call back again when we are slow or broken; the fragment itself is never sent.
_CALL_AGAIN = "#rc=3&rp=ct,rt,5xx"
# Its clock and ours differ a little.
_CLOCK_SLACK = timedelta(seconds=60)
_LOOK_UP_ROWS = 100
_BIGGEST_PAGE = 1_000


@dataclass(frozen=True)
class OurNumber:
    """Where the provider brings the texts that come for one of the account's numbers."""

    texts_to: str
    method: str

    def leads_to(self, address: str) -> bool:
        """Whether they come to this address; what stands behind a # is for the provider alone."""
        return self.texts_to.partition("#")[0] == address and self.method.upper() == "POST"


@dataclass(eq=False)
class TwilioChannel:
    """Sends texts through one account and asks about them.

    `callback_url` may hold {attempt_id}; without a `base_url` the texts go to Twilio itself.
    """

    account_sid: str
    username: str
    password: str = field(repr=False)
    base_url: str = ""
    timeout: float = 10.0
    _: KW_ONLY
    callback_url: str = ""
    pool: int = 64

    def __post_init__(self) -> None:
        # It writes the patient's number into the log, as part of the address it calls.
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
        self._wire = Wire(self.base_url or _HOME, self.timeout, self.pool)
        self._client = Client(
            self.username, self.password, account_sid=self.account_sid, http_client=self._wire
        )
        self._messages: MessageList = self._client.messages

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand one text over, exactly once, and wait for the answer."""
        return self.start(outgoing).result()

    def start(self, outgoing: Outgoing) -> "Future[Accepted]":
        """Hand one text over, exactly once; the future ends as Accepted, Refused or Unknown."""
        return in_background(self._create(outgoing))

    async def _create(self, outgoing: Outgoing) -> Accepted:
        if outgoing.valid_seconds < 1:
            raise Refused("late", EXPIRED)
        # The bare request: building the SDK's message costs as much again, and nobody reads it.
        uri = f"{_HOME}/2010-04-01/Accounts/{quote(self.account_sid, safe='')}/Messages.json"
        answer = await self._client.request_async("POST", uri, data=self._form(outgoing))
        taken = json.loads(answer.text)
        if not taken.get("sid"):
            raise Unknown("no_sid")
        event = told(str(taken["sid"]), str(taken.get("status")), str(taken.get("error_code")))
        if event.status is Status.UNDELIVERED and event.verdict:
            # Some providers take a text and say in the same breath that it has failed.
            raise Refused(event.code or event.said, event.verdict)
        return Accepted(event.provider_id, whole(taken.get("num_segments")))

    def _form(self, outgoing: Outgoing) -> dict[str, str]:
        service = _is_service(outgoing.sender)
        return {
            "To": outgoing.to,
            "MessagingServiceSid" if service else "From": outgoing.sender,
            "Body": outgoing.text,
            "ValidityPeriod": str(min(outgoing.valid_seconds, _LONGEST_VALIDITY)),
            **self._callback(outgoing.attempt_id),
        }

    def look_up(self, sought: Sought) -> StatusEvent | None:
        """Find the text to this number that holds the marker; None only if surely not there.

        1. List the number's latest texts. Not by the date of sending: a queued text has none.
        2. One that holds the marker and is not older than the attempt is ours.
        3. What the list cannot tell (cut short, bodies redacted) is Unknown, never "not there".
        """
        if not sought.marker:
            raise Unknown("no_marker")
        rows = self._latest(_LOOK_UP_ROWS, to=sought.to)
        with _read_or_unknown():
            recent = [row for row in rows if _not_before(sought.since, row.date_created)]
            found = _find(sought, recent)
        if found is not None:
            return found
        if any(not row.body for row in recent):
            raise Unknown("redacted")
        if len(rows) == _LOOK_UP_ROWS and not _reaches_back(rows, sought.since - _CLOCK_SLACK):
            raise Unknown("list_cut")
        return None

    def look_through(self, sender: str, sought: Sequence[Sought]) -> Sequence[StatusEvent | None]:
        """Find many texts in one list of the sender's latest; None proves nothing of a text.

        A messaging service chooses its numbers itself: for one, the account's latest are listed.
        """
        narrowed = {} if _is_service(sender) else {"from_": sender}
        rows = self._latest(_BIGGEST_PAGE, **narrowed)
        with _read_or_unknown():
            ours = [row for row in rows if row.direction != "inbound"]
            return [_find(one, ours) for one in sought]

    def _latest(self, limit: int, **narrowed: str) -> Sequence[MessageInstance]:
        """One page of the list, as the provider orders it."""
        with _read_or_unknown():
            asked = self._messages.list_async(limit=limit, **narrowed)
            rows: Sequence[MessageInstance] = in_background(asked).result()
            return rows

    def status(self, provider_id: str) -> StatusEvent:
        """Ask what became of a text."""
        with _read_or_unknown():
            asked = self._messages.get(quote(provider_id, safe="")).fetch_async()
            return _event(in_background(asked).result())

    def incoming(self, since: datetime, limit: int, recipient: str = "") -> Iterator[Incoming]:
        """Yield the texts that phones have sent since then, oldest first.

        Naming the recipient (a number of ours) keeps our own texts out of the rows to read. If
        there are more than `limit` rows, what was read is yielded and then Unknown is raised.
        """
        narrowed = {"to": recipient} if recipient else {}
        with _read_or_unknown():
            # The SDK writes a time as it stands and calls it UTC.
            after = since.astimezone(UTC)
            asked = self._messages.list_async(date_sent_after=after, limit=limit + 1, **narrowed)
            rows = in_background(asked).result()
            texts = [_incoming(row) for row in rows if row.direction == "inbound" and row.from_]
        recent = [text for text in texts if _not_before(since, text.at)]
        yield from sorted(recent, key=lambda text: text.at or since)
        if len(rows) > limit:
            raise Unknown("list_cut")

    def our_number(self, number: str) -> OurNumber | None:
        """Ask where the provider brings what comes for a number; None if it is not the account's.

        Sends nothing, and raises Refused where the account does not let us in.
        """
        with _read_or_unknown():
            asked = self._client.incoming_phone_numbers.list_async(phone_number=number, limit=1)
            rows = in_background(asked).result()
            return OurNumber(rows[0].sms_url or "", rows[0].sms_method or "") if rows else None

    def close(self) -> None:
        """Let go of the kept connections."""
        in_background(self._wire.close()).result()

    def _callback(self, attempt_id: str) -> dict[str, str]:
        if not self.callback_url:
            return {}
        url = self.callback_url.replace("{attempt_id}", quote(attempt_id, safe=""))
        return {"StatusCallback": url + _CALL_AGAIN}


@contextmanager
def _read_or_unknown() -> Iterator[None]:
    """What the SDK cannot make sense of was an answer all the same: we do not know."""
    try:
        yield
    except (TwilioException, ValueError, TypeError, KeyError, AttributeError):
        raise Unknown("unreadable") from None


def _is_service(sender: str) -> bool:
    return sender.startswith("MG")


def _find(sought: Sought, rows: Sequence[MessageInstance]) -> StatusEvent | None:
    """The text that holds the marker and is not older than the attempt."""
    for row in rows:
        if sought.marker in (row.body or "") and _not_before(sought.since, row.date_created):
            return _event(row)
    return None


def _event(row: MessageInstance) -> StatusEvent:
    return told(str(row.sid), row.status or "", str(row.error_code or ""))


def _not_before(since: datetime, moment: datetime | None) -> bool:
    return moment is None or moment >= since - _CLOCK_SLACK


def _reaches_back(rows: Sequence[MessageInstance], earliest: datetime) -> bool:
    """Say whether a cut list is newest first and goes past that moment.

    Twilio lists the newest first but does not promise it, and a text missed is a text doubled.
    """
    first, last = rows[0].date_created, rows[-1].date_created
    return bool(first and last and first > last and last < earliest)


def _incoming(row: MessageInstance) -> Incoming:
    return Incoming(
        provider_id=str(row.sid),
        sender=row.from_,
        recipient=row.to or "",
        text=storable(row.body or ""),
        media=whole(row.num_media),
        account=row.account_sid or "",
        at=row.date_sent or row.date_created,
    )
