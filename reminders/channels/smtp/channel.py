"""How is a letter handed to a mail server, and what is surely known afterwards?"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum

from reminders.channels import Accepted, Action, Outgoing, Reason, Refused, Unknown, Verdict
from reminders.channels.smtp.letter import compose, message_id
from reminders.channels.smtp.replies import Step, refused

_CONNECT = Verdict(Reason.UNREACHABLE_PROVIDER, Action.RETRY)
_SET_UP = Verdict(Reason.ACCOUNT_FAULT, Action.ALERT_SENDER)


class Security(StrEnum):
    """How the way to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class SmtpChannel:
    """Sends letters through one mail server, one connection each.

    `envelope_from` may hold {attempt_id}, so that a bounce names the letter it is about; `tls`
    is for a server whose certificate only the clinic knows.
    """

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    security: Security = Security.STARTTLS
    timeout: float = 10.0
    _: KW_ONLY
    envelope_from: str
    domain: str
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand one letter over, exactly once."""
        letter = compose(outgoing, self.domain).as_bytes()
        sender = self.envelope_from.replace("{attempt_id}", outgoing.attempt_id)
        with self._session() as smtp:
            _address(smtp, sender, outgoing.to)
            _hand_over(smtp, letter)
        return Accepted(message_id(outgoing.attempt_id, self.domain), 0)

    def try_out(self) -> None:
        """Go as far as a letter's sender, and write none; raises Refused.

        1. Connect, and protect the line as the settings say.
        2. Sign in.
        3. Say who would be writing, and take it back.
        """
        with self._session() as smtp, _nothing_has_left():
            code, reply = smtp.mail(self.envelope_from.replace("{attempt_id}", "try"))
            if code != 250:
                raise refused(code, reply, Step.SENDER)
            smtp.rset()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Lend a connection that is ready for a letter. A pool would go in here."""
        with _nothing_has_left():
            smtp = self._connected()
        try:
            with _nothing_has_left():
                self._introduce(smtp)
            yield smtp
            # Without waiting for the goodbye: the letter is theirs already.
            with suppress(OSError):
                smtp.putcmd("quit")
        finally:
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        # The own name given: smtplib would ask the name server for it, without a time limit.
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(
                self.host, self.port, self.domain, timeout=self.timeout, context=self._context()
            )
        return smtplib.SMTP(self.host, self.port, self.domain, timeout=self.timeout)

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        if self.security is Security.STARTTLS:
            smtp.starttls(context=self._context())
        smtp.ehlo_or_helo_if_needed()
        if self.username:
            smtp.login(self.username, self.password)

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


@contextmanager
def _nothing_has_left() -> Iterator[None]:
    """Until the letter itself is sent, trying again is safe unless the server says no."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise refused(error.smtp_code, error.smtp_error, Step.HELLO) from None
    except smtplib.SMTPServerDisconnected:
        raise Refused("connect", _CONNECT) from None
    except smtplib.SMTPException:
        # The server offers no encryption, or no way to sign in that we know.
        raise Refused("not_offered", _SET_UP) from None
    except OSError:
        raise Refused("connect", _CONNECT) from None


def _address(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    with _nothing_has_left():
        code, reply = smtp.mail(sender)
        if code != 250:
            raise refused(code, reply, Step.SENDER)
        code, reply = smtp.rcpt(to)
        if code not in {250, 251}:
            raise refused(code, reply, Step.RECIPIENT)


def _hand_over(smtp: smtplib.SMTP, letter: bytes) -> None:
    """Send the letter; only an answer that says so is a yes or a no."""
    try:
        code, reply = smtp.data(letter)
    except smtplib.SMTPDataError as error:
        raise refused(error.smtp_code, error.smtp_error, Step.LETTER) from None
    except OSError:
        raise Unknown("data") from None
    if 200 <= code < 300:
        return
    if not 400 <= code < 600:
        raise Unknown("unreadable")
    raise refused(code, reply, Step.LETTER)
