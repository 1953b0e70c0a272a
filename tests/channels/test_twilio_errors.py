"""Does each error code lead to the right act?"""

import pytest

from reminders.channels import Action, Reason, in_words
from reminders.channels.twilio_errors import VERDICTS, on_receipt, on_sending

STOP_THE_SENDER = (20003, 20404, 21212, 21603, 21606, 21609, 21703, 21704, 21705)
STOP_THE_SENDER += (30002, 30024, 30032, 30033, 30034, 30035)
TELL_THE_ADMIN = (20422, 21602, 21608, 21617, 21620, 14107, 30007, 30047, 30610, 30640, 63016)
TELL_THE_ADMIN += (35111, 35114, 35115, 35116, 35117, 35118, 11200, 11205, 12300, 11321, 57012)
STOP_THE_NUMBER = (21211, 21408, 21612, 21614, 30003, 30004, 30005, 30006)
AGAIN = (20429, 21611, 30001, 30017, 30022, 30450)
NOT_AGAIN = (30008, 30023, 30027, 30036, 30410)

EXPECTED = {
    **dict.fromkeys(STOP_THE_SENDER, Action.ALERT_SENDER),
    **dict.fromkeys(TELL_THE_ADMIN, Action.ALERT),
    **dict.fromkeys(STOP_THE_NUMBER, Action.SUPPRESS),
    **dict.fromkeys(AGAIN, Action.RETRY),
    **dict.fromkeys(NOT_AGAIN, Action.GIVE_UP),
    21610: Action.OPT_OUT,
}


@pytest.mark.parametrize(("code", "action"), EXPECTED.items(), ids=str)
def test_a_known_code_leads_to_an_act_and_to_words(code: int, action: Action) -> None:
    verdict = on_sending(400, code)

    assert verdict.action is action
    assert in_words(verdict.reason)


@pytest.mark.parametrize("code", AGAIN)
def test_a_text_that_was_taken_and_dropped_in_a_crowd_is_not_sent_into_it_again(code: int) -> None:
    verdict = on_receipt(code)

    assert (verdict.reason, verdict.action) == (Reason.CONGESTED, Action.GIVE_UP)
    assert in_words(verdict.reason)


def test_the_table_holds_no_code_that_this_test_does_not_know() -> None:
    assert set(VERDICTS) == set(EXPECTED)


@pytest.mark.parametrize(("code", "strikes"), [(30003, 3), (30004, 2), (30005, 2), (30006, 1)])
def test_a_phone_that_may_come_back_is_given_more_than_one_chance(code: int, strikes: int) -> None:
    assert on_receipt(code).strikes == strikes


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(21610, Reason.OPTED_OUT, id="opted out"),
        pytest.param(21614, Reason.NOT_A_MOBILE, id="not a mobile"),
        pytest.param(30006, Reason.NOT_A_MOBILE, id="landline"),
        pytest.param(30007, Reason.FILTERED, id="carrier spam filter"),
        pytest.param(30034, Reason.SENDER_FAULT, id="number not registered"),
        pytest.param(30036, Reason.EXPIRED, id="our own time limit"),
        pytest.param(30410, Reason.UNSURE, id="nobody knows"),
    ],
)
def test_a_code_says_why(code: int, reason: Reason) -> None:
    assert on_receipt(code).reason is reason


@pytest.mark.parametrize(
    ("status", "action"),
    [
        pytest.param(400, Action.ALERT, id="bad request"),
        pytest.param(401, Action.ALERT_SENDER, id="not let in"),
        pytest.param(403, Action.ALERT_SENDER, id="forbidden"),
        pytest.param(307, Action.ALERT_SENDER, id="redirect"),
        pytest.param(429, Action.RETRY, id="too many requests"),
    ],
)
def test_a_new_code_at_sending_is_judged_by_the_status(status: int, action: Action) -> None:
    assert on_sending(status, 99_999).action is action


def test_too_many_requests_is_always_safe_to_repeat_whatever_the_code() -> None:
    assert on_sending(429, 20003).action is Action.RETRY


def test_a_new_code_in_a_receipt_never_sends_the_text_again() -> None:
    verdict = on_receipt(99_999)

    assert (verdict.reason, verdict.action) == (Reason.UNEXPLAINED, Action.GIVE_UP)
