"""The mailbox against a real IMAP server: taken once, moved, flagged, and clear about faults."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from channel_mail_server import certificate
from mailbox_server import PASSWORD, USER, MailboxServer, running

from reminders.channels import Action, Refused, Unknown
from reminders.channels.imap import ImapBox, RawMail
from reminders.channels.smtp import Security

SENT = datetime(2026, 3, 16, 13, 20, 5, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[MailboxServer]:
    with running(MailboxServer()) as server:
        yield server


@pytest.fixture
def box(server: MailboxServer) -> ImapBox:
    return box_of(server)


def box_of(server: MailboxServer, **changes: object) -> ImapBox:
    plain = ImapBox("127.0.0.1", server.port, USER, PASSWORD, security=Security.NONE, timeout=5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def letter(number: int) -> bytes:
    return f"From: ana@example.org\r\nMessage-ID: <{number}@x>\r\n\r\ndone {number}\r\n".encode()


def look(box: ImapBox) -> list[RawMail]:
    with box.open() as opened:
        return list(opened.waiting())


def test_a_waiting_mail_comes_byte_for_byte_with_the_time_it_arrived(
    server: MailboxServer, box: ImapBox
) -> None:
    odd = b"From: \xff\xfe\r\nSubject: =?bad?\r\n\r\n\x80 done 4 )\r\n\r\n"
    server.deliver(odd, SENT)

    [mail] = look(box)

    assert (mail.raw, mail.at) == (odd, SENT)


def test_mails_come_oldest_first_and_no_more_than_the_limit(
    server: MailboxServer, box: ImapBox
) -> None:
    for number in range(4):
        server.deliver(letter(number))

    assert [mail.raw for mail in look(replace(box, limit=3))] == [letter(n) for n in range(3)]


def test_a_key_stays_until_the_mail_is_moved_and_never_names_another(
    server: MailboxServer, box: ImapBox
) -> None:
    server.deliver(letter(1))
    [first], [again] = look(box), look(box)

    with box.open() as opened:
        opened.put_away(first)
    server.deliver(letter(2))
    [second] = look(box)

    assert first.key == again.key
    assert second.key != first.key


def test_a_mail_that_was_taken_in_lies_in_the_other_folder(
    server: MailboxServer, box: ImapBox
) -> None:
    server.deliver(letter(1))
    server.deliver(letter(2))

    with box.open() as opened:
        opened.put_away(next(opened.waiting()))

    assert server.lying_in("INBOX") == [letter(2)]
    assert server.lying_in("Processed") == [letter(1)]


def test_the_other_folder_is_made_with_any_name_and_found_the_next_time(
    server: MailboxServer, box: ImapBox
) -> None:
    chosen = replace(box, processed="Leído & listo")

    for number in range(2):
        server.deliver(letter(number))
        with chosen.open() as opened:
            opened.put_away(next(opened.waiting()))

    assert server.lying_in("Leído & listo") == [letter(0), letter(1)]


def test_a_mail_set_aside_stays_for_a_person_and_does_not_come_again(
    server: MailboxServer, box: ImapBox
) -> None:
    server.deliver(letter(1))

    with box.open() as opened:
        opened.set_aside(next(opened.waiting()))

    assert look(box) == []
    assert server.lying_in("INBOX") == [letter(1)]


def test_what_a_person_has_marked_as_deleted_is_left_alone(
    server: MailboxServer, box: ImapBox
) -> None:
    for number in range(3):
        server.deliver(letter(number))
    with server.sign_in() as person:
        person.folder.set("INBOX")
        person.client.store("1", "+FLAGS", r"(\Deleted)")

    with box.open() as opened:
        taken, odd = opened.waiting()
        opened.put_away(taken)
        opened.set_aside(odd)

    assert server.lying_in("INBOX") == [letter(0), letter(2)]


def test_two_clocks_may_look_at_once(server: MailboxServer, box: ImapBox) -> None:
    server.deliver(letter(1))
    server.deliver(letter(2))

    with box.open() as one, box.open() as other:
        waiting = other.waiting()
        for mail in (*one.waiting(), next(waiting)):
            one.put_away(mail)
            other.put_away(mail)
        assert list(waiting) == []

    assert server.lying_in("Processed") == [letter(1), letter(2)]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_encrypted_server_is_read_only_if_its_certificate_is_trusted(
    security: Security, tmp_path: Path
) -> None:
    papers = certificate(tmp_path)
    starttls = security is Security.STARTTLS

    with running(MailboxServer(papers.server, papers.client, starttls)) as server:
        server.deliver(letter(1))
        trusting = box_of(server, security=security, tls=papers.client)
        [mail] = look(trusting)
        with pytest.raises(Refused) as refused:
            look(replace(trusting, tls=None))

    assert mail.raw == letter(1)
    assert (refused.value.code, refused.value.permanent) == ("tls", False)


def test_a_server_without_encryption_is_refused_where_it_is_asked_for(
    server: MailboxServer, box: ImapBox
) -> None:
    for security in (Security.TLS, Security.STARTTLS):
        with pytest.raises(Refused):
            look(replace(box, security=security, timeout=0.5))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "wrong"}, "login"),
        ({"username": "josé", "password": "contraseña"}, "login"),
        ({"folder": "Nowhere"}, "folder"),
    ],
    ids=["wrong password", "letters beyond ASCII", "no such folder"],
)
def test_a_wrong_setting_is_refused_by_the_step_it_fails_at_and_quotes_nothing(
    server: MailboxServer, box: ImapBox, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        look(replace(box, **changes))  # type: ignore[arg-type]

    assert (refused.value.code, refused.value.action) == (code, Action.ALERT_SENDER)
    assert USER not in repr(refused.value)
    assert PASSWORD not in repr(box)


def test_a_server_that_is_not_there_or_says_nothing_is_refused_in_time(box: ImapBox) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Refused, match="connect"):
            look(replace(box, port=port, timeout=0.2))
    with pytest.raises(Refused, match="connect"):
        look(replace(box, port=port))


def test_a_line_that_breaks_is_unknown_and_what_waits_still_waits(
    server: MailboxServer, box: ImapBox
) -> None:
    server.deliver(letter(1))

    with pytest.raises(Unknown, match="move"), box.open() as opened:
        mail = next(opened.waiting())
        server.hang_up()
        opened.put_away(mail)

    assert [mail.raw for mail in look(box)] == [letter(1)]
