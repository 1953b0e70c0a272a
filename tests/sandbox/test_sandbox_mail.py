"""Does the mail server take letters, refuse them and bring answers back as a real one does?"""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from smtplib import (
    SMTP,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
from sandbox_receiver import Answer, Receiver, ask
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from reminders.sandbox import (
    Behaviour,
    Create,
    Direction,
    Mail,
    MailFault,
    Quote,
    Sandbox,
    SandboxSettings,
)

PATIENT = "ana@patient.example"
REPLY_TO = "reply+abc@clinic.example"


@pytest.fixture
def post(sandbox: Sandbox) -> Iterator[SMTP]:
    with SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as line:
        yield line


def letter(to: str = PATIENT, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Maple PT <reminders@clinic.example>"
    message["To"] = to
    message["Subject"] = "Time for today's exercises"
    message["Message-ID"] = "<attempt@clinic.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello Ana.\nPain 0-10?\n")
    message.add_alternative("<p>Hello Ana.</p>", subtype="html")
    return message


def answered(application: Receiver) -> EmailMessage:
    call = application.next_call()
    assert call.headers["Content-Type"] == "message/rfc822"
    return message_from_bytes(call.body, policy=policy.default)


def words(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_letter_is_kept_with_its_parts_and_its_time(
    post: SMTP, sandbox: Sandbox, settings: SandboxSettings
) -> None:
    post.send_message(letter(X_Test="yes"))

    [mail] = sandbox.mails("Ana@Patient.example")
    assert (mail.sender, mail.to) == ("reminders@clinic.example", PATIENT)
    assert mail.subject == "Time for today's exercises"
    assert mail.message_id == "<attempt@clinic.example>"
    assert "Pain 0-10?" in mail.text
    assert "<p>Hello Ana.</p>" in mail.html
    assert (mail.header("X-Test"), mail.header("X-Absent")) == ("yes", "")
    assert mail.at == settings.now()
    assert mail.direction is Direction.OUTBOUND


def test_everyone_gets_a_copy(post: SMTP, sandbox: Sandbox) -> None:
    post.send_message(letter(), to_addrs=[PATIENT, "ben@patient.example"])

    assert len(sandbox.mails(PATIENT)) == len(sandbox.mails("ben@patient.example")) == 1


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("bounce@patient.example", 550, b"5.1.1"),
        ("BUSY@patient.example", 451, b"4.2.1"),
    ],
)
def test_the_magic_addresses_refuse(
    post: SMTP, sandbox: Sandbox, address: str, code: int, words: bytes
) -> None:
    with pytest.raises(SMTPRecipientsRefused) as refused:
        post.send_message(letter(address))

    [(status, said)] = refused.value.recipients.values()
    assert status == code
    assert said.startswith(words)
    assert sandbox.mails(address) == ()


def test_a_letter_over_the_limit_is_refused_before_it_is_sent(settings: SandboxSettings) -> None:
    with (
        Sandbox(replace(settings, mail_bytes=100)) as sandbox,
        SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as line,
        pytest.raises(SMTPSenderRefused) as refused,
    ):
        line.send_message(letter())

    assert refused.value.smtp_code == 552


def test_a_busy_server_takes_nothing_for_now(post: SMTP, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(mail=MailFault.BUSY, times=1))

    with pytest.raises(SMTPDataError) as refused:
        post.send_message(letter())
    post.send_message(letter())

    assert refused.value.smtp_code == 451
    assert len(sandbox.mails(PATIENT)) == 1


def test_a_fault_meant_for_texts_is_not_used_up_by_a_letter(
    post: SMTP, sandbox: Sandbox, client: Client
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))

    post.send_message(letter())

    with pytest.raises(TwilioRestException):
        client.messages.create(to="+14155550100", from_="+15017122661", body="Time.")
    assert len(sandbox.mails(PATIENT)) == 1


def test_a_dropped_line_leaves_the_letter_taken(sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(mail=MailFault.ACCEPTED_THEN_DROP, latency_ms=1, times=1))
    line = SMTP("127.0.0.1", sandbox.smtp_port, timeout=5)

    with pytest.raises((SMTPServerDisconnected, ConnectionError)):
        line.send_message(letter())
    line.close()

    assert len(sandbox.mails(PATIENT)) == 1


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        (Quote.GMAIL, "On Tue, Mar 3, 2026 at 02:00 PM Maple PT <reminders@clinic.example> wrote:"),
        (
            Quote.GMAIL_SPANISH,
            "El mar, 3 mar 2026 a las 14:00, Maple PT <reminders@clinic.example> escribió:",
        ),
        (Quote.OUTLOOK, "-----Original Message-----"),
    ],
)
def test_an_answer_quotes_the_letter_it_answers(
    post: SMTP, sandbox: Sandbox, application: Receiver, quote: Quote, quoted: str
) -> None:
    post.send_message(letter())

    heard = sandbox.mail_in(
        REPLY_TO, PATIENT, "DONE 3", in_reply_to="<attempt@clinic.example>", quote=quote
    )

    answer = answered(application)
    assert heard.status == 200
    assert (answer["From"], answer["To"]) == (PATIENT, REPLY_TO)
    assert answer["Subject"] == "Re: Time for today's exercises"
    assert answer["In-Reply-To"] == answer["References"] == "<attempt@clinic.example>"
    lines = words(answer).splitlines()
    assert lines[0] == "DONE 3"
    assert quoted in lines
    assert any(line.endswith("Pain 0-10?") for line in lines)
    html = answer.get_body(("html",))
    assert html is not None
    assert "gmail_quote" in html.get_content()


def test_an_answer_may_leave_the_quote_out(
    post: SMTP, sandbox: Sandbox, application: Receiver
) -> None:
    post.send_message(letter())

    sandbox.mail_in(
        REPLY_TO, PATIENT, "DONE 3", in_reply_to="<attempt@clinic.example>", quote=Quote.NONE
    )

    assert words(answered(application)).strip() == "DONE 3"


def test_an_answer_to_a_letter_that_nobody_has_quotes_nothing(
    sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.mail_in(REPLY_TO, PATIENT, "¡Listo!", in_reply_to="<lost@clinic.example>")

    answer = answered(application)
    assert words(answer).strip() == "¡Listo!"
    assert answer["In-Reply-To"] == "<lost@clinic.example>"


def test_headers_are_added_and_replaced(sandbox: Sandbox, application: Receiver) -> None:
    headers = {"Auto-Submitted": "auto-replied", "Subject": "Away", "Message-ID": "<m@x.example>"}

    sandbox.mail_in(REPLY_TO, PATIENT, "I am away.", headers=headers)

    answer = answered(application)
    assert {name: answer[name] for name in headers} == headers
    assert len(answer.get_all("Subject", [])) == 1


def test_the_answer_is_kept_with_the_person_who_wrote_it(post: SMTP, sandbox: Sandbox) -> None:
    post.send_message(letter())
    sandbox.mail_in(REPLY_TO, PATIENT, "DONE")

    asked, said = sandbox.mails(PATIENT)

    assert (asked.direction, said.direction) == (Direction.OUTBOUND, Direction.INBOUND)
    assert said.to == REPLY_TO


def test_one_click_posts_to_the_address_in_the_letter(
    post: SMTP, sandbox: Sandbox, application: Receiver
) -> None:
    where = f"<{application.url}/u/token>, <mailto:stop@clinic.example>"
    post.send_message(
        letter(List_Unsubscribe=where, List_Unsubscribe_Post="List-Unsubscribe=One-Click")
    )
    [mail] = sandbox.mails(PATIENT)

    pressed = sandbox.unsubscribe(mail)

    call = application.next_call()
    assert pressed.status == 200
    assert call.url == f"{application.url}/u/token"
    assert call.form == {"List-Unsubscribe": "One-Click"}
    assert "Cookie" not in call.headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing offered"),
        pytest.param({"List_Unsubscribe": "<http://127.0.0.1/u/x>"}, id="not by one click"),
        pytest.param(
            {
                "List_Unsubscribe": "<mailto:stop@clinic.example>",
                "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
            },
            id="by mail only",
        ),
        pytest.param(
            {
                "List_Unsubscribe": "<https://clinic.example/u/x>",
                "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
            },
            id="on another machine",
        ),
    ],
)
def test_one_click_needs_a_letter_that_offers_it(
    sandbox: Sandbox, settings: SandboxSettings, headers: dict[str, str]
) -> None:
    raw = letter(**headers).as_bytes()
    mail = Mail(Direction.OUTBOUND, "reminders@clinic.example", PATIENT, raw, settings.now())

    with pytest.raises(ValueError, match=r"one-click|no address|this machine"):
        sandbox.unsubscribe(mail)


def test_an_application_that_refuses_a_letter_says_so(
    sandbox: Sandbox, application: Receiver
) -> None:
    application.default = Answer(403)

    assert sandbox.mail_in(REPLY_TO, PATIENT, "DONE").status == 403


def test_another_process_sees_the_letters(post: SMTP, sandbox: Sandbox) -> None:
    post.send_message(letter())

    status, seen = ask(sandbox.base_url, "GET", "/sandbox/mails")

    assert (status, seen["count"]) == (200, 1)
    assert seen["mails"][0]["message_id"] == "<attempt@clinic.example>"
