"""Is what we say of a sent text exactly what is known of it?"""

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from channel_provider import ACCOUNT, DROP, HANG, Provider

from reminders.channels import Action, Outgoing, Reason, Refused, Sought, Unknown
from reminders.channels.twilio import TwilioChannel

PHONE = "+15550100001"
SINCE = datetime(2026, 3, 3, 14, tzinfo=UTC)
OUTGOING = Outgoing(
    to=PHONE,
    sender="+15550109999",
    text="Time for today's exercises. https://go.example/e/k7 ¿Listo? 👍",
    attempt_id="att_1",
    valid_seconds=1800,
)
TAKEN = {"sid": "SM1", "status": "queued", "num_segments": "2", "to": PHONE}

ChannelTo = Callable[..., TwilioChannel]


@pytest.fixture
def closed_port() -> int:
    with closing(socket.socket()) as lent:
        lent.bind(("127.0.0.1", 0))
        return lent.getsockname()[1]


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_text_gives_its_id_and_its_segments(
    provider: Provider, channel: TwilioChannel
) -> None:
    provider.says(201, TAKEN)

    accepted = channel.send(OUTGOING)

    assert (accepted.provider_id, accepted.segments) == ("SM1", 2)
    assert "the-secret" not in repr(channel)


def test_the_request_holds_what_twilio_needs(provider: Provider, channel_to: ChannelTo) -> None:
    provider.says(201, TAKEN)
    channel = channel_to(provider.url, callback_url="https://pt.example/hooks/status/{attempt_id}")

    channel.send(OUTGOING)

    [asked] = provider.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.form == {
        "To": PHONE,
        "From": "+15550109999",
        "Body": OUTGOING.text,
        "ValidityPeriod": "1800",
        "StatusCallback": "https://pt.example/hooks/status/att_1#rc=3&rp=ct,rt,5xx",
    }
    assert asked.headers["authorization"].startswith("Basic ")


def test_a_messaging_service_can_be_the_sender(provider: Provider, channel: TwilioChannel) -> None:
    provider.says(201, {**TAKEN, "num_segments": "0", "from": None})
    service = "MG" + "2" * 32

    accepted = channel.send(replace(OUTGOING, sender=service))

    [asked] = provider.asked
    assert asked.form["MessagingServiceSid"] == service
    assert "From" not in asked.form
    assert accepted.segments == 0


@pytest.mark.parametrize(("wanted", "asked_for"), [(1, "1"), (90_000, "36000")])
def test_the_validity_stays_in_the_range_that_twilio_takes(
    provider: Provider, channel: TwilioChannel, wanted: int, asked_for: str
) -> None:
    provider.says(201, TAKEN)

    channel.send(replace(OUTGOING, valid_seconds=wanted))

    assert provider.asked[0].form["ValidityPeriod"] == asked_for


def test_a_text_whose_time_is_over_never_leaves(provider: Provider, channel: TwilioChannel) -> None:
    with pytest.raises(Refused) as refused:
        channel.send(replace(OUTGOING, valid_seconds=0))

    assert refused.value.reason is Reason.EXPIRED
    assert provider.asked == []


@pytest.mark.parametrize("prefix", ["", "/api/laml", "/api/laml/"])
def test_a_compatible_provider_is_reached_under_its_own_path(
    provider: Provider, channel_to: ChannelTo, prefix: str
) -> None:
    provider.says(201, TAKEN)

    channel_to(provider.url + prefix).send(OUTGOING)

    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert provider.asked[0].path == prefix.rstrip("/") + path


def test_connections_are_kept(provider: Provider, channel: TwilioChannel) -> None:
    provider.says(201, TAKEN)

    for _ in range(5):
        channel.send(OUTGOING)

    assert (len(provider.asked), provider.connections) == (5, 1)


def test_many_threads_share_one_channel(provider: Provider, channel_to: ChannelTo) -> None:
    provider.says(201, TAKEN)
    channel = channel_to(provider.url, pool=4)
    ids: list[str] = []

    def send() -> None:
        ids.append(channel.send(OUTGOING).provider_id)

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids == ["SM1"] * 16
    assert provider.connections <= 4


OLD_FORM = {"code": 21610, "message": f"Attempt to send to {PHONE}", "status": 400}
RFC_9457 = {
    "type": "https://www.twilio.com/docs/errors/21610",
    "title": f"{PHONE} has opted out",
    "status": 400,
    "code": 21610,
    "detail": f"{PHONE} has opted out",
}


@pytest.mark.parametrize("body", [OLD_FORM, RFC_9457], ids=["old form", "RFC 9457"])
def test_an_error_becomes_our_words_in_both_forms(
    provider: Provider, channel: TwilioChannel, body: dict[str, object]
) -> None:
    provider.says(400, body)

    with pytest.raises(Refused) as refused:
        channel.send(OUTGOING)

    assert (refused.value.code, refused.value.reason) == ("21610", Reason.OPTED_OUT)
    assert refused.value.action is Action.OPT_OUT
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("status", "body", "code", "action"),
    [
        pytest.param(400, {"code": 21211}, "21211", Action.SUPPRESS, id="no such number"),
        pytest.param(401, {"code": 20003}, "20003", Action.ALERT_SENDER, id="not let in"),
        pytest.param(429, {"code": 20429}, "20429", Action.RETRY, id="too many requests"),
        pytest.param(429, "slow down", "429", Action.RETRY, id="too many, said by a proxy"),
        pytest.param(400, {"code": 98765}, "98765", Action.ALERT, id="a new code"),
        pytest.param(400, "[]", "400", Action.ALERT, id="no code"),
        pytest.param(400, {"code": "x"}, "400", Action.ALERT, id="an odd code"),
        pytest.param(301, "", "301", Action.ALERT_SENDER, id="a redirect"),
        pytest.param(404, "<html>", "404", Action.ALERT_SENDER, id="not Twilio at all"),
    ],
)
def test_a_refusal_is_judged_by_code_and_status(
    provider: Provider,
    channel: TwilioChannel,
    status: int,
    body: object,
    code: str,
    action: Action,
) -> None:
    provider.says(status, body)

    with pytest.raises(Refused) as refused:
        channel.send(OUTGOING)

    assert (refused.value.code, refused.value.action) == (code, action)
    assert len(provider.asked) == 1


def test_a_text_that_is_taken_and_failed_at_once_is_refused(
    provider: Provider, channel: TwilioChannel
) -> None:
    provider.says(201, {**TAKEN, "status": "failed", "error_code": 21610})

    with pytest.raises(Refused) as refused:
        channel.send(OUTGOING)

    assert refused.value.action is Action.OPT_OUT


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        pytest.param(500, {"code": 20500}, "http_500", id="server error"),
        pytest.param(503, "<html>", "http_503", id="proxy error"),
        pytest.param(408, "", "http_408", id="given up by a proxy"),
        pytest.param(201, "", "unreadable", id="no answer in the answer"),
        pytest.param(200, "<html>Sign in to the hotel</html>", "unreadable", id="a web page"),
        pytest.param(201, '["SM1"]', "unreadable", id="a list"),
        pytest.param(201, "[" * 100_000, "unreadable", id="a deep hole"),
        pytest.param(201, {"status": "queued"}, "no_sid", id="no id"),
    ],
)
def test_what_is_no_clear_answer_is_unknown(
    provider: Provider, channel: TwilioChannel, status: int, body: object, code: str
) -> None:
    provider.says(status, body)

    with pytest.raises(Unknown) as unknown:
        channel.send(OUTGOING)

    assert unknown.value.code == code
    assert len(provider.asked) == 1


@pytest.mark.parametrize(("answer", "code"), [(HANG, "read_timeout"), (DROP, "reset")])
def test_silence_after_the_request_is_unknown_and_not_repeated(
    provider: Provider, channel_to: ChannelTo, answer: object, code: str
) -> None:
    provider.answers.append(answer)

    with pytest.raises(Unknown) as unknown:
        channel_to(provider.url, timeout=1).send(OUTGOING)

    assert unknown.value.code == code
    assert len(provider.asked) == 1


def test_the_channel_works_on_after_an_unknown(provider: Provider, channel_to: ChannelTo) -> None:
    provider.answers.append(DROP)
    provider.says(201, TAKEN)
    channel = channel_to(provider.url, pool=1)
    with pytest.raises(Unknown):
        channel.send(OUTGOING)

    accepted = channel.send(OUTGOING)

    assert accepted.provider_id == "SM1"


def test_a_closed_port_carried_nothing(closed_port: int, channel_to: ChannelTo) -> None:
    with pytest.raises(Refused) as refused:
        channel_to(f"http://127.0.0.1:{closed_port}").send(OUTGOING)

    assert refused.value.code == "connect"
    assert refused.value.reason is Reason.UNREACHABLE_PROVIDER
    assert not refused.value.permanent


def test_a_name_that_leads_nowhere_carried_nothing(channel_to: ChannelTo) -> None:
    # Too long a name to be looked up: the test asks no name server.
    nowhere = "http://" + "n" * 64 + ".invalid"

    with pytest.raises(Refused) as refused:
        channel_to(nowhere).send(OUTGOING)

    assert refused.value.code == "connect"


def test_a_failed_handshake_carried_nothing(provider: Provider, channel_to: ChannelTo) -> None:
    provider.says(201, TAKEN)

    with pytest.raises(Refused) as refused:
        channel_to(provider.url.replace("http:", "https:")).send(OUTGOING)

    assert refused.value.code == "connect"
    assert provider.asked == []


def test_a_handshake_without_end_carried_nothing(mute_port: int, channel_to: ChannelTo) -> None:
    with pytest.raises(Refused) as refused:
        channel_to(f"https://127.0.0.1:{mute_port}", timeout=0.3).send(OUTGOING)

    assert refused.value.code == "connect"


def test_no_free_connection_carried_nothing(provider: Provider, channel_to: ChannelTo) -> None:
    provider.answers.append(HANG)
    channel = channel_to(provider.url, timeout=0.5, pool=1)
    codes: list[str] = []

    def send() -> None:
        try:
            channel.send(OUTGOING)
        except (Refused, Unknown) as error:
            codes.append(error.code)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "pool" in codes
    assert len(provider.asked) == codes.count("read_timeout")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(400, OLD_FORM, id="old form"),
        pytest.param(400, RFC_9457, id="RFC 9457"),
        pytest.param(500, OLD_FORM, id="server error"),
        pytest.param(201, {**TAKEN, "date_created": PHONE}, id="taken, oddly"),
    ],
)
def test_neither_errors_nor_logs_name_the_patient(
    provider: Provider,
    channel: TwilioChannel,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: object,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.says(status, body)
    said = ""

    for ask in (
        lambda: channel.send(OUTGOING),
        lambda: channel.look_up(Sought(PHONE, SINCE, "k7")),
    ):
        try:
            ask()
        except (Refused, Unknown) as error:
            said += "".join(traceback.format_exception(error)) + repr(error) + str(error)

    assert "5550100001" not in said + caplog.text
    assert "Time for" not in said + caplog.text
