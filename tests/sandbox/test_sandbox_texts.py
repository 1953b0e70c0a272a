"""Does the sandbox answer the SDK as the provider does?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from reminders.sandbox import Direction, Sandbox, SandboxSettings, Status

CLINIC = "+15017122661"
PATIENT = "+14155550100"
SERVICE = "MG" + "a" * 32


def test_a_text_is_accepted_with_everything_the_sdk_reads(client: Client) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time. https://a.example/x/1 ñ¿")

    assert sent.sid is not None
    assert sent.sid.startswith("SM")
    assert len(sent.sid) == 34
    assert (sent.status, sent.direction) == ("queued", "outbound-api")
    assert (sent.to, sent.from_, sent.body) == (PATIENT, CLINIC, "Time. https://a.example/x/1 ñ¿")
    assert (sent.num_segments, sent.num_media, sent.price) == ("1", "0", None)
    assert sent.date_created == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    assert sent.date_sent is None
    assert sent.error_code is None


def test_a_service_picks_the_number_and_says_so_only_later(client: Client) -> None:
    sent = client.messages.create(to=PATIENT, messaging_service_sid=SERVICE, body="Time.")

    assert (sent.status, sent.from_, sent.num_segments) == ("accepted", None, "0")
    assert sent.messaging_service_sid == SERVICE
    assert client.messages(str(sent.sid)).fetch().from_ == "+15005550006"


def test_a_service_sends_from_the_number_it_was_given(
    settings: SandboxSettings, connect: Callable[..., Client]
) -> None:
    with Sandbox(replace(settings, services={SERVICE: CLINIC})) as sandbox:
        connect(sandbox).messages.create(to=PATIENT, messaging_service_sid=SERVICE, body="Time.")

        [kept] = sandbox.texts(PATIENT)

    assert kept.sender == CLINIC


def test_a_text_arrives_and_is_dated_when_it_has_travelled(
    client: Client, sandbox: Sandbox
) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")
    sandbox.settle()

    fetched = client.messages(str(sent.sid)).fetch()

    assert fetched.status == "delivered"
    assert fetched.date_sent == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    [kept] = sandbox.texts(PATIENT)
    assert kept.arrived
    assert kept.direction is Direction.OUTBOUND


MAGIC = [
    pytest.param({"to": "+15005550001"}, 21211, id="invalid To"),
    pytest.param({"to": "+15005550002"}, 21612, id="unroutable"),
    pytest.param({"to": "+15005550003"}, 21408, id="region off"),
    pytest.param({"to": "+15005550004"}, 21610, id="opted out"),
    pytest.param({"to": "+15005550009"}, 21614, id="not a mobile"),
    pytest.param({"from_": "+15005550001"}, 21212, id="invalid From"),
    pytest.param({"from_": "+15005550007"}, 21606, id="From not owned"),
    pytest.param({"from_": "+15005550008"}, 21611, id="From queue full"),
]
WRONG = [
    pytest.param({"to": "555-0100"}, 21211, id="To not E.164"),
    pytest.param({"to": CLINIC}, 21211, id="To is From"),
    pytest.param({"to": ""}, 21604, id="no To"),
    pytest.param({"from_": ""}, 21603, id="no From"),
    pytest.param({"from_": "a much too long name"}, 21212, id="From no sender"),
    pytest.param({"body": ""}, 21602, id="no Body"),
    pytest.param({"body": "x" * 1601}, 21617, id="Body too long"),
    pytest.param({"validity_period": 0}, 90007, id="validity too short"),
    pytest.param({"validity_period": 36001}, 90007, id="validity too long"),
    pytest.param({"status_callback": "ftp://127.0.0.1/x"}, 21609, id="callback no URL"),
    pytest.param({"status_callback": "http://a_b.example/x"}, 21609, id="callback underscore"),
    pytest.param({"messaging_service_sid": "MGxyz"}, 20422, id="service no SID"),
]


@pytest.mark.parametrize(("change", "code"), MAGIC + WRONG)
def test_a_bad_text_is_refused_with_the_providers_code(
    client: Client, sandbox: Sandbox, change: dict[str, object], code: int
) -> None:
    wanted = {"to": PATIENT, "from_": CLINIC, "body": "Time.", **change}

    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**wanted)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert not sandbox.texts(PATIENT)


def test_a_refusal_repeats_the_number_as_the_providers_does(client: Client) -> None:
    with pytest.raises(TwilioRestException, match=r"\+15005550001"):
        client.messages.create(to="+15005550001", from_=CLINIC, body="Time.")


def test_the_longest_body_and_validity_are_taken(client: Client) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="x" * 1600, validity_period=36000)

    assert sent.num_segments == "11"


def test_a_wrong_token_is_refused(sandbox: Sandbox, connect: Callable[..., Client]) -> None:
    stranger = connect(sandbox, token="guessed")

    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=PATIENT, from_=CLINIC, body="Time.")

    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_an_api_key_opens_the_same_account(
    settings: SandboxSettings, connect: Callable[..., Client]
) -> None:
    with Sandbox(replace(settings, api_key="SK1", api_secret="s")) as sandbox:
        client = connect(sandbox)
        client.username, client.password = "SK1", "s"
        client.auth = ("SK1", "s")

        sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")

    assert sent.status == "queued"


def test_the_list_shows_one_patients_texts_newest_first(client: Client) -> None:
    first = client.messages.create(to=PATIENT, from_=CLINIC, body="one")
    client.messages.create(to="+14155550199", from_=CLINIC, body="other")
    second = client.messages.create(to=PATIENT, from_=CLINIC, body="two")

    listed = client.messages.list(to=PATIENT, limit=50)

    assert [text.sid for text in listed] == [second.sid, first.sid]


def test_the_list_shows_everything_or_one_senders_texts(client: Client) -> None:
    client.messages.create(to=PATIENT, from_=CLINIC, body="one")
    client.messages.create(to=PATIENT, from_="+15017122662", body="two")

    everything = client.messages.list()
    ours = client.messages.list(from_=CLINIC)

    assert [text.body for text in everything] == ["two", "one"]
    assert [text.body for text in ours] == ["one"]


def test_the_list_shows_what_a_patient_wrote(client: Client, sandbox: Sandbox) -> None:
    client.messages.create(to=PATIENT, from_=CLINIC, body="one")
    sandbox.text_in(PATIENT, CLINIC, "DONE 3")

    [heard] = client.messages.list(to=CLINIC, limit=50)

    assert (heard.direction, heard.status) == ("inbound", "received")
    assert (heard.from_, heard.body) == (PATIENT, "DONE 3")
    assert heard.date_sent is not None


def test_the_list_goes_on_by_pages_without_repeating_or_losing_a_text(client: Client) -> None:
    bodies = [f"text {number}" for number in range(7)]
    for body in bodies:
        client.messages.create(to=PATIENT, from_=CLINIC, body=body)
    pages = client.messages.stream(to=PATIENT, page_size=3)
    seen = [next(pages).body]

    client.messages.create(to=PATIENT, from_=CLINIC, body="written meanwhile")
    seen += [text.body for text in pages]

    assert seen == bodies[::-1]


def test_the_list_can_be_read_by_page_number(client: Client) -> None:
    for number in range(5):
        client.messages.create(to=PATIENT, from_=CLINIC, body=f"text {number}")

    page = client.messages.page(to=PATIENT, page_size=2, page_number=1)

    assert [text.body for text in page] == ["text 2", "text 1"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param({"date_sent_after": timedelta(hours=-1)}, True, id="after, earlier"),
        pytest.param({"date_sent_after": timedelta(hours=1)}, False, id="after, later"),
        pytest.param({"date_sent_before": timedelta(hours=1)}, True, id="before, later"),
        pytest.param({"date_sent_before": timedelta(hours=-1)}, False, id="before, earlier"),
        pytest.param({"date_sent": timedelta()}, True, id="that day"),
        pytest.param({"date_sent": timedelta(days=1)}, False, id="another day"),
    ],
)
def test_the_list_filters_by_the_time_of_sending(
    client: Client, sandbox: Sandbox, filters: dict[str, timedelta], found: bool
) -> None:
    client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")
    sandbox.settle()
    moments = {
        name: datetime(2026, 3, 3, 14, 0, tzinfo=UTC) + away for name, away in filters.items()
    }

    listed = client.messages.list(to=PATIENT, limit=5, **moments)

    assert bool(listed) is found


def test_an_unsent_text_has_no_date_to_be_found_by(
    settings: SandboxSettings, connect: Callable[..., Client]
) -> None:
    with Sandbox(replace(settings, step_seconds=60)) as sandbox:
        client = connect(sandbox)
        client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")

        by_date = client.messages.list(to=PATIENT, date_sent_after=datetime(2026, 1, 1, tzinfo=UTC))
        plain = client.messages.list(to=PATIENT)

    assert (len(by_date), len(plain)) == (0, 1)


def test_a_queued_text_can_be_canceled_and_then_never_arrives(
    settings: SandboxSettings, connect: Callable[..., Client]
) -> None:
    with Sandbox(replace(settings, step_seconds=0.2)) as sandbox:
        client = connect(sandbox)
        sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")

        client.messages(str(sent.sid)).update(status="canceled")
        sandbox.settle()

        [kept] = sandbox.texts(PATIENT)
    assert kept.status is Status.CANCELED


def test_a_delivered_text_cannot_be_canceled(client: Client, sandbox: Sandbox) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")
    sandbox.settle()

    with pytest.raises(TwilioRestException) as refused:
        client.messages(str(sent.sid)).update(status="canceled")

    assert refused.value.code == 30409


def test_the_words_of_a_text_can_be_removed_but_not_changed(client: Client) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")
    one = client.messages(str(sent.sid))

    with pytest.raises(TwilioRestException):
        one.update(body="other words")
    one.update(body="")

    assert one.fetch().body == ""


@pytest.mark.parametrize(
    ("method", "query", "status", "code"),
    [
        ("GET", "?PageSize=many", 400, 20422),
        ("GET", "?DateSent=yesterday", 400, 20422),
        ("PUT", "", 405, 20004),
    ],
)
def test_a_bad_question_is_refused(
    sandbox: Sandbox, settings: SandboxSettings, method: str, query: str, status: int, code: int
) -> None:
    url = f"{sandbox.base_url}/2010-04-01/Accounts/{settings.account_sid}/Messages.json{query}"

    answer = requests.request(
        method, url, auth=(settings.account_sid, settings.auth_token), timeout=5
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_text_can_be_deleted(client: Client, sandbox: Sandbox) -> None:
    sent = client.messages.create(to=PATIENT, from_=CLINIC, body="Time.")

    assert client.messages(str(sent.sid)).delete()

    with pytest.raises(TwilioRestException) as missing:
        client.messages(str(sent.sid)).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)
    assert not sandbox.texts(PATIENT)


def test_a_removed_text_does_not_confuse_the_order(client: Client, sandbox: Sandbox) -> None:
    first, second = (
        client.messages.create(to=PATIENT, from_=CLINIC, body=body) for body in ("one", "two")
    )
    client.messages(str(first.sid)).delete()

    third = client.messages.create(to=PATIENT, from_=CLINIC, body="three")

    kept = sandbox.texts(PATIENT)
    assert [text.sid for text in kept] == [second.sid, third.sid]
    assert len({text.serial for text in kept}) == 2
