"""Is every mail read as it was meant, and none able to hurt?"""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from reminders.channels.mail import MailIn, read

TOKEN = "abcdefghjkmnpqrstvwxyz2345"
MARKER = ("Reply above this line",)


def mail(text: str = "Done 3", html: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    given = {
        "From": "Ana Ruiz <Ana@Patient.example>",
        "To": f"Maple PT <reply+{TOKEN}@in.maple.example>",
        "Subject": "Re: Maple PT",
        "Message_ID": "<m1@patient.example>",
        **headers,
    }
    for name, value in given.items():
        if value:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_a_reply_is_read() -> None:
    got = read(mail(In_Reply_To="<att1@maple.example>").as_bytes(), MARKER)

    assert got == MailIn(
        message_id="<m1@patient.example>",
        sender="ana@patient.example",
        recipients=(f"reply+{TOKEN}@in.maple.example",),
        token=TOKEN,
        text="Done 3",
        whole=got.whole,
        subject="Re: Maple PT",
        in_reply_to="<att1@maple.example>",
    )


@pytest.mark.parametrize(
    "to",
    [
        pytest.param(f"REPLY+{TOKEN.upper()}@IN.MAPLE.EXAMPLE", id="in capitals"),
        pytest.param(f"x@y.example, reply+{TOKEN}@in.maple.example", id="beside another"),
        pytest.param(f'"reply+no@x" <reply+{TOKEN}@in.maple.example>', id="with an odd name"),
    ],
)
def test_the_token_is_found(to: str) -> None:
    assert read(mail(To=to).as_bytes()).token == TOKEN


@pytest.mark.parametrize("name", ["Cc", "Delivered_To", "X_Original_To", "Envelope_To"])
def test_the_token_is_found_in_every_place_of_a_recipient(name: str) -> None:
    message = mail(**{"To": "clinic@maple.example", name: f"reply+{TOKEN}@in.maple.example"})

    assert read(message.as_bytes()).token == TOKEN


def test_a_mail_without_a_token_is_read_all_the_same() -> None:
    got = read(mail(To="clinic@maple.example").as_bytes())

    assert (got.token, got.text, got.malformed) == ("", "Done 3", False)


def test_the_plain_text_is_preferred() -> None:
    got = read(mail("Done 3", "<p>Done 4</p>").as_bytes())

    assert got.text == "Done 3"


def test_html_is_read_where_there_is_no_plain_text() -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = "ana@patient.example"
    message.set_content("<p>Done&nbsp;3</p>", subtype="html")

    assert read(message.as_bytes()).text == "Done 3"


def test_html_is_read_where_the_plain_text_is_empty() -> None:
    assert read(mail("\n \n", "<p>Done 4</p>").as_bytes()).text == "Done 4"


def test_all_there_was_is_kept_beside_the_own_words() -> None:
    text = "Done 3\n\nOn Mar 3, 2026, at 9:00, Maple PT wrote:\n> Reply above this line\n> 0-10\n"

    got = read(mail(text).as_bytes(), MARKER)

    assert got.text == "Done 3"
    assert got.whole.split() == text.split()


def test_a_picture_is_noticed_and_a_text_file_is_not_read() -> None:
    message = mail("Look")
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="knee.jpg")
    message.add_attachment("pain 10", filename="notes.txt")

    got = read(message.as_bytes())

    assert (got.has_attachment, got.text) == (True, "Look")


def test_words_before_and_after_a_picture_are_read() -> None:
    message = mail("Look at my calf")
    message.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", disposition="inline")
    message.attach(part_of("and it is hot"))
    message.attach(part_of("pain 10", filename="notes.txt"))

    got = read(message.as_bytes())

    assert got.text.split("\n") == ["Look at my calf", "", "and it is hot"]


def part_of(text: str, **more: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(text, disposition="inline", **more)
    return part


def test_a_mail_within_the_mail_is_not_the_writers_word() -> None:
    message = mail("")
    message.add_attachment(mail("pain 10"))

    got = read(message.as_bytes())

    assert (got.has_attachment, got.text) == (True, "")


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        pytest.param({}, False, id="a person"),
        pytest.param({"Auto_Submitted": "no"}, False, id="a person says so"),
        pytest.param({"Auto_Submitted": "auto-replied; owner=x"}, True, id="auto-replied"),
        pytest.param({"Auto_Submitted": "Auto-Generated"}, True, id="auto-generated"),
        pytest.param({"Precedence": "Bulk"}, True, id="bulk"),
        pytest.param({"Precedence": "list"}, True, id="list"),
        pytest.param({"Precedence": "junk"}, True, id="junk"),
        pytest.param({"Precedence": "first-class"}, False, id="first class"),
        pytest.param({"List_Id": "<l.example>"}, True, id="mailing list"),
        pytest.param({"X_Autoreply": "yes"}, True, id="autoreply"),
        pytest.param({"Return_Path": "<>"}, True, id="null sender"),
        pytest.param({"Return_Path": "<ana@patient.example>"}, False, id="return path"),
        pytest.param({"From": "MAILER-DAEMON@x.example"}, True, id="daemon"),
        pytest.param({"From": "X <no-reply@x.example>"}, True, id="no-reply"),
        pytest.param({"From": "noreply+1@x.example"}, True, id="noreply"),
        pytest.param({"From": "do_not_reply@x.example"}, True, id="do not reply"),
        pytest.param({"From": "noreplyson@x.example"}, False, id="a name that begins so"),
        pytest.param({"Subject": "Automatic reply: Maple PT"}, True, id="away"),
        pytest.param({"Subject": "Respuesta automática: Maple PT"}, True, id="away es"),
        pytest.param({"Subject": "Re: no automatic replies please"}, False, id="about it"),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], automatic: bool) -> None:
    assert read(mail(**headers).as_bytes()).automatic is automatic


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        pytest.param("iso-8859-1", "Dolió 3".encode("latin-1"), "Dolió 3", id="latin 1"),
        pytest.param("us-ascii", "Dolió 3".encode(), "Dolió 3", id="claims ascii, is utf-8"),
        pytest.param("utf-8", "Dolió 3".encode("latin-1"), "Dolió 3", id="claims utf-8, is not"),
        pytest.param("klingon", "Dolió 3".encode(), "Dolió 3", id="unheard of"),
        pytest.param("zlib", b"Done 3", "Done 3", id="no text at all"),
        pytest.param("punycode", b"Done 3", "Done 3", id="for names only"),
        pytest.param("utf-8", b"Done\x00 3", "Done 3", id="NUL"),
    ],
)
def test_letters_are_read_whatever_a_mail_claims(charset: str, raw: bytes, text: str) -> None:
    head = b"From: ana@patient.example\r\nContent-Type: text/plain; charset="

    got = read(head + charset.encode() + b"\r\n\r\n" + raw)

    assert got.text == text


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        (b"=?utf-8?q?Me_doli=C3=B3?=", "Me dolió"),
        (b"=?utf-8?b?x?=", "=?utf-8?b?x?="),
        (b"=?klingon?q?nuqneH?=", "=?klingon?q?nuqneH?="),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_subjects_are_read_whatever_they_claim(subject: bytes, read_as: str) -> None:
    got = read(b"From: ana@patient.example\nSubject: " + subject + b"\n\nHi")

    assert got.subject == read_as


def test_a_mail_without_an_id_is_named_by_its_content() -> None:
    first, again, other = (
        read(mail(text, Message_ID="").as_bytes()) for text in ("Done 3", "Done 3", "Done 4")
    )

    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.startswith("sha256:")


def test_a_mail_that_promises_parts_and_has_none_loses_no_word() -> None:
    got = read(b"From: ana@patient.example\nContent-Type: multipart/mixed\n\nchest pain")

    assert got.text == "chest pain"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff\xfe" * 1000, id="garbage"),
        pytest.param(bytes(range(256)) * 10, id="every byte"),
        pytest.param(b"no headers at all, pain 3", id="only words"),
        pytest.param(b"From:\nTo:\n\npain 3", id="empty headers"),
        pytest.param(b"From: " + b"<" * 5000 + b"\n\npain 3", id="odd address"),
        pytest.param(b"\n--x" * 3000, id="too many parts"),
    ],
)
def test_garbage_is_malformed_and_raises_nothing(raw: bytes) -> None:
    got = read(raw, MARKER)

    assert got.malformed
    assert got.text == ""
    assert got.message_id.startswith("sha256:")


def boxes(depth: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth)
    )


HEAD = b"From: ana@patient.example\n"
HOSTILE = [
    pytest.param(HEAD + b"Content-Type: text/plain" + b"; a=b" * 100_000 + b"\n\nx", id="values"),
    pytest.param(HEAD + b"Content-Type: a/" + b"(" * 100_000 + b"\n\nx", id="brackets"),
    pytest.param(b"To: " + b"a@b.example, " * 50_000 + b"\n" + HEAD + b"\nx", id="recipients"),
    pytest.param(HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx", id="subject"),
    pytest.param(HEAD + boxes(450), id="boxes in boxes"),
    pytest.param(
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n"
        + (b"--b\nContent-Type: text/plain" + b"; a=b" * 2_000 + b"\n\nx\n") * 400,
        id="values in every part",
    ),
    pytest.param(HEAD + b"\n" + b"On 2026 " * 40_000, id="no end to the quote head"),
    pytest.param(HEAD + b"\n" + b"On 2026\n" * 20_000, id="many quote heads"),
    pytest.param(HEAD + b"\n" + b"<a@b\n" * 20_000, id="many half addresses"),
    *(
        pytest.param(HEAD + b"Content-Type: text/html\n\n" + sign * 60_000, id=f"html {sign!r}")
        for sign in (b"<!--a", b"<a b='", b"<", b"&#", b"</", b"<blockquote>", b"<a", b"<![")
    ),
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_a_mail_made_to_hurt_is_read_in_time(raw: bytes) -> None:
    # The run would hang here: some of these took the standard readers half a minute and more.
    assert len(read(raw, MARKER).text) <= 10_000
