"""Which parts does a mail have, and what is their text?"""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32

_LONGEST_PART = 1_000_000
# Text codecs in name only, and slow ones.
_NO_CHARSETS = {"punycode", "idna", "raw_unicode_escape", "unicode_escape"}


_LONGEST_CONTENT_HEADER = 1_000
_LONGEST_HEADER = 8_000


class _ShortHeaders(Compat32):
    """The older policy on purpose: the newer one takes minutes for a header made to hurt.

    Even this one takes seconds for the parameters of a content header, so that ends earlier.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        content = name.lower().startswith("content-")
        return name, value[: _LONGEST_CONTENT_HEADER if content else _LONGEST_HEADER]


def parse(raw: bytes) -> Message:
    """Take a mail apart, without believing any of it."""
    return message_from_bytes(raw, policy=_ShortHeaders())


def parts_of(mail: Message) -> Iterator[Message]:
    """Yield the leaves, outermost first; a mail inside the mail is a leaf and not the writer's."""
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in _children(mail):
            yield from parts_of(part)
    else:
        yield mail


def _children(mail: Message) -> Iterator[Message]:
    payload = mail.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload if isinstance(part, Message))


def is_text(part: Message, subtype: str = "") -> bool:
    """Say whether the part is text to be read, and not a file or a report."""
    kind = part.get_content_type()
    if kind.startswith("multipart/"):
        # It promised parts and has none: what is there is the text.
        kind = "text/plain"
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    return kind == f"text/{subtype}" if subtype else kind.startswith("text/")


def content_of(part: Message) -> str:
    """Decode a part, whatever it claims about its letters."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[:_LONGEST_PART]
    claimed = str(part.get_content_charset() or "utf-8")
    for charset in (claimed, "utf-8"):
        try:
            if charset not in _NO_CHARSETS:
                return payload.decode(charset).encode("utf-8", "replace").decode()
        except (LookupError, ValueError):
            continue
    return payload.decode("cp1252", "replace")
