"""What does a mail server do that refuses when it is told to?"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DROP = "drop"


@dataclass
class MailServer:
    """Keeps what it takes; each step answers what it is told, or drops the line."""

    sender: str = "250 OK"
    recipient: str = "250 OK"
    data: str = "250 OK"
    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    secured: bool = False
    signed_in: str = ""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, *_: object
    ) -> str:
        envelope.mail_from = address
        self.secured = session.ssl is not None
        return self._say(server, self.sender)

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, *_: object
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._say(server, self.recipient)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.data.startswith("2"):
            self.taken.append(envelope)
        return self._say(server, self.data)

    def authenticator(self, *given: object) -> AuthResult:
        login = given[-1]
        assert isinstance(login, LoginPassword)
        self.signed_in = login.login.decode()
        return AuthResult(success=login.password == b"right", handled=False)

    def _say(self, server: SMTP, answer: str) -> str:
        if answer == DROP:
            server.transport.abort()
        return answer


@contextmanager
def running(server: MailServer, **more: object) -> Iterator[MailServer]:
    server.port = _free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **more)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def _free_port() -> int:
    with closing(socket.socket()) as lent:
        lent.bind(("127.0.0.1", 0))
        return int(lent.getsockname()[1])


@dataclass(frozen=True)
class Certificate:
    """Both ends of a certificate that nobody but this test knows."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return Certificate(server, ssl.create_default_context(cafile=file))
