"""The settings, keys and clock that tests run with."""

import base64
from datetime import datetime

from builders import NOW
from pydantic import SecretStr

from reminders.config import MailSecurity, Mode, OptOutBy, Settings
from reminders.store.keyring import Keyring

KEY = base64.b64encode(b"k" * 32).decode()
ACCOUNT = "AC" + "0" * 32
TOKEN = "sandbox-token-of-the-tests"
RING = Keyring((b"k" * 32,), b"i" * 32)


# What production asks for, and a test need not: nothing here is opened or called.
REAL: dict[str, object] = {
    "database_url": "sqlite:///var/reminders.db",
    "secret_key": SecretStr("abcdefghijklmnopqrstuvwxyz0123456789"),
    "encryption_keys": (SecretStr(base64.b64encode(bytes(range(32))).decode()),),
    "index_key": SecretStr(base64.b64encode(bytes(range(32, 64))).decode()),
    "twilio_base_url": "",
    "mail_hook_key": SecretStr("zyxwvutsrqponmlkjihgfedcba9876543210"),
}


class HandClock:
    """A clock that tests move by hand."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def make_settings(**changes: object) -> Settings:
    fields: dict[str, object] = {
        "run_mode": Mode.TEST,
        "database_url": "sqlite://",
        "public_base_url": "http://localhost",
        "secret_key": SecretStr("s" * 40),
        "encryption_keys": (SecretStr(KEY),),
        "index_key": SecretStr(KEY),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_tokens": (SecretStr(TOKEN),),
        "twilio_base_url": "http://127.0.0.1:9",
        "carrier_optout": OptOutBy.SELF,
        "smtp_security": MailSecurity.NONE,
        "mail_domain": "in.maplept.example",
        "mail_hook_key": SecretStr("m" * 40),
        "settle_seconds": 0,
        "settle_again_seconds": 0,
        "spread_seconds": 0,
    }
    real = REAL if changes.get("run_mode") is Mode.PRODUCTION else {}
    return Settings(**fields | real | changes)  # type: ignore[arg-type]
