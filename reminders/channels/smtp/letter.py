"""What does a letter look like on the wire?"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from reminders.channels import Action, Outgoing, Reason, Refused, Verdict

_BAD_ADDRESS = Verdict(Reason.ADDRESS_REFUSED, Action.SUPPRESS)
_BAD_SENDER = Verdict(Reason.SENDER_FAULT, Action.ALERT_SENDER)
_BAD_HEADER = Verdict(Reason.MESSAGE_FAULT, Action.ALERT)

# Python's header classes decode encoded words (RFC 2047) in whatever they are given, and one may
# hold a line end: nothing that begins like one reaches a header.
_ENCODED = "=?"
_NOT_ENCODED = r"(?!.*=\?)"

_ADDRESS = re.compile(
    _NOT_ENCODED + r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
_ONE_WORD = re.compile(_NOT_ENCODED + r"[!-~]{1,900}")
_MESSAGE_ID = re.compile(_NOT_ENCODED + r"<[!-;=?-~]{1,250}>")


class _Policy(EmailPolicy):
    """Keeps some headers on one line: folding them breaks signatures, and encodes long words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in {"message-id", "in-reply-to", "references", "list-unsubscribe"}:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n")


def message_id(attempt_id: str, domain: str) -> str:
    """Name the letter after the attempt, so that a bounce or an answer leads back to it."""
    return f"<{attempt_id}@{domain}>"


def compose(outgoing: Outgoing, domain: str) -> EmailMessage:
    """Write the letter: text, perhaps HTML, and the headers that keep machines from answering."""
    if not _ADDRESS.fullmatch(outgoing.to):
        raise Refused("address", _BAD_ADDRESS)
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = _mailbox(outgoing.sender)
    letter["To"] = outgoing.to
    letter["Subject"] = _plain(" ".join(_printable(outgoing.subject).split()))
    letter["Message-ID"] = _one_word(message_id(outgoing.attempt_id, domain))
    if outgoing.date:
        letter["Date"] = outgoing.date
    _add_ways_back(letter, outgoing)
    letter["Auto-Submitted"] = "auto-replied" if outgoing.automatic else "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    _add_bodies(letter, outgoing)
    return letter


def _add_ways_back(letter: EmailMessage, outgoing: Outgoing) -> None:
    if outgoing.reply_to:
        letter["Reply-To"] = _mailbox(outgoing.reply_to)
    # Comes from the patient's own mail and only groups a thread: an odd one is left out.
    if _MESSAGE_ID.fullmatch(outgoing.in_reply_to):
        letter["In-Reply-To"] = outgoing.in_reply_to
        letter["References"] = outgoing.in_reply_to
    if outgoing.unsubscribe_url:
        letter["List-Unsubscribe"] = f"<{_one_word(outgoing.unsubscribe_url)}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_bodies(letter: EmailMessage, outgoing: Outgoing) -> None:
    # Quoted-printable: no server on the way has a reason to touch the lines.
    letter.set_content(outgoing.text, cte="quoted-printable")
    if outgoing.html:
        letter.add_alternative(outgoing.html, subtype="html", cte="quoted-printable")


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _plain(text: str) -> str:
    return text.replace(_ENCODED, "= ?")


def _mailbox(value: str) -> Address:
    """Split "Maple PT, Inc. <a@b>" ourselves, for a clinic's comma does not end an address."""
    name, _, address = value.rpartition("<")
    address = address.removesuffix(">")
    if value != _printable(value) or not _ADDRESS.fullmatch(address):
        raise Refused("header", _BAD_SENDER)
    return Address(_plain(name.replace('"', "").strip()), addr_spec=address)


def _one_word(value: str) -> str:
    if not _ONE_WORD.fullmatch(value):
        raise Refused("header", _BAD_HEADER)
    return value
