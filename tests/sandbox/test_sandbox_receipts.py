"""Is the application told what became of a text, as the provider would tell it?"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sandbox_receiver import Answer, Call, Receiver, until
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from reminders.sandbox import Behaviour, Line, Receipts, Sandbox, SandboxSettings, Status

CLINIC = "+15017122661"
PATIENT = "+14155550100"
SERVICE = "MG" + "a" * 32


def send(client: Client, callback: str, **change: str) -> str:
    wanted = {"to": PATIENT, "from_": CLINIC, "body": "Time.", **change}
    sent = client.messages.create(status_callback=callback, **wanted)
    return str(sent.sid)


def told(application: Receiver) -> list[str]:
    return [call.form["MessageStatus"] for call in application.all_calls()]


def is_signed(call: Call) -> bool:
    validator = RequestValidator("the-token")
    return bool(validator.validate(call.url, call.form, call.headers["X-Twilio-Signature"]))


def test_receipts_come_in_order_signed_and_without_the_fragment(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sid = send(client, f"{application.url}/hooks/status/abc?x=a%2Fb#rc=3&rp=ct,rt,5xx")
    sandbox.settle()

    sent, delivered = application.all_calls()

    assert (sent.form["MessageStatus"], delivered.form["MessageStatus"]) == ("sent", "delivered")
    assert sent.url == f"{application.url}/hooks/status/abc?x=a%2Fb"
    assert is_signed(sent)
    assert is_signed(delivered)
    assert sent.form["MessageSid"] == sent.form["SmsSid"] == sid
    assert (sent.form["From"], sent.form["To"]) == (CLINIC, PATIENT)
    assert "ErrorCode" not in delivered.form


def test_a_signature_holds_for_no_other_form(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    send(client, f"{application.url}/s")
    sandbox.settle()
    call = application.next_call()

    forged = replace(call, form={**call.form, "MessageStatus": "failed"})

    assert is_signed(call)
    assert not is_signed(forged)


def test_a_services_text_is_queued_first(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    client.messages.create(
        to=PATIENT, messaging_service_sid=SERVICE, body="Time.", status_callback=application.url
    )
    sandbox.settle()

    calls = application.all_calls()

    assert [call.form["MessageStatus"] for call in calls] == ["queued", "sent", "delivered"]
    assert {call.form["MessagingServiceSid"] for call in calls} == {SERVICE}


@pytest.mark.parametrize(
    ("line", "statuses", "code"),
    [
        (Line.LANDLINE, ["sent", "undelivered"], "30006"),
        (Line.SWITCHED_OFF, ["sent", "undelivered"], "30003"),
        (Line.BLOCKED, ["sent", "undelivered"], "30004"),
        (Line.UNKNOWN, ["sent", "undelivered"], "30005"),
        (Line.FILTERED, ["sent", "undelivered"], "30007"),
        (Line.FAULTY, ["sent", "undelivered"], "30008"),
        (Line.EXPIRED, ["failed"], "30036"),
        (Line.OPTED_OUT, ["failed"], "21610"),
        (Line.SILENT, ["sent"], None),
    ],
)
def test_an_odd_line_takes_the_text_and_fails_it_later(
    client: Client,
    sandbox: Sandbox,
    application: Receiver,
    line: Line,
    statuses: list[str],
    code: str | None,
) -> None:
    sandbox.line(PATIENT, line)

    send(client, f"{application.url}/s")
    sandbox.settle()

    calls = application.all_calls()
    assert [call.form["MessageStatus"] for call in calls] == statuses
    assert calls[-1].form.get("ErrorCode") == code
    [kept] = sandbox.texts(PATIENT)
    assert kept.arrived is (line is Line.SILENT)
    assert kept.error_code == (int(code) if code else None)


def test_missing_receipts_leave_the_record_as_it_is(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.MISSING))

    send(client, f"{application.url}/s")
    sandbox.settle()

    assert told(application) == []
    assert sandbox.texts(PATIENT)[0].status is Status.DELIVERED


def test_repeated_receipts_come_twice(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.REPEATED))

    send(client, f"{application.url}/s")
    sandbox.settle()

    assert told(application) == ["sent", "sent", "delivered", "delivered"]


def test_shuffled_receipts_come_last_first(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.SHUFFLED))

    send(client, f"{application.url}/s")
    sandbox.settle()

    assert told(application) == ["delivered", "sent"]


def test_early_receipts_are_told_before_the_sender_knows_the_sid(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.EARLY))

    sid = send(client, f"{application.url}/s")

    calls = application.all_calls()
    assert [call.form["MessageStatus"] for call in calls] == ["sent", "delivered"]
    assert {call.form["MessageSid"] for call in calls} == {sid}


def test_late_receipts_come_after_the_text_has_arrived(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.LATE, late_seconds=2))
    sid = send(client, f"{application.url}/s")

    until(lambda: client.messages(sid).fetch().status == "delivered")
    told_meanwhile = told(application)
    sandbox.settle()

    assert told_meanwhile == []
    assert told(application) == ["sent", "delivered"]


def test_a_behaviour_with_a_count_bends_that_many_texts(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.behave(Behaviour(receipts=Receipts.MISSING, times=1))

    lost, heard = (send(client, f"{application.url}/s") for _ in range(2))
    sandbox.settle()

    sids = Counter(call.form["MessageSid"] for call in application.all_calls())
    assert (sids[lost], sids[heard]) == (0, 2)


@pytest.mark.parametrize(
    ("fragment", "answer", "calls"),
    [
        pytest.param("", 500, 1, id="by default a 500 is final"),
        pytest.param("#rc=3&rp=ct,rt,5xx", 500, 4, id="5xx asked for"),
        pytest.param("#rc=2&rp=all", 404, 3, id="all includes 4xx"),
        pytest.param("#rc=3&rp=ct,rt,5xx", 404, 1, id="4xx not asked for"),
        pytest.param("#rc=0&rp=5xx", 500, 1, id="no retries"),
        pytest.param("#rc=99&rp=5xx", 500, 6, id="five retries at most"),
        pytest.param("#rc=x&rp=5xx", 500, 2, id="nonsense leaves the default of one"),
        pytest.param("#rc=2&rp=rt", None, 3, id="no answer counts as a read failure"),
        pytest.param("#rc=3&rp=ct,rt,5xx", 200, 1, id="a good answer is final"),
    ],
)
def test_a_receipt_is_retried_as_the_fragment_asks(
    sandbox: Sandbox, application: Receiver, fragment: str, answer: int | None, calls: int
) -> None:
    application.default = Answer(answer)
    sandbox.deliver_to(texts=f"{application.url}/hooks/text{fragment}")

    heard = sandbox.text_in(PATIENT, CLINIC, "DONE")

    assert heard.attempts == calls
    assert heard.status == answer
    received = application.all_calls()
    assert len(received) == calls
    assert len({call.headers["I-Twilio-Idempotency-Token"] for call in received}) == 1


def test_a_retry_that_succeeds_is_the_answer(sandbox: Sandbox, application: Receiver) -> None:
    application.script.extend([Answer(503), Answer(503)])
    sandbox.deliver_to(texts=f"{application.url}/hooks/text#rc=3&rp=5xx")

    heard = sandbox.text_in(PATIENT, CLINIC, "DONE")

    assert (heard.status, heard.attempts) == (200, 3)


def test_an_application_that_is_down_is_a_failed_connection(sandbox: Sandbox) -> None:
    gone = Receiver()
    gone.close()
    sandbox.deliver_to(texts=f"{gone.url}/hooks/text#rc=1&rp=ct")

    heard = sandbox.text_in(PATIENT, CLINIC, "DONE")

    assert (heard.status, heard.attempts) == (None, 2)


def test_a_slow_application_runs_into_the_read_limit(
    sandbox: Sandbox, application: Receiver
) -> None:
    application.default = Answer(after=application.closing)
    sandbox.deliver_to(texts=f"{application.url}/hooks/text#rt=100&rc=1&rp=rt")

    heard = sandbox.text_in(PATIENT, CLINIC, "DONE")

    assert (heard.status, heard.attempts) == (None, 2)


@pytest.mark.parametrize(
    "callback",
    [
        "http://example.com/hooks/status/abc",
        "https://127.0.0.1/hooks/status/abc",
        "http://127.0.0.1.example.com/hooks/status/abc",
        "http://10.0.0.1/hooks/status/abc",
    ],
)
def test_nobody_on_another_machine_is_called(
    client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, callback: str
) -> None:
    with caplog.at_level(logging.WARNING, logger="reminders.sandbox"):
        sid = send(client, callback)
        sandbox.settle()

    said = [record.getMessage() for record in caplog.records if "sandbox" in record.name]
    assert said
    assert all(sid in line and "hooks" not in line for line in said)
    assert sandbox.texts(PATIENT)[0].status is Status.DELIVERED


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_called_by_either_name(
    client: Client, sandbox: Sandbox, application: Receiver, host: str
) -> None:
    send(client, f"{application.url}/s".replace("127.0.0.1", host))
    sandbox.settle()

    assert told(application) == ["sent", "delivered"]


def test_a_redirect_is_not_followed(sandbox: Sandbox, application: Receiver) -> None:
    application.default = Answer(302)

    heard = sandbox.text_in(PATIENT, CLINIC, "DONE")

    assert (heard.status, heard.attempts) == (302, 1)


def test_time_on_a_receipt_is_the_time_of_the_clock_given(
    settings: SandboxSettings, application: Receiver, connect: Callable[..., Client]
) -> None:
    later = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    with Sandbox(replace(settings, now=lambda: later)) as sandbox:
        send(connect(sandbox), f"{application.url}/s")
        sandbox.settle()

        [kept] = sandbox.texts(PATIENT)

    assert application.all_calls()[-1].form["RawDlrDoneDate"] == "2607010930"
    assert (kept.at, kept.sent_at, kept.changed_at) == (later, later, later)
