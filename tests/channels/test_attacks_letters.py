"""Can anybody write a header, a recipient or a second letter into a letter of ours?"""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from channel_mail_server import MailServer, running

from reminders.channels import Outgoing, Refused
from reminders.channels.smtp.channel import Security, SmtpChannel
from reminders.channels.smtp.letter import compose

SLY = (
    "Maple\r\nBcc: thief@evil.example",
    "Maple\nBcc: thief@evil.example",
    "Maple\rBcc: thief@evil.example",
    "Maple\r\n\r\n<script>evil()</script>",
    "Maple\r\n.\r\nMAIL FROM:<thief@evil.example>",
    "Maple\u2028Bcc: thief@evil.example",
    "Maple\x85Bcc: thief@evil.example",
    "Maple\0Bcc: thief@evil.example",
    "=?utf-8?q?Maple=0D=0ABcc:_thief@evil.example?=",
    "Maple\u202e\u0007Bcc: thief@evil.example",
)
PLAIN = {
    "to": "ana@example.org",
    "sender": "Maple PT <care@maplept.example>",
    "text": "Time for your exercises.",
    "attempt_id": "a" * 26,
    "subject": "Maple PT: exercises",
}


def written(**changes: str) -> EmailMessage:
    """What a mail server and the reader's program make of the letter."""
    letter = compose(Outgoing(**PLAIN | changes), "in.maplept.example").as_bytes()
    read = message_from_bytes(letter, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def addressed_to_ana_alone(letter: EmailMessage) -> bool:
    return letter["To"] == "ana@example.org" and letter["Bcc"] is None and letter["Cc"] is None


@pytest.mark.parametrize("sly", SLY, ids=repr)
def test_a_subject_stays_a_subject(sly: str) -> None:
    letter = written(subject=sly)

    assert addressed_to_ana_alone(letter)
    assert "Maple" in str(letter["Subject"]) and "\n" not in str(letter["Subject"])
    assert letter.get_content().strip() == PLAIN["text"]


@pytest.mark.parametrize("sly", SLY, ids=repr)
@pytest.mark.parametrize("field", ["to", "sender", "reply_to", "attempt_id", "unsubscribe_url"])
def test_an_address_that_is_more_than_one_is_refused(field: str, sly: str) -> None:
    try:
        letter = written(**{field: f"{sly} <care@maplept.example>"})
    except Refused:
        return

    assert field in {"sender", "reply_to"}, "only a name may hold odd letters"
    assert addressed_to_ana_alone(letter)


@pytest.mark.parametrize("sly", SLY, ids=repr)
def test_the_thread_of_an_answer_takes_no_header_along(sly: str) -> None:
    for written_to in (f"<a@b>{sly}", f"<{sly}@b>", f"<{''.join(sly.split())}@b>"):
        letter = written(in_reply_to=written_to)

        assert addressed_to_ana_alone(letter)
        assert "\n" not in str(letter["In-Reply-To"])


@pytest.mark.parametrize("sly", SLY, ids=repr)
def test_the_text_of_a_letter_ends_where_it_ends(sly: str) -> None:
    with running(MailServer()) as server:
        channel = SmtpChannel(
            "127.0.0.1",
            server.port,
            security=Security.NONE,
            timeout=5,
            envelope_from="bounce+{attempt_id}@in.maplept.example",
            domain="in.maplept.example",
        )
        channel.send(Outgoing(**PLAIN | {"text": f"{sly}\r\n.\r\nQUIT\r\n"}))

    [envelope] = server.taken
    assert envelope.rcpt_tos == ["ana@example.org"]
    assert addressed_to_ana_alone(message_from_bytes(envelope.content, policy=default))


@pytest.mark.parametrize(
    "to",
    [
        "ana@example.org, thief@evil.example",
        "ana@example.org>\r\nRCPT TO:<thief@evil.example",
        "ana@example.org thief@evil.example",
        "<ana@example.org>",
        '"ana@example.org,"@evil.example\n',
        "ana@example.org\0",
        "ana@exämple.org",
        "=?utf-8?q?a=0D=0ABcc=3A_thief=40evil.example?=@example.org",
        "@example.org",
        "a" * 70 + "@example.org",
    ],
)
def test_a_letter_goes_to_one_address_or_to_none(to: str) -> None:
    with pytest.raises(Refused):
        written(to=to)
