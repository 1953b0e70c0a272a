"""What does a mail server's refusal mean for us, and what do we do about it?"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from reminders.channels import Action, Reason, Refused, Verdict

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")


class Step(StrEnum):
    """How far the talk with the server had come."""

    HELLO = "hello"
    SENDER = "sender"
    RECIPIENT = "recipient"
    LETTER = "letter"


def refused(code: int, reply: bytes | str, step: Step) -> Refused:
    """Put a server's refusal into our words. Its own text names the patient and stays behind."""
    raw = reply if isinstance(reply, bytes) else reply.encode("utf-8", "replace")
    found = _ENHANCED.match(raw)
    status = found[1].decode() if found else ""
    return Refused(f"{code} {status}".strip(), _verdict(code, status, step))


def on_bounce(status: str) -> Verdict:
    """Judge a letter that came back for good; 4.x.x here means that they tried for days."""
    if status.startswith("5"):
        return _verdict(550, status, Step.RECIPIENT)
    return _FULL if status == "4.2.2" else _NOT_TAKEN


def _verdict(code: int, status: str, step: Step) -> Verdict:
    if not 500 <= code < 600:
        return _BUSY
    # Signing in is judged by the step alone: its 5.7.8 is not a spam filter.
    if step is not Step.HELLO:
        for start, verdict in _BY_STATUS:
            if status.startswith(start):
                return verdict
        if code in _BY_CODE:
            return _BY_CODE[code]
    return _BY_STEP[step]


_BUSY = Verdict(Reason.TOO_BUSY, Action.RETRY)
_ADDRESS = Verdict(Reason.ADDRESS_REFUSED, Action.SUPPRESS)
_SENDER = Verdict(Reason.SENDER_FAULT, Action.ALERT_SENDER)
_FILTERED = Verdict(Reason.FILTERED, Action.ALERT)
_FULL = Verdict(Reason.MAILBOX_FULL, Action.SUPPRESS, strikes=3)
_NOT_TAKEN = Verdict(Reason.MAIL_NOT_TAKEN, Action.SUPPRESS, strikes=3)

# RFC 3463, first match.
_BY_STATUS: Sequence[tuple[str, Verdict]] = (
    ("5.1.7", _SENDER),
    ("5.1.8", _SENDER),
    ("5.1.", _ADDRESS),
    ("5.2.1", _ADDRESS),
    ("5.2.2", _FULL),
    ("5.2.3", Verdict(Reason.MESSAGE_FAULT, Action.ALERT)),
    # Often a domain that is misspelt or gone, sometimes a name server's bad day.
    ("5.4.", Verdict(Reason.ADDRESS_REFUSED, Action.SUPPRESS, strikes=2)),
    # Their policy is about us, not about the patient's address.
    ("5.7.", _FILTERED),
)
_BY_CODE: Mapping[int, Verdict] = {
    552: _FULL,
    554: _FILTERED,
}
_BY_STEP: Mapping[Step, Verdict] = {
    Step.HELLO: Verdict(Reason.ACCOUNT_FAULT, Action.ALERT_SENDER),
    Step.SENDER: _SENDER,
    Step.RECIPIENT: _ADDRESS,
    Step.LETTER: _FILTERED,
}
