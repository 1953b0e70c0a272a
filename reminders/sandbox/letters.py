"""How does a person's answer by mail look on the wire?"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from html import escape
from types import MappingProxyType

from reminders.sandbox.values import Direction, Mail

ONE_CLICK = "List-Unsubscribe=One-Click"


class Quote(StrEnum):
    """How a mail program quotes the letter it answers."""

    GMAIL = "gmail"
    GMAIL_SPANISH = "gmail_spanish"
    OUTLOOK = "outlook"
    NONE = "none"


def answer(
    mail: Mail, text: str, *, original: Mail | None, quote: Quote, headers: Mapping[str, str]
) -> Mail:
    """Write the letter `mail` anew, with these words above the quoted original."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = mail.sender
    letter["To"] = mail.to
    letter["Subject"] = f"Re: {original.subject}" if original is not None else "Re:"
    letter["Date"] = format_datetime(mail.at)
    letter["Message-ID"] = make_msgid(domain="mail.example")
    letter["MIME-Version"] = "1.0"
    for name, value in headers.items():
        del letter[name]
        letter[name] = value
    quoted = _QUOTES[quote](original) if original is not None else ""
    letter.set_content(text + quoted)
    letter.add_alternative(_html(text, quoted), subtype="html")
    return Mail(Direction.INBOUND, mail.sender, mail.to, letter.as_bytes(), mail.at)


def one_click_url(mail: Mail) -> str:
    """Where a mail program posts to when its reader presses Unsubscribe."""
    if mail.header("List-Unsubscribe-Post") != ONE_CLICK:
        raise ValueError("The letter offers no one-click unsubscribe")
    found = re.search(r"<(https?:[^>]+)>", mail.header("List-Unsubscribe"))
    if found is None:
        raise ValueError("The letter names no address to unsubscribe at")
    return found.group(1)


def _gmail(original: Mail) -> str:
    when = f"{original.at:%a, %b} {original.at.day}, {original.at:%Y at %I:%M %p}"
    return f"\n\nOn {when} {original.header('From')} wrote:\n\n{_marked(original.text)}"


def _gmail_spanish(original: Mail) -> str:
    when = f"{_day(original.at)} a las {original.at:%H:%M}"
    return f"\n\nEl {when}, {original.header('From')} escribió:\n\n{_marked(original.text)}"


def _outlook(original: Mail) -> str:
    return (
        f"\n\n-----Original Message-----\nFrom: {original.header('From')}\n"
        f"Sent: {original.at:%A, %B} {original.at.day}, {original.at:%Y %I:%M %p}\n"
        f"To: {original.to}\nSubject: {original.subject}\n\n{original.text}"
    )


def _nothing(original: Mail) -> str:
    del original
    return ""


_QUOTES: Mapping[Quote, Callable[[Mail], str]] = MappingProxyType(
    {
        Quote.GMAIL: _gmail,
        Quote.GMAIL_SPANISH: _gmail_spanish,
        Quote.OUTLOOK: _outlook,
        Quote.NONE: _nothing,
    }
)


def _marked(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


def _day(moment: datetime) -> str:
    days = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
    months = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic")
    return f"{days[moment.weekday()]}, {moment.day} {months[moment.month - 1]} {moment.year}"


def _html(text: str, quoted: str) -> str:
    quote = f'<div class="gmail_quote"><pre>{escape(quoted)}</pre></div>' if quoted else ""
    return f'<div dir="ltr">{escape(text)}</div>{quote}'
