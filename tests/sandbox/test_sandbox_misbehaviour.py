"""Does the sandbox go wrong in each of the ways it was told to?"""

import time
from collections.abc import Callable

import pytest
import requests
from sandbox_receiver import Receiver, ask
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from reminders.sandbox import Behaviour, Create, Line, Receipts, Sandbox

CLINIC = "+15017122661"
PATIENT = "+14155550100"


def send(client: Client, body: str = "Time.") -> str:
    return str(client.messages.create(to=PATIENT, from_=CLINIC, body=body).sid)


@pytest.mark.parametrize(
    ("create", "status", "code", "kept"),
    [
        pytest.param(Create.BUSY, 429, 20429, 0, id="too many requests, not taken"),
        pytest.param(Create.BROKEN, 500, 20500, 0, id="broken, not taken"),
        pytest.param(Create.ACCEPTED_THEN_500, 500, 20500, 1, id="taken, then broken"),
    ],
)
def test_an_error_leaves_the_text_taken_or_not(
    client: Client, sandbox: Sandbox, create: Create, status: int, code: int, kept: int
) -> None:
    sandbox.behave(Behaviour(create=create, times=1))

    with pytest.raises(TwilioRestException) as failed:
        send(client)

    assert (failed.value.status, failed.value.code) == (status, code)
    assert len(sandbox.texts(PATIENT)) == kept


def test_a_dropped_line_leaves_the_text_taken(client: Client, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_DROP, times=1))

    with pytest.raises(requests.ConnectionError):
        send(client)

    assert len(sandbox.texts(PATIENT)) == 1


def test_a_hanging_reply_leaves_the_text_taken(
    sandbox: Sandbox, connect: Callable[..., Client]
) -> None:
    hasty = connect(sandbox, timeout=1)
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_HANG, hang_seconds=60, times=1))

    with pytest.raises(requests.ReadTimeout):
        send(hasty)

    assert len(sandbox.texts(PATIENT)) == 1


def test_a_text_taken_without_a_reply_travels_and_is_found_in_the_list(
    client: Client, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_DROP, times=1))

    with pytest.raises(requests.ConnectionError):
        send(client, "Time. https://a.example/x/marker")
    sandbox.settle()

    [found] = client.messages.list(to=PATIENT, limit=50)
    assert "marker" in str(found.body)
    assert found.status == "delivered"


def test_latency_passes_before_the_reply(client: Client, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(latency_ms=100, jitter_ms=50))
    started = time.monotonic()

    send(client)

    assert time.monotonic() - started >= 0.1


def test_a_slow_list_answers_late_and_a_create_does_not(client: Client, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(list_ms=1_000))

    started = time.monotonic()
    send(client)
    sent = time.monotonic()
    client.messages.list(to=PATIENT, limit=1)
    listed = time.monotonic()

    assert sent - started < 1 <= listed - sent


def test_the_list_lags_behind_what_was_taken(client: Client, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(list_lag_seconds=1.5))

    sid = send(client)
    at_once = client.messages.list(to=PATIENT, limit=1)
    fetched = client.messages(sid).fetch()
    sandbox.behave(Behaviour(list_ms=1_600))
    client.messages.list(to=PATIENT, limit=1)
    later = client.messages.list(to=PATIENT, limit=1)

    assert at_once == []
    assert fetched.sid == sid
    assert [text.sid for text in later] == [sid]


def test_counted_behaviours_follow_each_other_and_then_the_standing_one(
    client: Client, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=2))
    sandbox.behave(Behaviour(create=Create.ACCEPTED_THEN_500, times=1))

    codes = []
    for _ in range(3):
        with pytest.raises(TwilioRestException) as failed:
            send(client)
        codes.append(failed.value.code)

    assert codes == [20429, 20429, 20500]
    assert send(client)
    assert len(sandbox.texts(PATIENT)) == 2


def test_a_standing_behaviour_replaces_all_that_waits(client: Client, sandbox: Sandbox) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY))
    sandbox.behave(Behaviour(create=Create.BROKEN, times=5))

    sandbox.behave(Behaviour())

    assert send(client)


def test_another_process_can_change_the_behaviour(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    wanted = {"create": "accepted_then_500", "receipts": "missing", "times": 1, "latency_ms": 5}

    assert ask(sandbox.base_url, "POST", "/sandbox/behave", wanted)[0] == 200

    with pytest.raises(TwilioRestException):
        send(client)
    assert send(client)


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/sandbox/behave", {"create": "sometimes"}, "create cannot be 'sometimes'"),
        ("/sandbox/behave", {"latency": 5}, "unknown field 'latency'"),
        ("/sandbox/behave", {"latency_ms": -5}, "latency_ms must not be negative"),
        ("/sandbox/behave", {"late_seconds": "nan"}, "late_seconds must not be negative"),
        ("/sandbox/behave", {"times": None}, "times cannot be None"),
        ("/sandbox/behave", ["busy"], "send a JSON object"),
        ("/sandbox/lines", {PATIENT: "carrier pigeon"}, "'carrier pigeon' is not a valid Line"),
    ],
)
def test_nonsense_is_refused_by_its_name(
    sandbox: Sandbox, path: str, fields: object, said: str
) -> None:
    status, answer = ask(sandbox.base_url, "POST", path, fields)

    assert (status, answer["error"]) == (400, said)


def test_another_process_can_change_a_line(client: Client, sandbox: Sandbox) -> None:
    ask(sandbox.base_url, "POST", "/sandbox/lines", {PATIENT: Line.LANDLINE})

    send(client)
    sandbox.settle()

    assert sandbox.texts(PATIENT)[0].error_code == 30006


def test_another_process_sees_what_was_taken_and_what_was_asked(
    client: Client, sandbox: Sandbox
) -> None:
    sandbox.behave(Behaviour(create=Create.BUSY, times=1))
    with pytest.raises(TwilioRestException):
        send(client)
    sid = send(client)
    client.messages.list(to=PATIENT, limit=1)

    status, seen = ask(sandbox.base_url, "GET", "/sandbox/messages")

    assert status == 200
    assert (seen["creates"], seen["lists"], seen["count"]) == (2, 1, 1)
    [text] = seen["messages"]
    assert (text["sid"], text["to"], text["body"]) == (sid, PATIENT, "Time.")
    assert text["at"] == "2026-03-03T14:00:00+00:00"


def test_a_reset_forgets_texts_blocks_lines_and_bad_manners(
    client: Client, sandbox: Sandbox
) -> None:
    send(client)
    sandbox.text_in(PATIENT, CLINIC, "STOP")
    sandbox.line(PATIENT, Line.LANDLINE)
    sandbox.behave(Behaviour(create=Create.BUSY, receipts=Receipts.MISSING))

    ask(sandbox.base_url, "POST", "/sandbox/reset")

    assert sandbox.texts(PATIENT) == ()
    send(client)
    sandbox.settle()
    assert sandbox.texts(PATIENT)[0].arrived


def test_a_page_in_a_browser_cannot_change_anything(client: Client, sandbox: Sandbox) -> None:
    send(client)

    answer = requests.post(
        f"{sandbox.base_url}/sandbox/reset", headers={"Content-Type": "text/plain"}, timeout=5
    )

    assert answer.status_code == 400
    assert len(sandbox.texts(PATIENT)) == 1
