"""Does a letter that came back lead to the right act?"""

import pytest

from reminders.channels import Action, Reason
from reminders.channels.mail import Bounce, read

TOKEN = "att1att1att1"


def report(fields: str, kind: str = "delivery-status") -> bytes:
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.patient.example>
To: bounce+{TOKEN.upper()}@in.maple.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.patient.example>
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

The following message could not be delivered. 0-10

--b
Content-Type: message/{kind}

{fields}
--b
Content-Type: text/rfc822-headers

Received: from x
Message-ID: <att1@maple.example>
Subject: Maple PT

--b--
""".encode()


def failed(status: str, action: str = "failed") -> str:
    return f"""\
Reporting-MTA: dns; mx.patient.example

Final-Recipient: rfc822; ana@patient.example
Action: {action}
Status: {status} (detail)
Diagnostic-Code: smtp; 550 no such user
"""


def bounce_of(raw: bytes) -> Bounce:
    bounce = read(raw).bounce
    assert bounce is not None
    return bounce


def test_a_bounce_names_the_letter_it_is_about() -> None:
    got = read(report(failed("5.1.1")))

    bounce = got.bounce
    assert bounce is not None
    assert bounce.original_id == "<att1@maple.example>"
    assert bounce.token == TOKEN
    assert (bounce.action, bounce.status, bounce.permanent) == ("failed", "5.1.1", True)
    assert got.automatic
    assert not got.malformed


@pytest.mark.parametrize(
    ("status", "reason", "action", "strikes"),
    [
        pytest.param("5.1.1", Reason.ADDRESS_REFUSED, Action.SUPPRESS, 1, id="no such user"),
        pytest.param("5.2.2", Reason.MAILBOX_FULL, Action.SUPPRESS, 3, id="mailbox full"),
        pytest.param("4.2.2", Reason.MAILBOX_FULL, Action.SUPPRESS, 3, id="full for days"),
        pytest.param("4.4.7", Reason.MAIL_NOT_TAKEN, Action.SUPPRESS, 3, id="tried for days"),
        pytest.param("5.4.4", Reason.ADDRESS_REFUSED, Action.SUPPRESS, 2, id="no such domain"),
        pytest.param("5.7.1", Reason.FILTERED, Action.ALERT, 1, id="their policy"),
        pytest.param("5.0.0", Reason.ADDRESS_REFUSED, Action.SUPPRESS, 1, id="no details"),
        pytest.param("nonsense", Reason.MAIL_NOT_TAKEN, Action.SUPPRESS, 3, id="no status"),
    ],
)
def test_a_bounce_leads_to_an_act(
    status: str, reason: Reason, action: Action, strikes: int
) -> None:
    verdict = bounce_of(report(failed(status))).verdict

    assert verdict is not None
    assert (verdict.reason, verdict.action, verdict.strikes) == (reason, action, strikes)


def test_a_letter_that_is_only_late_leads_to_nothing() -> None:
    bounce = bounce_of(report(failed("4.4.1", action="delayed")))

    assert (bounce.action, bounce.verdict, bounce.permanent) == ("delayed", None, False)


def test_a_report_of_success_is_no_bounce() -> None:
    got = read(report(failed("2.0.0", action="delivered")))

    assert got.bounce is None
    assert got.automatic


def test_a_complaint_is_an_opt_out() -> None:
    bounce = bounce_of(report("Feedback-Type: abuse\nVersion: 1\n", kind="feedback-report"))

    assert bounce.original_id == "<att1@maple.example>"
    assert bounce.verdict is not None
    assert (bounce.verdict.reason, bounce.verdict.action) == (Reason.COMPLAINT, Action.OPT_OUT)


def test_an_older_kind_of_bounce_is_read_too() -> None:
    raw = (
        b"From: Mail Delivery Subsystem <mailer-daemon@x.example>\n"
        b"X-Failed-Recipients: ana@patient.example\nMessage-ID: <b2@x.example>\n\n"
        b"Address not found\n\n----- Original message -----\n\nMessage-ID: <att1@maple.example>\n"
    )

    bounce = bounce_of(raw)

    assert (bounce.status, bounce.original_id) == ("5.0.0", "<att1@maple.example>")


@pytest.mark.parametrize("fields", ["", "\x00", "Action: failed", "Status: 5.1.1"])
def test_a_broken_report_raises_nothing(fields: str) -> None:
    assert read(report(fields)).automatic


def test_a_mail_of_a_person_is_no_bounce() -> None:
    assert read(b"From: ana@patient.example\n\nDone 3").bounce is None
