"""Do we claim to know of a text only what the provider's list proves?"""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from channel_provider import ACCOUNT, Provider

from reminders.channels import Reason, Refused, Sought, Status, Unknown
from reminders.channels.twilio import TwilioChannel

PHONE, CLINIC = "+15550100001", "+15550109999"
SINCE = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
MARKER = "go.example/e/k7"

Row = dict[str, object]


def row(sid: str = "SM1", *, seconds: int = 1, body: str | None = f"Hi {MARKER} x") -> Row:
    """A text of ours, created so many seconds after the attempt."""
    created = format_datetime(SINCE + timedelta(seconds=seconds))
    return {"sid": sid, "body": body, "status": "sent", "date_created": created}


def says(provider: Provider, rows: list[Row], *, more: bool = False) -> None:
    next_page = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1" if more else None
    provider.says(200, {"messages": rows, "next_page_uri": next_page})


def test_a_text_with_the_marker_is_found(provider: Provider, channel: TwilioChannel) -> None:
    says(provider, [row("SM2", body="another text"), row("SM1")])

    found = channel.look_up(Sought(PHONE, SINCE, MARKER))

    assert found is not None
    assert (found.provider_id, found.status) == ("SM1", Status.SENT)


def test_the_list_is_asked_by_number_and_never_by_date(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [])

    channel.look_up(Sought(PHONE, SINCE, MARKER))

    [asked] = provider.asked
    assert asked.method == "GET"
    assert asked.query == {"To": PHONE, "PageSize": "100"}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="none at all"),
        pytest.param([row(body="another text")], id="another text"),
        pytest.param([row(seconds=-61)], id="an older text with the same marker"),
    ],
)
def test_what_a_whole_list_does_not_hold_is_not_there(
    provider: Provider, channel: TwilioChannel, rows: list[Row]
) -> None:
    says(provider, rows)

    assert channel.look_up(Sought(PHONE, SINCE, MARKER)) is None


@pytest.mark.parametrize("seconds", [-59, 0, 600])
def test_clocks_may_differ_by_a_minute(
    provider: Provider, channel: TwilioChannel, seconds: int
) -> None:
    says(provider, [row(seconds=seconds)])

    assert channel.look_up(Sought(PHONE, SINCE, MARKER)) is not None


def test_a_found_text_that_failed_brings_its_verdict(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [{**row(), "status": "failed", "error_code": 30006}])

    found = channel.look_up(Sought(PHONE, SINCE, MARKER))

    assert found is not None
    assert found.status is Status.UNDELIVERED
    assert found.verdict is not None
    assert found.verdict.reason is Reason.NOT_A_MOBILE


def test_redacted_bodies_prove_nothing(provider: Provider, channel: TwilioChannel) -> None:
    says(provider, [row("SM2", body="")])

    with pytest.raises(Unknown) as unknown:
        channel.look_up(Sought(PHONE, SINCE, MARKER))

    assert unknown.value.code == "redacted"


def test_every_text_holds_an_empty_marker_so_it_proves_nothing(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [row()])

    with pytest.raises(Unknown, match="no_marker"):
        channel.look_up(Sought(PHONE, SINCE, ""))


def hundred(*, first: int, step: int) -> list[Row]:
    return [row(f"SM{n}", seconds=first + n * step, body="another") for n in range(100)]


def test_a_cut_list_that_goes_past_the_attempt_proves_that_it_is_not_there(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, hundred(first=30, step=-60), more=True)

    assert channel.look_up(Sought(PHONE, SINCE, MARKER)) is None
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(hundred(first=200, step=-1), id="does not reach back to the attempt"),
        pytest.param(hundred(first=-9000, step=1), id="is oldest first"),
    ],
)
def test_a_cut_list_that_may_hide_the_text_proves_nothing(
    provider: Provider, channel: TwilioChannel, rows: list[Row]
) -> None:
    says(provider, rows, more=True)

    with pytest.raises(Unknown) as unknown:
        channel.look_up(Sought(PHONE, SINCE, MARKER))

    assert unknown.value.code == "list_cut"


def test_many_texts_are_found_in_one_list_of_their_senders_latest(
    provider: Provider, channel: TwilioChannel
) -> None:
    late = Sought("+15550100004", SINCE + timedelta(seconds=300), "go.example/e/k9")
    says(
        provider,
        [
            row("SM3", body="Hi go.example/e/k8 x"),
            row("SM2", body="Hi go.example/e/k9 x"),
            row("SM1"),
            row("SM0", body=None),
        ],
    )

    found = channel.look_through(
        CLINIC,
        [
            Sought(PHONE, SINCE, MARKER),
            Sought("+15550100002", SINCE, "go.example/e/k7x"),
            Sought("+15550100003", SINCE, "go.example/e/k8"),
            late,
        ],
    )

    assert [one.provider_id if one else None for one in found] == ["SM1", None, "SM3", None]
    [asked] = provider.asked
    assert asked.query == {"From": CLINIC, "PageSize": "1000"}


def test_a_service_chooses_its_numbers_so_the_accounts_latest_are_listed(
    provider: Provider, channel: TwilioChannel
) -> None:
    quoted = {**row("SM9", seconds=30), "direction": "inbound"}
    says(provider, [quoted, row()])

    [found] = channel.look_through("MG" + "0" * 32, [Sought(PHONE, SINCE, MARKER)])

    assert found is not None
    assert found.provider_id == "SM1"
    assert provider.asked[0].query == {"PageSize": "1000"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(429, {"code": 20429}, Refused, id="too many requests"),
        pytest.param(401, {"code": 20003}, Refused, id="not let in"),
        pytest.param(500, "", Unknown, id="server error"),
        pytest.param(200, "{}", Unknown, id="no list"),
        pytest.param(200, {"messages": [7]}, Unknown, id="an odd row"),
        pytest.param(200, {"messages": None}, Unknown, id="an odd list"),
    ],
)
def test_a_list_that_cannot_be_read_is_never_an_empty_one(
    provider: Provider,
    channel: TwilioChannel,
    status: int,
    body: object,
    error: type[Exception],
) -> None:
    provider.says(status, body)

    with pytest.raises(error):
        channel.look_up(Sought(PHONE, SINCE, MARKER))
    with pytest.raises(error):
        channel.look_through(CLINIC, [Sought(PHONE, SINCE, MARKER)])


def test_one_text_can_be_asked_about(provider: Provider, channel: TwilioChannel) -> None:
    provider.says(200, {"sid": "SM1", "status": "undelivered", "error_code": 30003})

    event = channel.status("SM1")

    assert provider.asked[0].path.endswith("/Messages/SM1.json")
    assert (event.status, event.code, event.said) == (Status.UNDELIVERED, "30003", "undelivered")


def incoming_row(sid: str, *, seconds: int, body: str = "done 3", **more: object) -> Row:
    sent = format_datetime(SINCE + timedelta(seconds=seconds))
    texts = {"direction": "inbound", "from": PHONE, "to": CLINIC, "num_media": "1", **more}
    return {"sid": sid, "body": body, "date_sent": sent, "account_sid": ACCOUNT, **texts}


def test_incoming_texts_come_oldest_first_and_without_our_own(
    provider: Provider, channel: TwilioChannel
) -> None:
    own = incoming_row("SM8", seconds=2, direction="outbound-api")
    says(provider, [incoming_row("SM3", seconds=3), own, incoming_row("SM1", seconds=1)])

    texts = list(channel.incoming(SINCE, limit=50))

    assert [text.provider_id for text in texts] == ["SM1", "SM3"]
    assert (texts[0].sender, texts[0].recipient, texts[0].text) == (PHONE, CLINIC, "done 3")
    assert (texts[0].media, texts[0].account) == (1, ACCOUNT)
    assert texts[0].at == SINCE + timedelta(seconds=1)


def test_incoming_texts_are_asked_for_in_utc_and_by_number(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [])
    new_york = SINCE.astimezone(timezone(timedelta(hours=-5)))

    list(channel.incoming(new_york, limit=50, recipient=CLINIC))

    [asked] = provider.asked
    assert asked.query["DateSent>"] == "2026-03-03T14:00:00Z"
    assert asked.query["To"] == CLINIC


def test_incoming_texts_of_before_are_left_out_where_a_provider_ignores_the_date(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [incoming_row("SM1", seconds=-86_400)])

    assert list(channel.incoming(SINCE, limit=50)) == []


def test_more_incoming_texts_than_asked_for_are_never_dropped_in_silence(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [incoming_row(f"SM{n}", seconds=n) for n in range(4)])
    texts = channel.incoming(SINCE, limit=2)

    seen = [next(texts).provider_id for _ in range(3)]

    assert seen == ["SM0", "SM1", "SM2"]
    with pytest.raises(Unknown, match="list_cut"):
        next(texts)


def test_all_pages_of_incoming_texts_are_read(provider: Provider, channel: TwilioChannel) -> None:
    says(provider, [incoming_row("SM2", seconds=2)], more=True)
    says(provider, [incoming_row("SM1", seconds=1)])

    texts = list(channel.incoming(SINCE, limit=50))

    assert [text.provider_id for text in texts] == ["SM1", "SM2"]
    assert provider.asked[1].query == {"Page": "1"}


def test_letters_that_no_database_takes_are_replaced(
    provider: Provider, channel: TwilioChannel
) -> None:
    says(provider, [incoming_row("SM1", seconds=1, body="pain \ud83d 3\x00")])

    [text] = channel.incoming(SINCE, limit=50)

    assert text.text == "pain ? 3"
