"""What happens when a phone writes?"""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

from reminders.sandbox.answers import API_VERSION
from reminders.sandbox.behaviour import Behaviour
from reminders.sandbox.carrier import Carrier
from reminders.sandbox.encoding import segments
from reminders.sandbox.receipts import Postman
from reminders.sandbox.record import TextRecord, new_sid
from reminders.sandbox.settings import SandboxSettings
from reminders.sandbox.values import Direction, Status, Text, WebhookAnswer
from reminders.sandbox.webhooks import Caller


class Phones:
    """The phones of patients: what they send reaches the carrier first, then the application."""

    def __init__(
        self,
        settings: SandboxSettings,
        record: TextRecord,
        carrier: Carrier,
        postman: Postman,
        caller: Caller,
    ) -> None:
        """Know the network and the way to the application."""
        self._settings = settings
        self._record = record
        self._carrier = carrier
        self._postman = postman
        self._caller = caller
        self._service_of = {number: name for name, number in settings.services.items()}

    def write(
        self, sender: str, to: str, body: str, *, media: int = 0, opt_out_type: str = ""
    ) -> Text:
        """Send a text from a phone; the carrier acts on its own words before anybody else."""
        text = Text(
            sid=new_sid("MM" if media else "SM"),
            serial=self._record.next_serial(),
            direction=Direction.INBOUND,
            sender=sender,
            to=to,
            body=body,
            status=Status.RECEIVED,
            at=self._settings.now(),
            segments=segments(body),
            media=media,
            service=self._service_of.get(to, ""),
            opt_out_type=opt_out_type,
        )
        text = self._record.add(replace(text, sent_at=text.at))
        if own_words := self._carrier.hear(text):
            self._answer(text, own_words, status=Status.DELIVERED)
        return text

    async def deliver(self, url: str, text: Text) -> WebhookAnswer:
        """Bring a text to the application; its TwiML is sent back as texts."""
        answer = await self._caller.post_form(url, self._fields(text))
        said = tuple(_messages(answer))
        for words in said:
            self._postman.follow(self._answer(text, words, status=Status.QUEUED), Behaviour())
        return replace(answer, texts=said)

    def _answer(self, text: Text, words: str, *, status: Status) -> Text:
        now = self._settings.now()
        return self._record.add(
            Text(
                sid=new_sid(),
                serial=self._record.next_serial(),
                direction=Direction.REPLY,
                sender=text.to,
                to=text.sender,
                body=words,
                status=status,
                at=now,
                segments=segments(words),
                service=text.service,
                sent_at=now if status is Status.DELIVERED else None,
            )
        )

    def _fields(self, text: Text) -> dict[str, str]:
        fields = {
            "AccountSid": self._settings.account_sid,
            "ApiVersion": API_VERSION,
            "Body": text.body,
            "From": text.sender,
            "MessageSid": text.sid,
            "NumMedia": str(text.media),
            "NumSegments": str(text.segments),
            "SmsMessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsStatus": text.status,
            "To": text.to,
        }
        optional = {"MessagingServiceSid": text.service, "OptOutType": text.opt_out_type}
        fields |= {name: value for name, value in optional.items() if value}
        return fields | _places() | self._media(text)

    def _media(self, text: Text) -> dict[str, str]:
        fields = {}
        root = f"https://api.twilio.com/{API_VERSION}/Accounts/{self._settings.account_sid}"
        for number in range(text.media):
            fields[f"MediaUrl{number}"] = f"{root}/Messages/{text.sid}/Media/{new_sid('ME')}"
            fields[f"MediaContentType{number}"] = "image/jpeg"
        return fields


def _places() -> dict[str, str]:
    # The provider sends what it does not know as empty fields, and signs them too.
    parts = ("City", "State", "Zip", "Country")
    return {
        f"{end}{part}": "US" if part == "Country" else ""
        for end in ("From", "To")
        for part in parts
    }


def _messages(answer: WebhookAnswer) -> Iterator[str]:
    if answer.status is None or answer.status >= 300 or "xml" not in answer.content_type:
        return
    try:
        # The answer comes from the application on this machine that started this sandbox.
        root = ET.fromstring(answer.body)  # noqa: S314
    except ET.ParseError:
        return
    for said in root.iter("Message"):
        inner = said.find("Body")
        yield (said.text if inner is None else inner.text) or ""
