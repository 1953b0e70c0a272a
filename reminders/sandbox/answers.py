"""How does the provider put a text, a page of texts or an error into JSON?"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import urlencode

from reminders.sandbox.values import Text
from reminders.sandbox.wire import Reply

API_VERSION = "2010-04-01"

# The provider repeats the number in some of its errors. So does this one: a log that must not
# hold numbers is put to the test.
_ERRORS: Mapping[int, tuple[int, str]] = MappingProxyType(
    {
        20003: (401, "Authenticate"),
        20004: (405, "Method not allowed"),
        20404: (404, "The requested resource was not found"),
        20422: (400, "Invalid parameter"),
        20429: (429, "Too Many Requests"),
        20500: (500, "An internal server error has occurred"),
        21211: (400, "The 'To' number {to} is not a valid phone number."),
        21212: (400, "The 'From' number {sender} is not a valid phone number or short code."),
        21408: (400, "Permission to send an SMS has not been enabled for the region of {to}."),
        21602: (400, "Message body is required."),
        21603: (400, "A 'From' phone number is required."),
        21604: (400, "A 'To' phone number is required."),
        21606: (400, "The 'From' phone number {sender} cannot send SMS for your account."),
        21609: (400, "The 'StatusCallback' URL is not a valid URL."),
        21610: (400, "Attempt to send to unsubscribed recipient"),
        21611: (400, "This 'From' number {sender} has exceeded its queue of messages."),
        21612: (400, "The 'To' phone number {to} is not reachable from {sender} via SMS."),
        21614: (400, "'To' number {to} is not a valid mobile number"),
        21617: (400, "The concatenated message body exceeds the 1600 character limit"),
        30409: (409, "This message cannot be canceled"),
        90007: (400, "Invalid validity period value"),
    }
)


def error(code: int, *, to: str = "", sender: str = "") -> Reply:
    """Refuse with one of the provider's codes."""
    status, message = _ERRORS[code]
    fields = {
        "code": code,
        "message": message.format(to=to, sender=sender),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return as_json(status, fields)


def as_json(status: int, fields: Mapping[str, object]) -> Reply:
    """Answer with JSON."""
    return Reply(status=status, body=json.dumps(fields).encode())


def message(text: Text, account: str) -> dict[str, object]:
    """Describe one text as the provider does."""
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{text.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": _rfc2822(text.at.replace(microsecond=0)),
        "date_sent": text.sent_at and _rfc2822(text.sent_at.replace(microsecond=0)),
        "date_updated": _rfc2822((text.changed_at or text.at).replace(microsecond=0)),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.sender,
        "messaging_service_sid": text.service or None,
        "num_media": str(text.media),
        "num_segments": str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


def numbers(found: Sequence[str], account: str, texts_to: str) -> Reply:
    """List the account's numbers that were asked for, as far as anybody looks at them."""
    rows = [
        {
            "account_sid": account,
            "phone_number": number,
            "sid": "PN" + "0" * 32,
            "sms_method": "POST",
            "sms_url": texts_to,
        }
        for number in found
    ]
    return as_json(200, {"incoming_phone_numbers": rows, "next_page_uri": None})


def page(
    texts: Sequence[Text], account: str, query: Mapping[str, str], *, size: int, more: bool
) -> Reply:
    """List one page; the way on is anchored to the last text, so that new ones shift nothing."""
    here = f"/{API_VERSION}/Accounts/{account}/Messages.json"
    number = int(query.get("Page", "0"))
    kept = {name: query[name] for name in query if name not in {"Page", "PageToken", "PageSize"}}
    on = {**kept, "PageSize": size, "Page": number + 1, "PageToken": _token(texts)}
    fields: dict[str, object] = {
        "messages": [message(text, account) for text in texts],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(len(texts) - 1, 0),
        "uri": f"{here}?{urlencode(query)}",
        "first_page_uri": f"{here}?{urlencode({**kept, 'PageSize': size, 'Page': 0})}",
        "previous_page_uri": None,
        "next_page_uri": f"{here}?{urlencode(on)}" if more else None,
    }
    return as_json(200, fields)


def _token(texts: Sequence[Text]) -> str:
    return f"PA{texts[-1].serial}" if texts else ""


@lru_cache(maxsize=256)
def _rfc2822(second: datetime) -> str:
    return format_datetime(second)
