"""What does a Twilio error code mean for us, and what do we do about it?

Twilio warns that the codes of a cause may change, so this is data with a default for each door.
"""

from collections.abc import Mapping

from reminders.channels import Action, Reason, Verdict

CONNECT = Verdict(Reason.UNREACHABLE_PROVIDER, Action.RETRY)
EXPIRED = Verdict(Reason.EXPIRED, Action.GIVE_UP)

_TOO_MANY_REQUESTS = 429


def on_sending(status: int, code: int) -> Verdict:
    """Judge an error answered to a request; the HTTP status decides where the code says nothing."""
    if status == _TOO_MANY_REQUESTS:
        return _BUSY
    return VERDICTS.get(code) or _BY_STATUS.get(status, _OUR_FAULT)


def on_receipt(code: int) -> Verdict:
    """Judge an error that a receipt reports after the text had been taken.

    Whoever was too busy then has dropped it: a second text would meet the same crowd.
    """
    verdict = VERDICTS.get(code, _UNEXPLAINED)
    return _CONGESTED if verdict is _BUSY else verdict


_BUSY = Verdict(Reason.TOO_BUSY, Action.RETRY)
_CONGESTED = Verdict(Reason.CONGESTED, Action.GIVE_UP)
_OUR_FAULT = Verdict(Reason.MESSAGE_FAULT, Action.ALERT)
_ACCOUNT = Verdict(Reason.ACCOUNT_FAULT, Action.ALERT_SENDER)
_SENDER = Verdict(Reason.SENDER_FAULT, Action.ALERT_SENDER)
_DOOR = Verdict(Reason.DOOR_FAULT, Action.ALERT)
_HELD_BACK = Verdict(Reason.HELD_BACK, Action.ALERT)
_NOT_A_MOBILE = Verdict(Reason.NOT_A_MOBILE, Action.SUPPRESS)
_DAILY_LIMIT = Verdict(Reason.DAILY_LIMIT, Action.GIVE_UP)
_UNEXPLAINED = Verdict(Reason.UNEXPLAINED, Action.GIVE_UP)

# A redirect means that the base URL is wrong: our credentials never follow it.
_BY_STATUS: Mapping[int, Verdict] = dict.fromkeys(
    (301, 302, 303, 307, 308, 401, 402, 403, 404), _ACCOUNT
)

VERDICTS: Mapping[int, Verdict] = {
    # The account.
    20003: _ACCOUNT,
    20404: _ACCOUNT,
    20429: _BUSY,
    # Not a pause: on a trial account the verified numbers still get their texts.
    21608: Verdict(Reason.ACCOUNT_FAULT, Action.ALERT),
    30002: _ACCOUNT,
    # The sender.
    21212: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21609: _SENDER,
    21703: _SENDER,
    21704: _SENDER,
    21705: _SENDER,
    30024: _SENDER,
    30032: _SENDER,
    30033: _SENDER,
    30034: _SENDER,
    30035: _SENDER,
    # The message: one bad text must not silence a whole clinic.
    14107: _OUR_FAULT,
    20422: _OUR_FAULT,
    21602: _OUR_FAULT,
    21617: _OUR_FAULT,
    21620: _OUR_FAULT,
    35111: _OUR_FAULT,
    35114: _OUR_FAULT,
    35115: _OUR_FAULT,
    35116: _OUR_FAULT,
    35117: _OUR_FAULT,
    35118: _OUR_FAULT,
    63016: _OUR_FAULT,
    30007: Verdict(Reason.FILTERED, Action.ALERT),
    30047: _HELD_BACK,
    30610: _HELD_BACK,
    30640: _HELD_BACK,
    # The number.
    21211: Verdict(Reason.UNKNOWN_NUMBER, Action.SUPPRESS),
    21408: Verdict(Reason.COUNTRY_OFF, Action.SUPPRESS),
    21610: Verdict(Reason.OPTED_OUT, Action.OPT_OUT),
    21612: _NOT_A_MOBILE,
    21614: _NOT_A_MOBILE,
    30003: Verdict(Reason.UNREACHABLE, Action.SUPPRESS, strikes=3),
    30004: Verdict(Reason.BLOCKED, Action.SUPPRESS, strikes=2),
    30005: Verdict(Reason.UNKNOWN_NUMBER, Action.SUPPRESS, strikes=2),
    30006: _NOT_A_MOBILE,
    # Time and load.
    21611: _BUSY,
    30001: _BUSY,
    30017: _BUSY,
    30022: _BUSY,
    30450: _BUSY,
    # The cap of the day is not lifted inside a reminder's window.
    30023: _DAILY_LIMIT,
    30027: _DAILY_LIMIT,
    30036: EXPIRED,
    # Nobody knows: the phone may have it.
    30008: _UNEXPLAINED,
    30410: Verdict(Reason.UNSURE, Action.GIVE_UP),
    # Our own doors, seen only in Twilio's debugger.
    11200: _DOOR,
    11205: _DOOR,
    11321: _DOOR,
    12300: _DOOR,
    57012: _DOOR,
}
