"""When is an answer whole, and which connection may carry the next request?"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from reminders.channels import Action, Outgoing, Refused, Unknown
from reminders.channels.twilio import TwilioChannel
from reminders.channels.twilio.connection import LONGEST_ANSWER, Answer, Garbled, read_answer

OUTGOING = Outgoing("+15550100001", "+15550109999", "Time for your exercises.", "att_1")
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

ChannelTo = Callable[..., TwilioChannel]


# Reading


@pytest.mark.parametrize(
    ("received", "status", "body", "keeps"),
    [
        pytest.param(OK + b"Content-Length: 2\r\n\r\nhi", 200, b"hi", True, id="by its length"),
        pytest.param(OK + b"content-length:0\r\n\r\n", 200, b"", True, id="empty, in lower case"),
        pytest.param(
            OK + b"Content-Length: 2\r\n\r\nhi there", 200, b"hi", True, id="more than asked for"
        ),
        pytest.param(CHUNKED + b"2\r\nhi\r\n0\r\n\r\n", 200, b"hi", True, id="one chunk"),
        pytest.param(
            CHUNKED + b"2;x=y\r\nhi\r\nA\r\n there you\r\n0\r\n\r\n",
            200,
            b"hi there you",
            True,
            id="chunks with an extension",
        ),
        pytest.param(
            OK + b"Content-Length: 2\r\nConnection: Close\r\n\r\nhi",
            200,
            b"hi",
            False,
            id="the last on its line",
        ),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi",
            201,
            b"hi",
            True,
            id="after a word in between",
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", False, id="nothing to say"),
    ],
)
def test_an_answer_is_read_once_it_is_whole(
    received: bytes, status: int, body: bytes, *, keeps: bool
) -> None:
    assert read_answer(received, ended=False) == Answer(status, body, keeps)


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(OK + b"Content-Length: 2\r\n", id="half a head"),
        pytest.param(OK + b"Content-Length: 2\r\n\r\nh", id="half a body"),
        pytest.param(OK + b"\r\nhi", id="of unknown length"),
        pytest.param(CHUNKED + b"2\r\nhi\r\n", id="no last chunk"),
        pytest.param(CHUNKED + b"2\r\nhi\r\n0\r\n", id="half a last chunk"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="only a word in between"),
    ],
)
def test_what_is_not_whole_is_waited_for(received: bytes) -> None:
    assert read_answer(received, ended=False) is None


def test_an_answer_of_unknown_length_is_whole_when_the_line_ends() -> None:
    assert read_answer(OK + b"\r\nhi", ended=True) == Answer(200, b"hi", keeps=False)


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 two hundred\r\n\r\n", id="no status"),
        pytest.param(OK + b"Content-Length: -1\r\n\r\n", id="no length"),
        pytest.param(OK + b"Content-Length: 99999999999\r\n\r\n", id="a length without end"),
        pytest.param(CHUNKED + b"zz\r\nhi\r\n", id="no size of a chunk"),
        pytest.param(b"x" * (LONGEST_ANSWER + 1), id="a head without end"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(received: bytes) -> None:
    with pytest.raises(Garbled):
        read_answer(received, ended=False)


# Keeping


@dataclass
class Line:
    """A server that says, piece by piece, what it is told to; it counts who calls."""

    port: int
    says: list[list[bytes]] = field(default_factory=list)
    calls: int = 0
    asked: int = 0
    heard: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        # Each request comes in one packet; one that is not answered is left without a word.
        with caller:
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while caller.recv(65_536):
                self.asked += 1
                for piece in self.says.pop(0):
                    caller.sendall(piece)
                    self.heard.wait(0.02)  # let it travel alone


@pytest.fixture
def line() -> Iterator[Line]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(server.getsockname()[1])
        threading.Thread(target=line.serve, args=(server,), daemon=True).start()
        yield line
        server.shutdown(socket.SHUT_RDWR)


def taken(sid: str, *, status: int = 201, more: bytes = b"") -> bytes:
    body = json.dumps({"sid": sid, "status": "queued", "num_segments": "1"}).encode()
    head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), more)
    return head + body


def test_an_answer_that_comes_in_pieces_is_read_whole(line: Line, channel_to: ChannelTo) -> None:
    whole = taken("SM1")
    line.says = [[whole[:9], whole[9:40], whole[40:-3], whole[-3:]]]

    assert channel_to(line.url).send(OUTGOING).provider_id == "SM1"


def test_one_connection_carries_one_text_after_the_other(line: Line, channel_to: ChannelTo) -> None:
    line.says = [[taken("SM1")], [taken("SM2")], [taken("SM3")]]
    channel = channel_to(line.url)

    ids = [channel.send(OUTGOING).provider_id for _ in range(3)]

    assert (ids, line.calls) == (["SM1", "SM2", "SM3"], 1)


def test_a_server_that_will_hang_up_is_called_anew(line: Line, channel_to: ChannelTo) -> None:
    line.says = [[taken("SM1", more=b"Connection: close\r\n")], [taken("SM2")]]
    channel = channel_to(line.url)

    ids = [channel.send(OUTGOING).provider_id for _ in range(2)]

    assert (ids, line.calls) == (["SM1", "SM2"], 2)


def test_a_busy_server_is_asked_again_on_the_same_line(line: Line, channel_to: ChannelTo) -> None:
    line.says = [[taken("", status=429)], [taken("SM2")]]
    channel = channel_to(line.url)

    with pytest.raises(Refused) as refused:
        channel.send(OUTGOING)
    accepted = channel.send(OUTGOING)

    assert (refused.value.action, accepted.provider_id, line.calls) == (Action.RETRY, "SM2", 1)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        pytest.param([], "read_timeout", id="silence"),
        pytest.param([taken("SM1")[:30]], "read_timeout", id="half an answer"),
        pytest.param([b"SSH-2.0-OpenSSH\r\n\r\n"], "broken", id="another protocol"),
    ],
)
def test_the_rest_of_a_lost_answer_is_never_taken_for_the_next_one(
    line: Line, channel_to: ChannelTo, first: list[bytes], code: str
) -> None:
    line.says = [first, [taken("SM2")]]
    channel = channel_to(line.url, timeout=1.5, pool=1)

    with pytest.raises(Unknown) as unknown:
        channel.send(OUTGOING)
    accepted = channel.send(OUTGOING)

    assert (unknown.value.code, accepted.provider_id, line.calls) == (code, "SM2", 2)


def test_many_texts_share_so_many_lines_and_no_more(line: Line, channel_to: ChannelTo) -> None:
    line.says = [[taken(f"SM{place}")] for place in range(20)]
    channel = channel_to(line.url, pool=3)

    travelling = [channel.start(OUTGOING) for _ in range(20)]

    assert len({one.result().provider_id for one in travelling}) == 20
    assert line.calls <= 3
