"""Was this webhook signed by our provider, and what does it say?"""

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

from reminders.channels import Call, Incoming, Leg, Malformed, OptOut, StatusEvent
from reminders.channels.twilio.values import storable, told, whole

LONGEST_NAME = 128
_RINGS_SECONDS = 25
# What the clinic's phone did; every other word means that nobody spoke.
_SPOKE = frozenset({"completed", "answered"})


def verify(
    url: str,
    form: Mapping[str, str],
    signature: str,
    tokens: Sequence[str],
    *,
    signature_settings: str = "",
) -> bool:
    """Say whether one of our tokens signed this request; whatever is odd was not signed.

    `signature_settings` is the header of shared-key webhooks. We hold no shared key: refuse it.
    """
    if signature_settings or not signature:
        return False
    try:
        # An empty token would let anybody sign.
        return any(RequestValidator(t).validate(url, form, signature) for t in tokens if t)
    except (TypeError, ValueError, LookupError, AttributeError):
        return False


def read_incoming(form: Mapping[str, str]) -> Incoming:
    """Read the webhook of a text that a phone has sent."""
    opt_out = form.get("OptOutType", "").upper()
    return Incoming(
        provider_id=_needed(form, "MessageSid", "SmsSid", "SmsMessageSid"),
        sender=_needed(form, "From"),
        recipient=_needed(form, "To"),
        text=storable(form.get("Body", "")),
        media=whole(form.get("NumMedia")),
        opt_out_type=OptOut(opt_out) if opt_out in OptOut.__members__ else None,
        account=form.get("AccountSid", ""),
    )


def read_status(form: Mapping[str, str]) -> StatusEvent:
    """Read the webhook of a receipt."""
    return told(
        _needed(form, "MessageSid", "SmsSid"),
        _needed(form, "MessageStatus", "SmsStatus"),
        form.get("ErrorCode", ""),
    )


def read_call(form: Mapping[str, str]) -> Call:
    """Read the webhook of a call, when it comes in and when the clinic's phone has rung."""
    rang = form.get("DialCallStatus", "").lower()
    leg = Leg.ANSWERED if rang in _SPOKE else Leg.UNANSWERED
    return Call(
        provider_id=_needed(form, "CallSid"),
        sender=storable(form.get("From", "")).strip()[:LONGEST_NAME],
        recipient=_needed(form, "To"),
        leg=leg if rang else Leg.RINGING,
        account=form.get("AccountSid", ""),
    )


def put_through(number: str, afterwards: str) -> str:
    """Ring another phone (TwiML); the webhook `afterwards` hears how that ended."""
    answer = VoiceResponse()
    # Without answer_on_bridge the caller would pay and hear silence while it rings.
    answer.dial(number, action=afterwards, timeout=_RINGS_SECONDS, answer_on_bridge=True)
    return str(answer)


def said_aloud(text: str, voice: str) -> str:
    """Say a sentence to a caller (TwiML) and hang up; `voice` is a language like "es-MX"."""
    answer = VoiceResponse()
    answer.say(text, language=voice)
    return str(answer)


def spoken(text: str) -> str:
    """Say one text in the very answer to a webhook (TwiML), where no other way is left."""
    answer = MessagingResponse()
    answer.message(text)
    return str(answer)


def _needed(form: Mapping[str, str], *names: str) -> str:
    """The first of these that says something; no id or address is longer than a column of ours."""
    for name in names:
        if value := storable(form.get(name, "")).strip():
            if len(value) <= LONGEST_NAME:
                return value
            break
    raise Malformed(names[0])
