"""How does a program run the sandbox beside itself?"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from reminders.sandbox import letters
from reminders.sandbox.behaviour import Behaviour, Mood
from reminders.sandbox.carrier import Carrier, Line
from reminders.sandbox.control import Control
from reminders.sandbox.inbound import Phones
from reminders.sandbox.letters import Quote
from reminders.sandbox.post_office import PostOffice
from reminders.sandbox.provider import Provider
from reminders.sandbox.receipts import Postman
from reminders.sandbox.record import MailRecord, TextRecord
from reminders.sandbox.settings import SandboxSettings, require_sandbox_mode
from reminders.sandbox.values import Direction, Mail, Text, WebhookAnswer
from reminders.sandbox.webhooks import FORM, Caller, require_this_machine
from reminders.sandbox.wire import Reply, Request, Wire

HOST = "127.0.0.1"
# Longer than a webhook may take with all its retries.
PATIENCE_SECONDS = 60.0

T = TypeVar("T")


class Sandbox:
    """A provider of texts and a mail server, in one thread, on this machine only.

    Every method may be called from any thread but the sandbox's own. What was kept can still be
    read after `stop`.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        """Set up, without opening a door."""
        require_sandbox_mode(settings.mode)
        self._settings = settings
        self._texts_to = self._mails_to = ""
        self.deliver_to(texts=settings.texts_to, mails=settings.mails_to)
        self._texts, self._mails, self._mood = TextRecord(), MailRecord(), Mood()
        self._carrier = Carrier(
            settings.services, blocks=settings.carrier_blocks, replies=settings.carrier_replies
        )
        self._caller = Caller(settings.auth_token)
        self._postman = Postman(settings, self._texts, self._carrier, self._caller)
        self._phones = Phones(settings, self._texts, self._carrier, self._postman, self._caller)
        self._provider = Provider(
            settings,
            self._texts,
            self._carrier,
            self._postman,
            self._mood,
            lambda: self._texts_to,
        )
        self._control = Control(self._texts, self._mails, self._carrier, self._mood)
        self._office = PostOffice(self._mails, self._mood, settings.now, settings.mail_bytes)
        self._wires: set[Wire] = set()
        self._thread: Thread | None = None
        self.port = settings.port
        self.smtp_port = settings.smtp_port

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def base_url(self) -> str:
        """Where the provider's API is."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Open the doors; raise OSError if a port is taken."""
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._open())
        except BaseException:
            self._loop.close()
            raise
        self._thread = Thread(target=self._loop.run_forever, name="sandbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the doors and cut every line; a second time changes nothing."""
        if self._thread is None:
            return
        self._run(self._close_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._thread = None
        self._loop.close()

    def deliver_to(self, *, texts: str = "", mails: str = "") -> None:
        """Say where answers go from now on; an empty address leaves the old one."""
        for url in filter(None, (texts, mails)):
            require_this_machine(url)
        self._texts_to = texts or self._texts_to
        self._mails_to = mails or self._mails_to

    def behave(self, behaviour: Behaviour) -> None:
        """Misbehave for so many texts and letters, or until told otherwise."""
        self._ask(lambda: self._mood.change(behaviour))

    def line(self, number: str, line: Line) -> None:
        """Say what kind of line a number is."""
        self._ask(lambda: self._carrier.set_line(number, line))

    def reset(self) -> None:
        """Forget everything and behave."""
        self._ask(self._control.reset)

    def settle(self) -> None:
        """Wait until every text has arrived and every receipt is posted."""
        self._run(self._postman.settle())

    def texts(self, number: str) -> tuple[Text, ...]:
        """Everything this number wrote or was written, oldest first."""
        return self._ask(lambda: self._texts.of(number))

    def mails(self, address: str) -> tuple[Mail, ...]:
        """Every letter this person wrote or was written, oldest first."""
        return self._ask(lambda: self._mails.of(address))

    @property
    def lists(self) -> int:
        """How many lists were given out."""
        return self._texts.lists

    def text_in(
        self, from_: str, to: str, body: str, *, media: int = 0, opt_out_type: str = ""
    ) -> WebhookAnswer:
        """Send a text from a patient's phone and bring it to the application."""

        async def send() -> WebhookAnswer:
            text = self._phones.write(from_, to, body, media=media, opt_out_type=opt_out_type)
            return await self._phones.deliver(url, text)

        url = _known(self._texts_to, "texts")
        return self._run(send())

    def text_lost(self, from_: str, to: str, body: str, *, opt_out_type: str = "") -> Text:
        """Send a text from a patient's phone that never reaches the application by itself."""
        return self._ask(lambda: self._phones.write(from_, to, body, opt_out_type=opt_out_type))

    def repeat(self, sid: str) -> WebhookAnswer:
        """Bring a text to the application once more, as providers do."""
        text = self._ask(lambda: self._texts.get(sid))
        if text is None:
            raise KeyError(sid)
        return self._run(self._phones.deliver(_known(self._texts_to, "texts"), text))

    def mail_in(
        self,
        to: str,
        from_: str,
        text: str,
        *,
        in_reply_to: str = "",
        headers: Mapping[str, str] | None = None,
        quote: Quote = Quote.GMAIL,
    ) -> WebhookAnswer:
        """Write a letter to a reply address and bring it to the application as it came.

        `in_reply_to` is the Message-ID that it answers: if the sandbox has that letter, it is
        quoted below, as mail programs do.
        """
        url = _known(self._mails_to, "mails")
        threading = {"In-Reply-To": in_reply_to, "References": in_reply_to} if in_reply_to else {}
        blank = Mail(Direction.INBOUND, from_, to, b"", self._settings.now())
        mail = letters.answer(
            blank,
            text,
            original=self._original(from_, in_reply_to),
            quote=quote,
            headers={**threading, **(headers or {})},
        )
        self._ask(lambda: self._mails.add(mail, person=from_))
        kind = {"Content-Type": "message/rfc822"}
        return self._run(self._caller.post(url, mail.raw, kind))

    def unsubscribe(self, mail: Mail) -> WebhookAnswer:
        """Press the one-click Unsubscribe of a letter, as its reader's mail program does."""
        url, body = letters.one_click_url(mail), letters.ONE_CLICK.encode()
        return self._run(self._caller.post(url, body, {"Content-Type": FORM}))

    def _original(self, address: str, message_id: str) -> Mail | None:
        written = (mail for mail in self.mails(address) if mail.message_id == message_id)
        return next(written, None) if message_id else None

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as doors:
            await self._caller.open()
            doors.push_async_callback(self._caller.close)
            doors.push_async_callback(self._postman.close)
            post = await loop.create_server(self._office.door, HOST, self._settings.smtp_port)
            doors.push_async_callback(_close, post, self._office.close)
            web = await loop.create_server(self._wire, HOST, self._settings.port)
            doors.push_async_callback(_close, web, self._hang_up)
            self.smtp_port = post.sockets[0].getsockname()[1]
            self.port = web.sockets[0].getsockname()[1]
            self._closing = doors.pop_all()

    async def _close_all(self) -> None:
        await self._closing.aclose()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _wire(self) -> Wire:
        return Wire(self._handle, self._wires)

    def _handle(self, request: Request) -> Reply:
        if request.path.startswith("/sandbox/"):
            return self._control.handle(request)
        return self._provider.handle(request)

    def _hang_up(self) -> None:
        for wire in set(self._wires):
            wire.abort()

    def _ask(self, question: Callable[[], T]) -> T:
        async def answer() -> T:
            return question()

        return question() if self._thread is None else self._run(answer())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._thread is None:
            work.close()
            raise RuntimeError("The sandbox is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)


def _known(url: str, what: str) -> str:
    if not url:
        raise ValueError(f"Nobody said where {what} go: call deliver_to({what}=...)")
    return url


async def _close(server: asyncio.Server, hang_up: Callable[[], None]) -> None:
    server.close()
    hang_up()
    await server.wait_closed()
