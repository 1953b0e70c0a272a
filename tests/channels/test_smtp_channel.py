"""Is what we say of a sent letter exactly what is known of it?"""

import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from channel_mail_server import DROP, Certificate, MailServer, certificate, running

from reminders.channels import Action, Outgoing, Reason, Refused, Unknown
from reminders.channels.smtp import Security, SmtpChannel

OUTGOING = Outgoing(
    to="ana@patient.example",
    sender="Maple PT <reminders@maple.example>",
    text="Time for your exercises.",
    attempt_id="att1",
    subject="Maple PT",
)


def channel_to(port: int, **more: object) -> SmtpChannel:
    settings = {
        "security": Security.NONE,
        "timeout": 5.0,
        "envelope_from": "bounce+{attempt_id}@in.maple.example",
        "domain": "maple.example",
        **more,
    }
    return SmtpChannel("127.0.0.1", port, **settings)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("keys")
    return certificate(folder)


def test_a_taken_letter_is_known_by_its_message_id(server: MailServer) -> None:
    accepted = channel_to(server.port).send(OUTGOING)

    assert (accepted.provider_id, accepted.segments) == ("<att1@maple.example>", 0)


def test_the_envelope_leads_a_bounce_back_to_the_attempt(server: MailServer) -> None:
    channel_to(server.port).send(OUTGOING)

    [envelope] = server.taken
    assert envelope.mail_from == "bounce+att1@in.maple.example"
    assert envelope.rcpt_tos == ["ana@patient.example"]


@pytest.mark.parametrize(
    ("answers", "code", "reason", "action"),
    [
        pytest.param(
            {"recipient": "550 <ana@patient.example>: no such user"},
            "550",
            Reason.ADDRESS_REFUSED,
            Action.SUPPRESS,
            id="unknown address",
        ),
        pytest.param(
            {"recipient": "550 5.1.1 <ana@patient.example>: no such user"},
            "550 5.1.1",
            Reason.ADDRESS_REFUSED,
            Action.SUPPRESS,
            id="unknown address, with a detailed status",
        ),
        pytest.param(
            {"recipient": "550 5.7.1 your server is on a list"},
            "550 5.7.1",
            Reason.FILTERED,
            Action.ALERT,
            id="we are blocked, the address is not at fault",
        ),
        pytest.param(
            {"recipient": "554 relay access denied"},
            "554",
            Reason.FILTERED,
            Action.ALERT,
            id="the server does not carry our mail",
        ),
        pytest.param(
            {"recipient": "552 5.2.2 mailbox full"},
            "552 5.2.2",
            Reason.MAILBOX_FULL,
            Action.SUPPRESS,
            id="mailbox full",
        ),
        pytest.param(
            {"recipient": "451 4.7.1 greylisted, come back"},
            "451 4.7.1",
            Reason.TOO_BUSY,
            Action.RETRY,
            id="come back later",
        ),
        pytest.param(
            {"recipient": "552 mailbox full"},
            "552",
            Reason.MAILBOX_FULL,
            Action.SUPPRESS,
            id="mailbox full, without a detailed status",
        ),
        pytest.param(
            {"sender": "553 not your address"},
            "553",
            Reason.SENDER_FAULT,
            Action.ALERT_SENDER,
            id="sender refused",
        ),
        pytest.param(
            {"sender": "451 try later"}, "451", Reason.TOO_BUSY, Action.RETRY, id="busy at once"
        ),
        pytest.param(
            {"data": "451 4.3.0 try later"},
            "451 4.3.0",
            Reason.TOO_BUSY,
            Action.RETRY,
            id="busy after the letter",
        ),
        pytest.param(
            {"data": "554 5.7.1 spam"},
            "554 5.7.1",
            Reason.FILTERED,
            Action.ALERT,
            id="taken for spam",
        ),
        pytest.param(
            {"data": "552 5.2.3 too big"},
            "552 5.2.3",
            Reason.MESSAGE_FAULT,
            Action.ALERT,
            id="too big",
        ),
    ],
)
def test_a_refusal_becomes_our_words(
    server: MailServer, answers: dict[str, str], code: str, reason: Reason, action: Action
) -> None:
    for step, answer in answers.items():
        setattr(server, step, answer)

    with pytest.raises(Refused) as refused:
        channel_to(server.port).send(OUTGOING)

    assert (refused.value.code, refused.value.reason) == (code, reason)
    assert refused.value.action is action
    assert "patient.example" not in "".join(traceback.format_exception(refused.value))
    assert server.taken == []


@pytest.mark.parametrize("step", ["sender", "recipient"])
def test_a_line_dropped_before_the_letter_carried_nothing(server: MailServer, step: str) -> None:
    setattr(server, step, DROP)

    with pytest.raises(Refused) as refused:
        channel_to(server.port).send(OUTGOING)

    assert (refused.value.code, refused.value.permanent) == ("connect", False)


def test_a_line_dropped_in_the_letter_is_unknown(server: MailServer) -> None:
    server.data = DROP

    with pytest.raises(Unknown) as unknown:
        channel_to(server.port).send(OUTGOING)

    assert unknown.value.code == "data"


def test_a_closed_port_carried_nothing() -> None:
    with closing(socket.socket()) as lent:
        lent.bind(("127.0.0.1", 0))
        port = lent.getsockname()[1]

    with pytest.raises(Refused) as refused:
        channel_to(port).send(OUTGOING)

    assert refused.value.reason is Reason.UNREACHABLE_PROVIDER
    assert not refused.value.permanent


@pytest.mark.parametrize("security", Security, ids=str)
def test_a_server_that_never_says_hello_carried_nothing(security: Security) -> None:
    with closing(socket.socket()) as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()

        with pytest.raises(Refused) as refused:
            channel_to(mute.getsockname()[1], timeout=0.2, security=security).send(OUTGOING)

    assert refused.value.code == "connect"


def talk(listener: socket.socket, lines: list[bytes]) -> None:
    """Say these lines, each after a line of theirs, then wait for them to hang up."""
    line, _ = listener.accept()
    with closing(line), line.makefile("rb") as theirs:
        for said in lines:
            line.sendall(said)
            if said.startswith(b"354"):
                while theirs.readline() not in {b".\r\n", b""}:
                    pass
            else:
                theirs.readline()
        theirs.read()


TO_THE_LETTER = [b"220 hi\r\n", b"250 hi\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go\r\n"]


@pytest.mark.parametrize(
    ("lines", "error", "code"),
    [
        pytest.param([b"554 go away\r\n"], Refused, "554", id="no service"),
        pytest.param([b"421 later\r\n"], Refused, "421", id="too many connections"),
        pytest.param(
            [*TO_THE_LETTER[:4], b"451 4.3.0 no\r\n"], Refused, "451 4.3.0", id="no letter now"
        ),
        pytest.param(TO_THE_LETTER, Unknown, "data", id="no answer to the letter"),
        pytest.param(
            [*TO_THE_LETTER, b"What?\r\n"], Unknown, "unreadable", id="nonsense as an answer"
        ),
        pytest.param(
            [*TO_THE_LETTER, b"250 " + b"x" * 9000], Unknown, "data", id="an endless answer"
        ),
    ],
)
def test_a_server_that_goes_its_own_ways_is_judged_by_what_it_said(
    lines: list[bytes], error: type[Refused] | type[Unknown], code: str
) -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=talk, args=(listener, lines))
        thread.start()

        with pytest.raises(error) as raised:
            channel_to(listener.getsockname()[1], timeout=0.3).send(OUTGOING)
        thread.join()

    assert raised.value.code == code


def test_a_letter_goes_over_an_encrypted_line_after_starttls(keys: Certificate) -> None:
    with running(MailServer(), tls_context=keys.server) as server:
        channel_to(server.port, security=Security.STARTTLS, tls=keys.client).send(OUTGOING)

    assert server.secured
    assert len(server.taken) == 1


def test_a_letter_goes_over_a_line_encrypted_from_the_start(keys: Certificate) -> None:
    with running(MailServer(), ssl_context=keys.server) as server:
        channel_to(server.port, security=Security.TLS, tls=keys.client).send(OUTGOING)

    assert len(server.taken) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS], ids=str)
def test_a_server_that_nobody_vouches_for_gets_nothing(
    keys: Certificate, security: Security
) -> None:
    way = "tls_context" if security is Security.STARTTLS else "ssl_context"
    with running(MailServer(), **{way: keys.server}) as server, pytest.raises(Refused) as refused:
        channel_to(server.port, security=security).send(OUTGOING)

    assert refused.value.code == "connect"
    assert server.taken == []


def test_a_server_without_encryption_is_not_spoken_to(server: MailServer) -> None:
    with pytest.raises(Refused) as refused:
        channel_to(server.port, security=Security.STARTTLS).send(OUTGOING)

    assert (refused.value.code, refused.value.action) == ("not_offered", Action.ALERT_SENDER)
    assert server.taken == []


@pytest.fixture
def guarded(keys: Certificate) -> Iterator[MailServer]:
    """A server that wants to know who sends."""
    mail = MailServer()
    asks = {"authenticator": mail.authenticator, "auth_required": True}
    with running(mail, tls_context=keys.server, **asks):
        yield mail


def test_signing_in_opens_the_door(guarded: MailServer, keys: Certificate) -> None:
    more = {"security": Security.STARTTLS, "tls": keys.client}

    channel_to(guarded.port, username="clinic", password="right", **more).send(OUTGOING)

    assert (guarded.signed_in, len(guarded.taken)) == ("clinic", 1)


def test_a_wrong_password_stops_the_sender(guarded: MailServer, keys: Certificate) -> None:
    more = {"security": Security.STARTTLS, "tls": keys.client}

    with pytest.raises(Refused) as refused:
        channel_to(guarded.port, username="clinic", password="wrong", **more).send(OUTGOING)

    assert (refused.value.reason, refused.value.action) == (
        Reason.ACCOUNT_FAULT,
        Action.ALERT_SENDER,
    )
    assert guarded.taken == []


def test_a_server_that_offers_no_way_to_sign_in_is_a_fault_of_the_set_up(
    server: MailServer,
) -> None:
    with pytest.raises(Refused) as refused:
        channel_to(server.port, username="clinic", password="right").send(OUTGOING)

    assert refused.value.reason is Reason.ACCOUNT_FAULT


def test_the_password_is_not_printed() -> None:
    assert "right" not in repr(channel_to(25, username="clinic", password="right"))
