"""Did a letter of ours come back, which one, and for good?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message

from reminders.channels import Action, Reason, Verdict
from reminders.channels.smtp.replies import on_bounce

_COMPLAINT = Verdict(Reason.COMPLAINT, Action.OPT_OUT)

_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})")
_TOKEN = re.compile(r"(?<![a-z0-9])bounces?\+([a-z0-9_-]{8,57})@", re.IGNORECASE)
# The returned letter, or only its headers, stands somewhere below.
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[!-;=?-~]{1,250}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Bounce:
    """A report about a letter of ours; no verdict while they still try to deliver it."""

    action: str
    status: str
    original_id: str
    token: str = field(repr=False)
    verdict: Verdict | None

    @property
    def permanent(self) -> bool:
        """Say whether this very letter will not arrive."""
        return self.verdict is not None


def bounce_in(
    mail: Message, parts: Sequence[Message], raw: bytes, recipients: Sequence[str]
) -> Bounce | None:
    """Find the delivery report (RFC 3464), complaint (RFC 5965) or older bounce in a mail."""
    found = _report(parts) or _older(mail)
    if not found:
        return None
    action, status = found
    return Bounce(action, status, _original(mail, raw), _token(recipients), _judged(action, status))


def _report(parts: Sequence[Message]) -> tuple[str, str] | None:
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return "complaint", ""
        if kind == "message/delivery-status" and (fields := _first_failure(part)):
            return fields
    return None


def _first_failure(part: Message) -> tuple[str, str] | None:
    """Read the groups of fields, one a recipient; ours has only one recipient a letter."""
    groups = part.get_payload()
    for group in groups if isinstance(groups, list) else ():
        if not isinstance(group, Message):
            continue
        action = str(group.get("Action", "")).strip().lower()
        found = _STATUS.match(str(group.get("Status", "")))
        if action in {"failed", "delayed"}:
            return action, found[1] if found else ""
    return None


def _older(mail: Message) -> tuple[str, str] | None:
    return ("failed", "5.0.0") if "X-Failed-Recipients" in mail else None


def _judged(action: str, status: str) -> Verdict | None:
    if action == "complaint":
        return _COMPLAINT
    return on_bounce(status) if action == "failed" else None


def _original(mail: Message, raw: bytes) -> str:
    own = str(mail.get("Message-ID", "")).strip()
    found = [match.decode("ascii") for match in _MESSAGE_ID.findall(raw)]
    return next((name for name in reversed(found) if name != own), "")


def _token(recipients: Sequence[str]) -> str:
    for address in recipients:
        if found := _TOKEN.search(address):
            return found[1].lower()
    return ""
