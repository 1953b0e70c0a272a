"""What must run for somebody who just wants to try it?

The very code of production, with the sandbox as provider and mail server, a clock that can be
moved, and a clinic of invented people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Flask
from pydantic import SecretStr

from reminders.bootstrap import open_sessions
from reminders.config import DemoClock, MailSecurity, Settings, demo_secrets
from reminders.sandbox.demo import DemoAccess, clear, is_stale, seed
from reminders.sandbox.pages import Stage, open_stage
from reminders.sandbox.server import Sandbox
from reminders.sandbox.settings import SandboxSettings
from reminders.store.db import Sessions

ACCOUNT = "AC" + "d" * 32


@dataclass(frozen=True)
class Demo:
    """A running demo: its settings point at its own sandbox."""

    settings: Settings
    clock: DemoClock
    sessions: Sessions
    sandbox: Sandbox
    access: DemoAccess

    @property
    def addresses(self) -> tuple[str, ...]:
        """The three addresses to open, and how to sign in."""
        base = self.settings.public_base_url
        return (
            f"Desk     {base}/desk    sign in: {self.access.desk_email} / "
            f"{self.access.desk_password}",
            f"Phone    {base}/demo/phone",
            f"Mailbox  {base}/demo/mailbox",
        )

    def open_doors(self, app: Flask, tick: Callable[[datetime], None]) -> None:
        """Add the phone and the mailbox to the web."""
        open_stage(app, Stage(self.sandbox, self.clock, self.sessions, tick))


def open_demo(settings: Settings) -> Demo:
    """Start the sandbox and make the demo clinic, anew if it is of another day."""
    clock = DemoClock()
    kept = demo_secrets(settings.var_dir)
    settings = _where_it_listens(settings)
    sandbox = _sandbox(settings, clock, kept)
    sandbox.start()
    settings = settings.model_copy(update=_pointing_at(sandbox, kept))
    sessions = _todays_clinic(settings, clock.now())
    access = seed(sessions, settings, clock.now())
    return Demo(settings, clock, sessions, sandbox, access)


def _where_it_listens(settings: Settings) -> Settings:
    """Whoever gives the demo another port means its links too."""
    if "public_base_url" in settings.model_fields_set or not settings.port:
        return settings
    own = f"http://127.0.0.1:{settings.port}"
    return settings.model_copy(update={"public_base_url": own})


def _sandbox(settings: Settings, clock: DemoClock, kept: dict[str, str]) -> Sandbox:
    base = settings.public_base_url
    return Sandbox(
        SandboxSettings(
            mode=settings.run_mode,
            now=clock.now,
            account_sid=ACCOUNT,
            auth_token=kept["secret_key"],
            texts_to=f"{base}/hooks/text",
            mails_to=f"{base}/hooks/mail?key={quote(kept['mail_hook_key'], safe='')}",
        )
    )


def _pointing_at(sandbox: Sandbox, kept: dict[str, str]) -> dict[str, object]:
    return {
        "secret_key": SecretStr(kept["secret_key"]),
        "encryption_keys": (SecretStr(kept["encryption_keys"]),),
        "index_key": SecretStr(kept["index_key"]),
        "mail_hook_key": SecretStr(kept["mail_hook_key"]),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_tokens": (SecretStr(kept["secret_key"]),),
        "twilio_base_url": sandbox.base_url,
        "smtp_host": "127.0.0.1",
        "smtp_port": sandbox.smtp_port,
        "smtp_security": MailSecurity.NONE,
        "mail_domain": "in.maplept.example",
        # Whoever presses "next reminder" waits for it.
        "spread_seconds": 0,
    }


def _todays_clinic(settings: Settings, now: datetime) -> Sessions:
    """Yesterday's demo would be weeks of silence by now: it is emptied and made anew."""
    sessions = open_sessions(settings, migrate=True)
    if is_stale(sessions, now):
        clear(sessions)
    return sessions
