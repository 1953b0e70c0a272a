"""How does a text travel on once it is accepted, and who is told?"""

import asyncio
import logging
from collections.abc import Sequence

from reminders.sandbox.answers import API_VERSION
from reminders.sandbox.behaviour import Behaviour, Receipts
from reminders.sandbox.carrier import Carrier, Step
from reminders.sandbox.record import TextRecord
from reminders.sandbox.settings import SandboxSettings
from reminders.sandbox.values import Status, Text
from reminders.sandbox.webhooks import Caller, NotThisMachine

log = logging.getLogger(__name__)


class Postman:
    """Walks accepted texts to their end and posts the receipts."""

    def __init__(
        self, settings: SandboxSettings, record: TextRecord, carrier: Carrier, caller: Caller
    ) -> None:
        """Know the network, and whom to tell."""
        self._settings = settings
        self._record = record
        self._carrier = carrier
        self._caller = caller
        self._under_way: set[asyncio.Task[None]] = set()
        self._last_step_at = 0.0

    def follow(self, text: Text, behaviour: Behaviour) -> asyncio.Task[None] | None:
        """Send a text on its way; the task ends when its sender has been told everything."""
        steps = self._carrier.journey(text)
        early = behaviour.receipts is Receipts.EARLY
        self._walk(text.sid, steps, gap=0.0 if early else self._settings.step_seconds)
        if not text.callback or behaviour.receipts is Receipts.MISSING:
            return None
        telling = asyncio.get_running_loop().create_task(self._tell(text, steps, behaviour))
        self._under_way.add(telling)
        telling.add_done_callback(self._under_way.discard)
        return telling

    async def settle(self) -> None:
        """Wait until every text has arrived and every receipt is posted."""
        loop = asyncio.get_running_loop()
        while self._under_way or self._last_step_at > loop.time():
            if self._under_way:
                await asyncio.wait(set(self._under_way))
            await asyncio.sleep(max(self._last_step_at - loop.time(), 0.0))

    async def close(self) -> None:
        """Leave untold what is not told yet."""
        for telling in set(self._under_way):
            telling.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _walk(self, sid: str, steps: Sequence[Step], *, gap: float) -> None:
        loop = asyncio.get_running_loop()
        for number, step in enumerate(steps, start=1):
            loop.call_later(gap * number, self._move, sid, step)
        self._last_step_at = max(self._last_step_at, loop.time() + gap * len(steps))

    def _move(self, sid: str, step: Step) -> None:
        self._record.move(sid, step.status, step.error_code, self._settings.now())

    async def _tell(self, text: Text, steps: Sequence[Step], behaviour: Behaviour) -> None:
        gap = self._settings.step_seconds
        if behaviour.receipts is Receipts.LATE:
            await asyncio.sleep(behaviour.late_seconds)
        if behaviour.receipts is Receipts.SHUFFLED:
            # News of the last step cannot be there before that step: only its order is lost.
            await asyncio.sleep(gap * len(steps))
            steps = steps[::-1]
        for step in steps:
            if behaviour.receipts is not Receipts.EARLY:
                await asyncio.sleep(gap)
            if self._canceled(text):
                return
            for _ in range(2 if behaviour.receipts is Receipts.REPEATED else 1):
                await self._post(text, step)

    def _canceled(self, text: Text) -> bool:
        kept = self._record.get(text.sid)
        return kept is not None and kept.status is Status.CANCELED

    async def _post(self, text: Text, step: Step) -> None:
        try:
            await self._caller.post_form(text.callback, self._fields(text, step))
        except NotThisMachine:
            log.warning("A receipt for %s leads to another machine; nobody was called", text.sid)

    def _fields(self, text: Text, step: Step) -> dict[str, str]:
        fields = {
            "AccountSid": self._settings.account_sid,
            "ApiVersion": API_VERSION,
            "From": text.sender,
            "MessageSid": text.sid,
            "MessageStatus": step.status,
            "SmsSid": text.sid,
            "SmsStatus": step.status,
            "To": text.to,
        }
        if text.service:
            fields["MessagingServiceSid"] = text.service
        if step.error_code is not None:
            fields["ErrorCode"] = str(step.error_code)
        if step.status is Status.DELIVERED:
            fields["RawDlrDoneDate"] = f"{self._settings.now():%y%m%d%H%M}"
        return fields
