"""Can the provider and the mail server be tried without anything being sent?"""

from pathlib import Path

import pytest
from channel_mail_server import DROP, MailServer, certificate, running
from channel_provider import ACCOUNT, Provider

from reminders.channels import Reason, Refused, Unknown
from reminders.channels.smtp import Security, SmtpChannel
from reminders.channels.twilio import OurNumber, TwilioChannel

NUMBER = "+15550109999"
HERE = "https://exercise.example.org/hooks/text"


def mail_to(port: int, **more: object) -> SmtpChannel:
    settings: dict[str, object] = {
        "security": Security.NONE,
        "timeout": 5.0,
        "envelope_from": "bounce+{attempt_id}@in.maple.example",
        "domain": "maple.example",
    }
    return SmtpChannel("127.0.0.1", port, **settings | more)  # type: ignore[arg-type]


# The mail server


def test_the_mail_server_sees_a_sender_who_signs_in_and_no_letter(tmp_path: Path) -> None:
    keys, server = certificate(tmp_path), MailServer()
    asks = {"authenticator": server.authenticator, "auth_required": True}

    with running(server, tls_context=keys.server, **asks):
        way = {"security": Security.STARTTLS, "tls": keys.client}
        mail_to(server.port, username="desk", password="right", **way).try_out()

    assert (server.signed_in, server.secured, server.taken) == ("desk", True, [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.8 no such sender", Reason.SENDER_FAULT),
        ("451 4.3.2 later", Reason.TOO_BUSY),
        (DROP, Reason.UNREACHABLE_PROVIDER),
    ],
    ids=["refused", "busy", "dropped"],
)
def test_a_sender_that_is_not_taken_is_refused(answer: str, reason: Reason) -> None:
    with running(MailServer(sender=answer)) as server, pytest.raises(Refused) as refused:
        mail_to(server.port).try_out()

    assert refused.value.reason is reason


def test_a_wrong_password_is_the_accounts_fault(tmp_path: Path) -> None:
    keys, server = certificate(tmp_path), MailServer()
    asks = {"authenticator": server.authenticator, "auth_required": True}

    with running(server, tls_context=keys.server, **asks), pytest.raises(Refused) as refused:
        way = {"security": Security.STARTTLS, "tls": keys.client}
        mail_to(server.port, username="desk", password="wrong", **way).try_out()

    assert refused.value.reason is Reason.ACCOUNT_FAULT


# The provider


def test_a_number_is_asked_for_by_a_question_that_sends_nothing(
    provider: Provider, channel: TwilioChannel
) -> None:
    row = {"sid": "PN1", "phone_number": NUMBER, "sms_url": f"{HERE}#rc=3", "sms_method": "POST"}
    provider.says(200, {"incoming_phone_numbers": [row], "next_page_uri": None})

    found = channel.our_number(NUMBER)

    assert found == OurNumber(f"{HERE}#rc=3", "POST")
    [asked] = provider.asked
    assert asked.method == "GET"
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"
    assert asked.query["PhoneNumber"] == NUMBER


def test_a_number_of_nobody_is_not_ours(provider: Provider, channel: TwilioChannel) -> None:
    provider.says(200, {"incoming_phone_numbers": [], "next_page_uri": None})

    assert channel.our_number(NUMBER) is None


def test_an_account_that_is_not_let_in_is_refused(
    provider: Provider, channel: TwilioChannel
) -> None:
    provider.says(401, {"code": 20003, "message": "Authenticate"})

    with pytest.raises(Refused) as refused:
        channel.our_number(NUMBER)

    assert refused.value.reason is Reason.ACCOUNT_FAULT


def test_what_cannot_be_read_is_unknown(provider: Provider, channel: TwilioChannel) -> None:
    provider.says(200, "<html>Welcome</html>")

    with pytest.raises(Unknown):
        channel.our_number(NUMBER)


@pytest.mark.parametrize(
    ("number", "leads"),
    [
        (OurNumber(HERE, "POST"), True),
        (OurNumber(f"{HERE}#rc=3&rp=ct,rt,5xx", "post"), True),
        (OurNumber(HERE, "GET"), False),
        (OurNumber(f"{HERE}/", "POST"), False),
        (OurNumber("", ""), False),
    ],
)
def test_a_number_leads_here_by_the_exact_address_and_post(
    number: OurNumber, *, leads: bool
) -> None:
    assert number.leads_to(HERE) is leads
