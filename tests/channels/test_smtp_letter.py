"""Does a letter say what it must, to people and to machines, and nothing else?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from channel_mail_server import MailServer, running

from reminders.channels import Action, Outgoing, Reason, Refused
from reminders.channels.smtp import Security, SmtpChannel

TOKEN = "k" * 26
LETTER = Outgoing(
    to="ana@patient.example",
    sender="Clínica Maple, Inc. <reminders@maple.example>",
    text="¿Lista, Ana?\n.\nResponda por encima de esta línea.\n",
    attempt_id="att1",
    subject="Sus ejercicios de hoy: ¡ánimo!",
    html="<p>¿Lista, Ana?</p>",
    reply_to=f"reply+{TOKEN}@in.maple.example",
    unsubscribe_url="https://pt.maple.example/u/" + "t" * 120,
    date=datetime(2026, 3, 3, 14, 0, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server


@pytest.fixture
def arrived(server: MailServer) -> Iterator["Arrived"]:
    yield Arrived(server)
    server.taken.clear()


class Arrived:
    """Sends a letter and shows it as the mail server got it."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.channel = SmtpChannel(
            "127.0.0.1",
            server.port,
            security=Security.NONE,
            timeout=5,
            envelope_from="bounce@maple.example",
            domain="maple.example",
        )

    def raw(self, outgoing: Outgoing) -> bytes:
        self.channel.send(outgoing)
        content = self.server.taken[-1].content
        assert isinstance(content, bytes)
        return content

    def letter(self, outgoing: Outgoing) -> EmailMessage:
        letter = message_from_bytes(self.raw(outgoing), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        assert not letter.defects
        return letter


def test_text_and_html_arrive_as_written(arrived: Arrived) -> None:
    letter = arrived.letter(LETTER)

    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert letter.get_content_type() == "multipart/alternative"
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == LETTER.text.splitlines()
    assert html.get_content().strip() == LETTER.html


def test_a_letter_without_html_is_plain(arrived: Arrived) -> None:
    letter = arrived.letter(replace(LETTER, html=""))

    assert letter.get_content_type() == "text/plain"


def test_people_see_who_writes_and_why(arrived: Arrived) -> None:
    letter = arrived.letter(LETTER)

    [sender] = letter["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Clínica Maple, Inc.",
        "reminders@maple.example",
    )
    assert letter["To"] == "ana@patient.example"
    assert letter["Subject"] == LETTER.subject
    assert letter["Date"].datetime == LETTER.date


def test_an_answer_finds_its_way_by_the_token(arrived: Arrived) -> None:
    letter = arrived.letter(LETTER)

    assert letter["Reply-To"] == LETTER.reply_to
    assert letter["Message-ID"] == "<att1@maple.example>"


def test_one_click_unsubscribes_and_its_header_stands_on_one_line(arrived: Arrived) -> None:
    lines = arrived.raw(LETTER).split(b"\r\n")

    assert f"List-Unsubscribe: <{LETTER.unsubscribe_url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


@pytest.mark.parametrize(("automatic", "said"), [(False, "auto-generated"), (True, "auto-replied")])
def test_machines_are_told_not_to_answer(arrived: Arrived, automatic: bool, said: str) -> None:
    letter = arrived.letter(replace(LETTER, automatic=automatic))

    assert letter["Auto-Submitted"] == said
    assert letter["X-Auto-Response-Suppress"] == "All"


def test_an_answer_stands_in_its_thread(arrived: Arrived) -> None:
    asked = f"<{'m' * 120}@patient.example>"

    lines = arrived.raw(replace(LETTER, in_reply_to=asked)).split(b"\r\n")

    assert f"In-Reply-To: {asked}".encode() in lines
    assert f"References: {asked}".encode() in lines


@pytest.mark.parametrize(
    "odd", ["no brackets", "<a b@c>", "<a@b>\r\nBcc: x@y.example", "<é@b>", f"<{'m' * 300}@b>"]
)
def test_an_odd_thread_of_theirs_is_left_out(arrived: Arrived, odd: str) -> None:
    letter = arrived.letter(replace(LETTER, in_reply_to=odd))

    assert letter["In-Reply-To"] is None
    assert letter["Bcc"] is None


def test_what_is_not_given_is_not_said(arrived: Arrived) -> None:
    letter = arrived.letter(Outgoing("a@b.example", "c@d.example", "Hi", "att1"))

    for name in ("Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "Date"):
        assert letter[name] is None


def test_a_subject_cannot_begin_a_header(arrived: Arrived) -> None:
    letter = arrived.letter(replace(LETTER, subject="Hi\r\nBcc: x@y.example\n\nand a body"))

    assert letter["Subject"] == "Hi Bcc: x@y.example and a body"
    assert letter["Bcc"] is None


@pytest.mark.parametrize(
    ("change", "reason", "action"),
    [
        pytest.param(
            {"sender": "A\r\nBcc: x@y.example <a@b.example>"},
            Reason.SENDER_FAULT,
            Action.ALERT_SENDER,
            id="sender with a line of its own",
        ),
        pytest.param(
            {"sender": "Maple PT"},
            Reason.SENDER_FAULT,
            Action.ALERT_SENDER,
            id="sender without an address",
        ),
        pytest.param(
            {"reply_to": "reply+x@in.example\nBcc: x@y.example"},
            Reason.SENDER_FAULT,
            Action.ALERT_SENDER,
            id="answer address with a line of its own",
        ),
        pytest.param(
            {"unsubscribe_url": "https://x.example/u/t>\r\nBcc: x@y.example"},
            Reason.MESSAGE_FAULT,
            Action.ALERT,
            id="link with a line of its own",
        ),
        pytest.param(
            {"attempt_id": "a\r\nBcc: x@y.example"},
            Reason.MESSAGE_FAULT,
            Action.ALERT,
            id="id with a line of its own",
        ),
        pytest.param(
            {"to": "ana@patient.example, eve@x.example"},
            Reason.ADDRESS_REFUSED,
            Action.SUPPRESS,
            id="two addresses",
        ),
        pytest.param(
            {"to": "ana@patient.example\r\nBcc: x@y.example"},
            Reason.ADDRESS_REFUSED,
            Action.SUPPRESS,
            id="address with a line of its own",
        ),
        pytest.param(
            {"to": "josé@patient.example"},
            Reason.ADDRESS_REFUSED,
            Action.SUPPRESS,
            id="address that servers do not take",
        ),
        pytest.param({"to": "ana"}, Reason.ADDRESS_REFUSED, Action.SUPPRESS, id="no address"),
    ],
)
def test_a_letter_that_could_say_more_than_it_should_is_not_sent(
    server: MailServer,
    arrived: Arrived,
    change: dict[str, str],
    reason: Reason,
    action: Action,
) -> None:
    with pytest.raises(Refused) as refused:
        arrived.channel.send(replace(LETTER, **change))  # type: ignore[arg-type]

    assert (refused.value.reason, refused.value.action) == (reason, action)
    assert server.taken == []
