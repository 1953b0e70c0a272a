"""How is a sandbox set up?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reminders.config import Mode

_MODES = frozenset({Mode.DEMO, Mode.TEST})


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """Everything a sandbox needs to know before it opens its doors.

    `now` is the clock of whoever runs it: the demo moves its clock, and texts carry that time.
    `texts_to` and `mails_to` are where answers are delivered; `Sandbox.deliver_to` sets them late,
    for a web that needs the sandbox's port before it has one of its own.
    `services` names the number that each messaging service sends from; `numbers` are those of the
    account, where none is named every number. `api_key` and `api_secret`
    are a second way in, beside the account's own token. `carrier_blocks` off means that STOP is
    the application's business alone; `carrier_replies` off means that the carrier blocks silently.
    `step_seconds` lies between queued, sent and delivered.
    """

    mode: Mode
    now: Callable[[], datetime]
    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    port: int = 0
    smtp_port: int = 0
    texts_to: str = ""
    mails_to: str = ""
    services: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    carrier_blocks: bool = True
    carrier_replies: bool = True
    step_seconds: float = 0.1
    mail_bytes: int = 1_000_000


def require_sandbox_mode(mode: Mode) -> None:
    """Refuse to exist where real patients are: a sandbox swallows what it is given."""
    if mode not in _MODES:
        raise ValueError(f"RUN_MODE is {mode}: the sandbox starts in demo and test alone")
