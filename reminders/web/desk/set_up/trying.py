"""Do the number, the door and the mail server work? Asked of the real things, sending nothing."""

import hmac
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from reminders.bootstrap import (
    first_token,
    open_mail_server,
    open_texts,
    open_texts_by_token,
)
from reminders.channels import Reason, Refused, Unknown
from reminders.channels.twilio import OurNumber, TwilioChannel, knock
from reminders.config import Settings
from reminders.web.hooks import proof_of


@dataclass(frozen=True)
class Found:
    """What a test came to, in words for an admin."""

    good: bool
    words: str


def try_texts(settings: Settings, number: str) -> Found:
    """Ask the provider for the number: with the token that signs webhooks, then the sending key."""
    for opened, whose in (
        (open_texts_by_token, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKENS"),
        (open_texts, "TWILIO_API_KEY and TWILIO_API_SECRET"),
    ):
        try:
            found = _ask(opened, settings, number)
        except (Refused, Unknown) as fault:
            return Found(good=False, words=_why(fault, whose))
        if found is None:
            return Found(good=False, words="The account is right, but this number is not its own.")
    return Found(
        good=True, words="The provider knows the account and the number. Nothing was sent."
    )


def try_door(settings: Settings, number: str) -> Found:
    """Knock at our own public address as the provider would, then see that it knows the way."""
    nonce = secrets.token_hex(16)
    answer = knock(
        settings.public_base_url + "/hooks/proof",
        {"nonce": nonce},
        first_token(settings),
        timeout=settings.web_timeout_seconds,
    )
    heard = proof_of(settings.secret_key, nonce)
    if answer.status == 200 and hmac.compare_digest(answer.said.encode(), heard.encode()):
        return _knows_the_way(settings, number)
    return Found(good=False, words=_shut(answer.status))


def try_mail(settings: Settings) -> Found:
    """Connect, protect the line, sign in and name the sender; no letter is written."""
    server = open_mail_server(settings, timeout=settings.web_timeout_seconds)
    if server is None:
        return Found(good=False, words="SMTP_HOST is empty: this installation sends no email.")
    try:
        server.try_out()
    except Refused as fault:
        return Found(good=False, words=_mail_fault(fault))
    return Found(
        good=True, words="The mail server lets us in and takes our sender. Nothing was sent."
    )


def _ask(opened: Callable[..., TwilioChannel], settings: Settings, number: str) -> OurNumber | None:
    with closing(opened(settings, timeout=settings.web_timeout_seconds)) as channel:
        return channel.our_number(number)


def _why(fault: Refused | Unknown, settings_named: str) -> str:
    if isinstance(fault, Refused) and fault.reason is Reason.ACCOUNT_FAULT:
        return f"The provider does not know {settings_named}. Compare them with its console."
    if isinstance(fault, Refused) and fault.reason is Reason.TOO_BUSY:
        return "The provider is too busy just now. Try again in a minute."
    return "The provider could not be asked. Is the machine online, and TWILIO_BASE_URL right?"


def _knows_the_way(settings: Settings, number: str) -> Found:
    address = settings.public_base_url + "/hooks/text"
    try:
        found = _ask(open_texts, settings, number)
    except (Refused, Unknown):
        found = None
    if found is not None and found.leads_to(address):
        return Found(good=True, words="Signed posts arrive, and the provider brings texts here.")
    return Found(
        good=False,
        words="Signed posts arrive, but the provider does not bring this number's texts here yet. "
        "Enter the address below for the number, with HTTP POST.",
    )


def _shut(status: int) -> str:
    if status == 0:
        return (
            "Nobody answered at PUBLIC_BASE_URL. Does the name lead here, with a good certificate?"
        )
    if status == 403:
        return "A post arrives, but not at the address it was signed for. Check PUBLIC_BASE_URL."
    if 300 <= status < 400:
        return "The public address leads elsewhere, and posts are lost on the way. Let it answer."
    return f"Something else answers at PUBLIC_BASE_URL (it said {status}). Check the proxy."


def _mail_fault(fault: Refused) -> str:
    if fault.code == "connect":
        return "The mail server does not answer. Check SMTP_HOST, SMTP_PORT and SMTP_SECURITY."
    if fault.code == "not_offered":
        return "The mail server does not offer what SMTP_SECURITY or SMTP_USERNAME asks for."
    if fault.reason is Reason.SENDER_FAULT:
        return f"The mail server refuses our sender ({fault.code}). Check MAIL_DOMAIN."
    if fault.reason is Reason.TOO_BUSY:
        return f"The mail server is too busy just now ({fault.code}). Try again in a minute."
    return (
        f"The mail server does not let us in ({fault.code}). Check SMTP_USERNAME and its password."
    )
