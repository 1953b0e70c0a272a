"""What does a raw mail say, and who wrote it?

The box is open to everybody: nothing in here may take long or raise, whatever the bytes are.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256

from reminders.channels.mail.bounces import Bounce, bounce_in
from reminders.channels.mail.markup import words_of
from reminders.channels.mail.parts import content_of, is_text, parse, parts_of
from reminders.channels.mail.quotes import own_words

_MOST_BYTES = 5_000_000
# A part costs memory out of all proportion to its bytes.
_MOST_PARTS = 500
_MOST_HEADERS = 10
_LONGEST_ID = 250
_LONGEST_MARKUP = 400_000
_MOST_MARKUPS = 5
_LONGEST_TEXT = 10_000

_TOKEN = re.compile(r"(?<![a-z0-9])reply\+([a-z0-9_-]{8,59})@", re.IGNORECASE)
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|no-?_?\.?reply|do-?_?\.?not-?_?\.?reply)\b", re.IGNORECASE
)
_AWAY = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office"
    r"|respuesta autom[aá]tica|fuera de (?:la )?oficina)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MailIn:
    """One mail as we read it: `text` is the writer's own words, `whole` is all there was.

    `message_id` is never empty: a mail without one is named by its content.
    """

    message_id: str
    sender: str = field(default="", repr=False)
    recipients: tuple[str, ...] = field(default=(), repr=False)
    token: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    whole: str = field(default="", repr=False)
    automatic: bool = False
    bounce: Bounce | None = None
    subject: str = field(default="", repr=False)
    in_reply_to: str = ""
    has_attachment: bool = False
    malformed: bool = False


def read(raw: bytes, marker: Sequence[str] = ()) -> MailIn:
    """Read a mail; whatever cannot be read is malformed, never an exception.

    `marker` are the lines of ours below which nothing is the writer's own.
    """
    name = f"sha256:{sha256(raw).hexdigest()}"
    if raw.count(b"\n--") > _MOST_PARTS:
        return MailIn(name, malformed=True)
    try:
        return _read(name, raw, marker)
    # Strangers choose these bytes, and the parser's ways to fail are not written down anywhere.
    except Exception:  # noqa: BLE001
        return MailIn(name, malformed=True)


def _read(name: str, raw: bytes, marker: Sequence[str]) -> MailIn:
    mail = parse(raw[:_MOST_BYTES])
    parts = tuple(parts_of(mail))
    sender = next(iter(_addresses(mail, "From")), "")
    recipients = _addresses(mail, *_RECIPIENTS)
    token = _token(recipients)
    bounce = bounce_in(mail, parts, raw, recipients)
    whole = _whole(parts)
    cut = len(raw) > _MOST_BYTES and not whole
    malformed = cut or not (sender or token or bounce)
    return MailIn(
        message_id=_id(mail, "Message-ID") or name,
        sender=sender,
        recipients=recipients,
        token=token,
        text="" if malformed else own_words(whole, marker)[:_LONGEST_TEXT],
        whole=whole[:_LONGEST_TEXT],
        automatic=bounce is not None or _by_a_machine(mail, sender),
        bounce=bounce,
        subject=" ".join(_header(mail, "Subject").split()),
        in_reply_to=_id(mail, "In-Reply-To"),
        has_attachment=any(not is_text(part) for part in parts),
        malformed=malformed,
    )


def _id(mail: Message, name: str) -> str:
    first = next(iter(_header(mail, name).split()), "")
    return first if len(first) <= _LONGEST_ID else ""


def _header(mail: Message, name: str) -> str:
    value = str(mail.get(name, ""))
    # An encoding that is broken or unknown is shown as it came.
    with suppress(ValueError, LookupError, MessageError):
        value = str(make_header(decode_header(value)))
    return value.encode("utf-8", "replace").decode().replace("\x00", "")


def _addresses(mail: Message, *names: str) -> tuple[str, ...]:
    values = [str(value) for name in names for value in mail.get_all(name, [])[:_MOST_HEADERS]]
    found = [address.lower() for _, address in getaddresses(values) if "@" in address]
    return tuple(dict.fromkeys(found))


def _token(recipients: Sequence[str]) -> str:
    for address in recipients:
        # Case is not kept on every way.
        if found := _TOKEN.search(address):
            return found[1].lower()
    return ""


def _whole(parts: Sequence[Message]) -> str:
    """Join the plain texts, as before and after a picture; or the HTML where there are none."""
    text = "\n".join(content_of(part) for part in parts if is_text(part, "plain"))
    if not text.strip():
        markups = [content_of(part) for part in parts if is_text(part, "html")]
        text = "\n".join(words_of(markup[:_LONGEST_MARKUP]) for markup in markups[:_MOST_MARKUPS])
    return text.replace("\x00", "")


def _by_a_machine(mail: Message, sender: str) -> bool:
    """Say whether this must not be answered, so that two machines never talk to each other."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(mail, "Precedence").strip().lower() in {"bulk", "list", "junk", "auto_reply"}
        or any(name in mail for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or _header(mail, "Return-Path").strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or bool(_MACHINES.match(sender))
        or bool(_AWAY.match(_header(mail, "Subject")))
    )
