"""A real IMAP server on loopback, and what lies in its folders."""

import asyncio
import os
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import Cleartext

USER = "replies@maplept.example"
PASSWORD = 'pass "word"'
# The server greets with its name and would ask the network for it.
os.environ.setdefault("FQDN", "localhost")


@dataclass
class MailboxServer:
    """One account whose mail lives in memory; with `tls` nothing is said in the clear."""

    tls: ssl.SSLContext | None = None
    trusting: ssl.SSLContext | None = None
    starttls: bool = False
    port: int = 0
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def deliver(self, raw: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a mail into a folder, as the mail server of the domain does."""
        with self.sign_in() as box:
            box.append(raw, folder, at)

    def lying_in(self, folder: str) -> list[bytes]:
        """The mails of a folder as they came, oldest first."""
        with self.sign_in() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            uids = box.uids("ALL")
            fetched = (box.client.uid("FETCH", uid, "(BODY.PEEK[])")[1] for uid in uids)
            return [answer[0][1] for answer in fetched]

    def hang_up(self) -> None:
        """Cut every line, as a server does that goes down."""

        async def cut() -> None:
            for line in self._lines:
                line.transport.abort()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(5)

    @contextmanager
    def sign_in(self) -> Iterator[BaseMailBox]:
        """Look into the account as a person with a mail program does."""
        if self.tls is not None and not self.starttls:
            box: BaseMailBox = MailBox("127.0.0.1", self.port, 5, ssl_context=self.trusting)
        else:
            box = MailBoxUnencrypted("127.0.0.1", self.port, 5)
            if self.starttls:
                box.client.starttls(self.trusting)
        with box:
            yield box.login(USER, PASSWORD, None)

    async def begin(self) -> asyncio.Server:
        args = Namespace(
            host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=self.starttls,
            proxy_protocol=None, passlib_cfg=None, inherited_sockets=None,
            demo_data=False, demo_user=USER, demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(
            args, ssl_context=self.tls, hash_context=Cleartext()
        )
        config.apply_context()
        inner = ProxyProtocolReader(config.proxy_protocol).get_callback(
            IMAPServer(backend.login, config)
        )

        async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._lines.add(writer)
            await inner(reader, writer)

        wrapped = None if self.starttls else self.tls
        server = await asyncio.start_server(door, "127.0.0.1", 0, ssl=wrapped)
        self.port = server.sockets[0].getsockname()[1]
        return server


@contextmanager
def running(server: MailboxServer) -> Iterator[MailboxServer]:
    """Serve from a thread of its own until the test ends."""
    loop = server._loop
    opened = loop.run_until_complete(server.begin())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(opened), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(opened: asyncio.Server) -> None:
    opened.close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
