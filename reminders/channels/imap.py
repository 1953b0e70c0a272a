"""Which mails wait in a mailbox, and where do they go once they are taken in?

Nothing but the mailbox remembers: a mail that was taken in is moved to another folder, one that
is nobody's is flagged and stays for a person, and all others wait.
"""

import imaplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from reminders.channels import Action, Reason, Refused, Unknown, Verdict
from reminders.channels.smtp import Security

# What follows in a larger mail is pictures. Read without marking the mail as seen.
_PARTS = f"(INTERNALDATE BODY.PEEK[]<0.{6 * 1024 * 1024}>)"
_WAITING = "UNFLAGGED UNDELETED"
_ASIDE = r"\Flagged"

_CONNECT = Verdict(Reason.UNREACHABLE_PROVIDER, Action.RETRY)
_SET_UP = Verdict(Reason.ACCOUNT_FAULT, Action.ALERT_SENDER)
_TROUBLE = (OSError, imaplib.IMAP4.error, ImapToolsError)


@dataclass(frozen=True)
class RawMail:
    """One mail as it lies in the box; `at` is when the server got it."""

    validity: str
    uid: str
    raw: bytes = field(repr=False)
    at: datetime | None = None

    @property
    def key(self) -> str:
        """Name the mail; no other of this box ever has the same name."""
        return f"{self.validity}:{self.uid}"


@dataclass(frozen=True)
class ImapBox:
    """The mailbox that answers come to, opened anew for every look.

    A look raises Refused and Unknown; they speak of the box then, not of a letter. It takes at
    most `limit` mails. `tls` is for a server whose certificate only the clinic knows.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    processed: str = "Processed"
    security: Security = Security.TLS
    timeout: float = 10.0
    _: KW_ONLY
    limit: int = 100
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @contextmanager
    def open(self) -> Iterator["OpenBox"]:
        """Sign in and go to the folder; the one for what was taken in is made if absent."""
        with _connecting():
            box = self._connected()
        try:
            if self.security is Security.STARTTLS:
                with _connecting():
                    box.client.starttls(self._context())
            with _judged("login"):
                self._sign_in(box)
            with _judged("folder"):
                opened = self._opened(box)
            yield opened
            # Without insisting on the goodbye: what was taken in is moved already.
            with suppress(*_TROUBLE):
                box.logout()
        finally:
            with suppress(OSError):
                box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        if self.security is Security.TLS:
            # Named, because imaplib's own default trusts any certificate.
            return MailBox(self.host, self.port, self.timeout, ssl_context=self._context())
        return MailBoxUnencrypted(self.host, self.port, self.timeout)

    def _sign_in(self, box: BaseMailBox) -> None:
        plain = (self.username + self.password).isascii()
        (box.login if plain else box.login_utf8)(self.username, self.password, None)
        # A server tells all it can do, such as MOVE, only to those who have signed in.
        told = b" ".join(filter(None, box.client.capability()[1])).decode("ascii", "replace")
        box.client.capabilities = tuple(told.upper().split())

    def _opened(self, box: BaseMailBox) -> "OpenBox":
        if not box.folder.exists(self.processed):
            box.folder.create(self.processed)
        box.folder.set(self.folder)
        [validity] = box.client.response("UIDVALIDITY")[1]
        return OpenBox(box, (validity or b"0").decode(), self.processed, self.limit)

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


@dataclass(frozen=True)
class OpenBox:
    """A mailbox while somebody looks into it."""

    _box: BaseMailBox
    _validity: str
    _processed: str
    _limit: int

    def waiting(self) -> Iterator[RawMail]:
        """Yield what waits, oldest first, one mail in memory at a time."""
        with _judged("search"):
            uids = self._box.uids(_WAITING, charset=None)
        for uid in sorted(uids, key=int)[: self._limit]:
            mail = self._fetched(uid)
            if mail is not None:
                yield mail

    def put_away(self, mail: RawMail) -> None:
        """Move a mail that was taken in; one that is gone already is no fault."""
        with _judged("move"):
            self._box.move(mail.uid, self._processed)

    def set_aside(self, mail: RawMail) -> None:
        """Leave a mail where it is, flagged for a person; it is not yielded again."""
        with _judged("flag"):
            # By hand: the library's own way also expunges what people have marked as deleted.
            self._box.client.uid("STORE", mail.uid, "+FLAGS", f"({_ASIDE})")

    def _fetched(self, uid: str) -> RawMail | None:
        # Fetched by hand: the library would parse whatever strangers have sent.
        with _judged("fetch"):
            answer = self._box.client.uid("FETCH", uid, _PARTS)[1]
        # Another process of ours may have moved it away in the meantime.
        raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
        return None if raw is None else RawMail(self._validity, uid, raw, _arrival(answer))


def _arrival(answer: Sequence[bytes | tuple[bytes, bytes] | None]) -> datetime | None:
    heads = (part[0] if isinstance(part, tuple) else part for part in answer)
    told = imaplib.Internaldate2tuple(b" ".join(filter(None, heads)))
    return datetime.fromtimestamp(time.mktime(told), UTC) if told else None


@contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except ssl.SSLError:
        raise Refused("tls", _CONNECT) from None
    except _TROUBLE:
        raise Refused("connect", _CONNECT) from None


@contextmanager
def _judged(step: str) -> Iterator[None]:
    """Keep only at which step it ended: what a server says may quote an account or a mail."""
    try:
        yield
    except (OSError, imaplib.IMAP4.abort):
        raise Unknown(step) from None
    except (imaplib.IMAP4.error, ImapToolsError):
        raise Refused(step, _SET_UP) from None
