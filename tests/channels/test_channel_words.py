"""Do a provider's answers carry words that a therapist can act on, and nothing personal?"""

import pickle
from datetime import UTC, datetime

import pytest

from reminders.channels import (
    Action,
    Incoming,
    Outgoing,
    Reason,
    Refused,
    Status,
    Verdict,
    in_words,
)

OUTGOING = Outgoing(
    to="+15550100001",
    sender="+15550109999",
    text="Time for your exercises, Ana",
    attempt_id="a1",
    subject="Hello Ana",
    reply_to="reply+abc@in.example",
    date=datetime(2026, 3, 3, tzinfo=UTC),
)


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_is_a_short_text_without_codes(reason: Reason) -> None:
    words = in_words(reason)

    assert 30 < len(words) < 200
    assert words.endswith(".")
    assert not any(sign.isdigit() for sign in words)


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_tells_what_to_do_or_that_nothing_is_to_be_done(reason: Reason) -> None:
    words = in_words(reason).lower()

    what_to_do = ("call", "ask", "check", "use email", "use texts", "tell the patient", "admin")
    nothing_to_do = ("by ourselves", "goes as usual")
    assert any(word in words for word in what_to_do + nothing_to_do)


def test_a_letter_hides_who_and_what_when_it_is_printed() -> None:
    printed = repr(OUTGOING)

    assert "a1" in printed
    for secret in ("+15550100001", "Ana", "reply+"):
        assert secret not in printed


def test_an_incoming_text_hides_who_and_what_when_it_is_printed() -> None:
    printed = repr(Incoming("SM1", "+15550100001", "+15550109999", "pain 8"))

    assert "SM1" in printed
    assert "+15550100001" not in printed
    assert "pain" not in printed


@pytest.mark.parametrize("action", Action, ids=str)
def test_only_a_retry_is_not_permanent(action: Action) -> None:
    refused = Refused("1", Verdict(Reason.TOO_BUSY, action))

    assert refused.permanent is (action is not Action.RETRY)


def test_a_refusal_prints_its_code_and_reason_and_survives_a_queue() -> None:
    refused = Refused("21610", Verdict(Reason.OPTED_OUT, Action.OPT_OUT))

    copy = pickle.loads(pickle.dumps(refused))

    assert str(copy) == "21610 opted_out"
    assert (copy.code, copy.reason, copy.action) == ("21610", Reason.OPTED_OUT, Action.OPT_OUT)


def test_a_delivery_outranks_a_failure_which_outranks_being_under_way() -> None:
    ranked = sorted(Status, key=lambda status: status.rank)

    assert ranked == [Status.ACCEPTED, Status.SENT, Status.UNDELIVERED, Status.DELIVERED]
