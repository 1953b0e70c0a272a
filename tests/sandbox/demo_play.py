"""A demo in full, played by pressing what stands on its pages."""

import base64
import re
from dataclasses import dataclass
from html import unescape

import sqlalchemy as sa
from builders import PATIENT_NUMBER
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from reminders.config import MailSecurity, Mode, Settings
from reminders.core.gate import Kind
from reminders.sandbox import Sandbox
from reminders.sandbox.pages import Stage
from reminders.store.conversation import Message
from reminders.store.db import Sessions
from reminders.store.record import LogEntry

ACCOUNT = "AC" + "0" * 32
MAIL_KEY = "m" * 40
TOKEN = "token-of-the-sandbox"
FORM = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Play:
    """A demo in full: pages, sandbox, clock and rows."""

    pages: FlaskClient
    stage: Stage
    sessions: Sessions

    def page(self, path: str = "/demo/phone") -> str:
        answer = self.pages.get(path)
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))

    def press(self, action: str, **fields: str) -> str:
        """Press a button as it stands on the page, and return the page that comes back."""
        answer = self.send(action, **fields)
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))

    def send(self, action: str, **fields: str) -> TestResponse:
        token = FORM.search(self.page())
        assert token is not None
        sent = {"csrf_token": token[1], "place": "phone", "number": PATIENT_NUMBER} | fields
        return self.pages.post(f"/demo/{action}", data=sent, follow_redirects=True)

    def messages(self, *kinds: Kind) -> list[Message]:
        with self.sessions() as session:
            wanted = sa.select(Message).where(Message.kind.in_(kinds)).order_by(Message.id)
            return list(session.scalars(wanted))

    def entries(self) -> list[LogEntry]:
        with self.sessions() as session:
            return list(session.scalars(sa.select(LogEntry).order_by(LogEntry.id)))


def settings_for(port: int, sandbox: Sandbox) -> Settings:
    key = SecretStr(base64.b64encode(b"k" * 32).decode())
    return Settings(
        run_mode=Mode.TEST,
        public_base_url=f"http://127.0.0.1:{port}",
        secret_key=SecretStr("s" * 40),
        encryption_keys=(key,),
        index_key=key,
        twilio_account_sid=ACCOUNT,
        twilio_auth_tokens=(SecretStr(TOKEN),),
        twilio_base_url=sandbox.base_url,
        smtp_host="127.0.0.1",
        smtp_port=sandbox.smtp_port,
        smtp_security=MailSecurity.NONE,
        mail_domain="in.maplept.example",
        mail_hook_key=SecretStr(MAIL_KEY),
        settle_seconds=0,
        settle_again_seconds=0,
        spread_seconds=0,
    )
