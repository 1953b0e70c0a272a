"""How does a letter leave the house, and what can a provider say to it?"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One letter as a provider gets it; nothing personal shows in its repr."""

    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    attempt_id: str
    valid_seconds: int = 3600
    # Mail only.
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    reply_to: str = field(default="", repr=False)
    unsubscribe_url: str = field(default="", repr=False)
    in_reply_to: str = field(default="", repr=False)
    automatic: bool = False
    date: datetime | None = None


@dataclass(frozen=True)
class Accepted:
    """The provider has the letter. Segments are zero where the provider does not count them."""

    provider_id: str
    segments: int


class Channel(Protocol):
    """Carries letters, each in the background; one ends as Accepted, Refused or Unknown."""

    def start(self, outgoing: Outgoing) -> "Future[Accepted]": ...


class Askable(Channel, Protocol):
    """A channel whose provider can be asked afterwards.

    Asking raises Refused and Unknown too; they speak of the question then, not of a letter.
    """

    def look_up(self, sought: "Sought") -> "StatusEvent | None": ...

    def look_through(
        self, sender: str, sought: Sequence["Sought"]
    ) -> Sequence["StatusEvent | None"]: ...

    def status(self, provider_id: str) -> "StatusEvent": ...

    def incoming(
        self, since: datetime, limit: int, recipient: str = ""
    ) -> Iterator["Incoming"]: ...


@dataclass(frozen=True)
class Sought:
    """A text that a provider may have taken: to whom, not before when, and words it holds."""

    to: str = field(repr=False)
    since: datetime
    marker: str = field(repr=False)


class Status(StrEnum):
    """What a provider says became of a letter it took."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"

    @property
    def rank(self) -> int:
        """Orders statuses that come late or twice: a higher rank is never taken back."""
        return _RANKS[self]


# Delivered is the highest: a phone that has the text has it, whatever was said before.
_RANKS = {
    Status.ACCEPTED: 0,
    Status.SENT: 1,
    Status.UNDELIVERED: 2,
    Status.DELIVERED: 3,
}


class Reason(StrEnum):
    """Why a letter did not arrive, in our words."""

    OPTED_OUT = "opted_out"
    COMPLAINT = "complaint"
    NOT_A_MOBILE = "not_a_mobile"
    UNKNOWN_NUMBER = "unknown_number"
    COUNTRY_OFF = "country_off"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    FILTERED = "filtered"
    HELD_BACK = "held_back"
    SENDER_FAULT = "sender_fault"
    ACCOUNT_FAULT = "account_fault"
    MESSAGE_FAULT = "message_fault"
    DOOR_FAULT = "door_fault"
    TOO_BUSY = "too_busy"
    CONGESTED = "congested"
    DAILY_LIMIT = "daily_limit"
    EXPIRED = "expired"
    UNREACHABLE_PROVIDER = "unreachable_provider"
    ADDRESS_REFUSED = "address_refused"
    MAILBOX_FULL = "mailbox_full"
    MAIL_NOT_TAKEN = "mail_not_taken"
    UNSURE = "unsure"
    UNEXPLAINED = "unexplained"


class Action(StrEnum):
    """What to do about it."""

    RETRY = "retry"  # the provider did not take it: again while there is time
    GIVE_UP = "give_up"  # no second letter for this occasion, the next one as usual
    OPT_OUT = "opt_out"  # the person wants no more: record it, only they undo it
    SUPPRESS = "suppress"  # stop for this address until a person changes it
    ALERT = "alert"  # give up on this one and tell the admin; the others go on
    ALERT_SENDER = "alert_sender"  # nothing of this sender can leave: pause it, tell the admin


@dataclass(frozen=True)
class Verdict:
    """A provider's code in our words. Suppress only after so many strikes in a row."""

    reason: Reason
    action: Action
    strikes: int = 1

    @property
    def permanent(self) -> bool:
        """Say whether sending the same letter again is pointless or harmful."""
        return self.action is not Action.RETRY


class Refused(Exception):
    """The provider did not take the letter. Holds a code, never a number or a text."""

    def __init__(self, code: str, verdict: Verdict) -> None:
        super().__init__(code, verdict)
        self.code = code
        self.verdict = verdict

    @property
    def reason(self) -> Reason:
        return self.verdict.reason

    @property
    def action(self) -> Action:
        return self.verdict.action

    @property
    def permanent(self) -> bool:
        return self.verdict.permanent

    def __str__(self) -> str:
        return f"{self.code} {self.reason}"


class Unknown(Exception):
    """The letter may or may not have been taken: it must not be sent again blindly."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class StatusEvent:
    """What became of one letter; `said` is the provider's own word, kept for the record."""

    provider_id: str
    status: Status
    code: str = ""
    said: str = ""
    verdict: Verdict | None = None


class OptOut(StrEnum):
    """The keyword a carrier has already acted upon."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True)
class Incoming:
    """One text from a phone. `at` is the provider's time, known only when it was asked for."""

    provider_id: str
    sender: str = field(repr=False)
    recipient: str
    text: str = field(repr=False)
    media: int = 0
    opt_out_type: OptOut | None = None
    account: str = ""
    at: datetime | None = None


class Leg(StrEnum):
    """How far a call has come."""

    RINGING = "ringing"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Call:
    """One call to a number of ours, when it comes and again when nobody or somebody took it."""

    provider_id: str
    sender: str = field(repr=False)
    recipient: str
    leg: Leg = Leg.RINGING
    account: str = ""


class Malformed(Exception):
    """A provider's request lacks what it must have; the word says which field."""


def in_words(reason: Reason) -> str:
    """Tell a therapist what happened and what to do now."""
    return _WORDS[reason]


_WORDS: Mapping[Reason, str] = {
    Reason.OPTED_OUT: "The patient has stopped our texts. Only a START from that phone brings "
    "them back; call, or use email if the patient wants it.",
    Reason.COMPLAINT: "The patient marked our email as unwanted, so no more goes out. "
    "Ask how they would like to be reminded.",
    Reason.NOT_A_MOBILE: "This number cannot get texts; it may be a landline. "
    "Ask for a mobile number, or use email.",
    Reason.UNKNOWN_NUMBER: "This number does not seem to be in use. Check it with the patient.",
    Reason.COUNTRY_OFF: "Texts to this country are switched off at the provider. "
    "Ask your admin to allow them, or use email.",
    Reason.UNREACHABLE: "The phone was off or had no signal. The next reminder goes as usual; "
    "if it happens again and again, check the number with the patient.",
    Reason.BLOCKED: "The phone or its carrier blocks our texts. "
    "Ask the patient to unblock our number, or use email.",
    Reason.FILTERED: "A spam filter stopped this message. Your admin has been told; "
    "call the patient if it cannot wait.",
    Reason.HELD_BACK: "A legal filter of the provider held this message back. "
    "Your admin has been told; call the patient if it cannot wait.",
    Reason.SENDER_FAULT: "The clinic's sending number or address is not ready to send. "
    "Nothing leaves until your admin has put it right.",
    Reason.ACCOUNT_FAULT: "The provider does not accept the clinic's account. "
    "Your admin has to put it right before messages can leave.",
    Reason.MESSAGE_FAULT: "The provider did not accept this message as it was written. "
    "Your admin has been told; call the patient if it cannot wait.",
    Reason.DOOR_FAULT: "The provider could not hand us a reply or a receipt. Your admin has "
    "been told; replies are fetched again by themselves.",
    Reason.TOO_BUSY: "The provider was too busy. We try again by ourselves while there is time.",
    Reason.CONGESTED: "The carrier had too much to do and dropped this message. "
    "An email takes over if the patient agreed to one; the next text goes as usual.",
    Reason.DAILY_LIMIT: "The clinic's daily limit of texts is used up. The next reminder goes "
    "as usual; ask your admin for a higher limit if this happens often.",
    Reason.EXPIRED: "The text could not be delivered in time and was dropped, so that it "
    "does not come late or at night. The next one goes as usual.",
    Reason.UNREACHABLE_PROVIDER: "We could not reach the provider. "
    "We try again by ourselves while there is time.",
    Reason.ADDRESS_REFUSED: "The mail server does not know this address. "
    "Check it with the patient.",
    Reason.MAILBOX_FULL: "The patient's mailbox is full. Tell the patient, or use texts.",
    Reason.MAIL_NOT_TAKEN: "The patient's mail server did not take the email in time. "
    "The next one goes as usual; if it happens again, check the address.",
    Reason.UNSURE: "We cannot tell whether this message arrived. It is not sent again, "
    "so that the patient does not get it twice; look for an answer, or call.",
    Reason.UNEXPLAINED: "The carrier did not deliver this message and did not say why. "
    "The next one goes as usual; if it happens again, check the number.",
}
