"""Is only what our provider signed believed, and all that it says read?"""

from collections.abc import Sequence

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from reminders.channels import Malformed, OptOut, Reason, Status
from reminders.channels.twilio import read_incoming, read_status, spoken, verify

URL = "https://pt.example/hooks/text"
TOKEN = "0123456789abcdef"
FORM = {
    "MessageSid": "SM1",
    "AccountSid": "AC1",
    "From": "+15550100001",
    "To": "+15550109999",
    "Body": " ¿Listo? 3/10 & ya\n",
    "NumMedia": "0",
    "SmsStatus": "received",
}


def signed(url: str = URL, token: str = TOKEN) -> str:
    return RequestValidator(token).compute_signature(url, FORM)


@pytest.mark.parametrize(
    "tokens",
    [
        pytest.param([TOKEN], id="the token"),
        pytest.param(["the-new-one", TOKEN], id="an old token while rotating"),
        pytest.param(["", TOKEN], id="beside an empty one"),
    ],
)
def test_a_request_signed_with_a_token_of_ours_is_believed(tokens: Sequence[str]) -> None:
    assert verify(URL, FORM, signed(), tokens)


def test_a_form_as_flask_gives_it_is_believed() -> None:
    form = MultiDict([*FORM.items(), ("To", FORM["To"])])

    assert verify(URL, form, signed(), [TOKEN])


@pytest.mark.parametrize(
    ("url", "signature", "tokens"),
    [
        pytest.param(URL, "", [TOKEN], id="not signed"),
        pytest.param(URL, "x", [TOKEN], id="nonsense"),
        pytest.param(URL, "é" * 28, [TOKEN], id="not even ascii"),
        pytest.param(URL, signed(token="other"), [TOKEN], id="another token"),
        pytest.param(URL, signed(), [], id="no token"),
        pytest.param(URL + "/", signed(), [TOKEN], id="another path"),
        pytest.param("http://pt.example/hooks/text", signed(), [TOKEN], id="another scheme"),
        pytest.param("https://pt.example:port/", signed(), [TOKEN], id="an impossible address"),
        pytest.param("https://[", signed(), [TOKEN], id="half an address"),
    ],
)
def test_anything_else_is_not_believed(url: str, signature: str, tokens: Sequence[str]) -> None:
    assert not verify(url, FORM, signature, tokens)


def test_nobody_can_sign_with_an_empty_token() -> None:
    assert not verify(URL, FORM, signed(token=""), [""])


def test_a_changed_form_is_not_believed() -> None:
    assert not verify(URL, {**FORM, "Body": "done 3"}, signed(), [TOKEN])


def test_a_shared_key_signature_is_not_believed() -> None:
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA1"

    assert not verify(URL, FORM, signed(), [TOKEN], signature_settings=settings)


@pytest.mark.parametrize("form", [None, 7, {"Body": 7}, {"Body": None}], ids=str)
def test_an_odd_form_is_not_believed_and_raises_nothing(form: object) -> None:
    assert not verify(URL, form, signed(), [TOKEN])  # type: ignore[arg-type]


def test_an_incoming_text_is_read_untouched() -> None:
    text = read_incoming(FORM)

    assert (text.provider_id, text.account) == ("SM1", "AC1")
    assert (text.sender, text.recipient) == ("+15550100001", "+15550109999")
    assert text.text == " ¿Listo? 3/10 & ya\n"
    assert (text.media, text.opt_out_type) == (0, None)


@pytest.mark.parametrize(
    ("changed", "text", "media", "opt_out"),
    [
        pytest.param({"Body": "", "NumMedia": "2"}, "", 2, None, id="a picture without words"),
        pytest.param({"NumMedia": "many"}, FORM["Body"], 0, None, id="an odd count"),
        pytest.param({"OptOutType": "STOP"}, FORM["Body"], 0, OptOut.STOP, id="stop"),
        pytest.param({"OptOutType": "start"}, FORM["Body"], 0, OptOut.START, id="start"),
        pytest.param({"OptOutType": "PAUSE"}, FORM["Body"], 0, None, id="a new kind"),
        pytest.param({"Brandnew": "1"}, FORM["Body"], 0, None, id="a new field"),
        pytest.param({"Body": "\ud83d\x00 3"}, "? 3", 0, None, id="letters no database takes"),
        pytest.param({"From": "MAPLEPT"}, FORM["Body"], 0, None, id="a sender without a number"),
    ],
)
def test_odd_fields_lose_no_text(
    changed: dict[str, str], text: str, media: int, opt_out: OptOut | None
) -> None:
    read = read_incoming({**FORM, **changed})

    assert (read.text, read.media, read.opt_out_type) == (text, media, opt_out)


@pytest.mark.parametrize("name", ["SmsSid", "SmsMessageSid"])
def test_the_older_names_of_the_id_will_do(name: str) -> None:
    form = {**FORM, name: "SM1"}
    del form["MessageSid"]

    assert read_incoming(form).provider_id == "SM1"


def test_a_text_without_a_body_is_an_empty_text() -> None:
    form = {name: value for name, value in FORM.items() if name != "Body"}

    assert read_incoming(form).text == ""


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_a_text_without_what_it_must_have_says_which(missing: str) -> None:
    form = {name: value for name, value in FORM.items() if name != missing}

    with pytest.raises(Malformed, match=missing):
        read_incoming(form)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("accepted", Status.ACCEPTED),
        ("scheduled", Status.ACCEPTED),
        ("queued", Status.ACCEPTED),
        ("sending", Status.ACCEPTED),
        ("sent", Status.SENT),
        ("partially_delivered", Status.SENT),
        ("delivered", Status.DELIVERED),
        ("read", Status.DELIVERED),
        ("undelivered", Status.UNDELIVERED),
        ("failed", Status.UNDELIVERED),
        ("canceled", Status.UNDELIVERED),
        ("Delivered", Status.DELIVERED),
        ("teleported", Status.ACCEPTED),
    ],
)
def test_every_word_of_theirs_is_one_of_ours(said: str, status: Status) -> None:
    event = read_status({"MessageSid": "SM1", "MessageStatus": said, "New": "field"})

    assert (event.provider_id, event.status, event.said) == ("SM1", status, said.lower())


@pytest.mark.parametrize(
    ("form", "code", "reason"),
    [
        pytest.param({"ErrorCode": "30006"}, "30006", Reason.NOT_A_MOBILE, id="a known code"),
        pytest.param({"ErrorCode": "31999"}, "31999", Reason.UNEXPLAINED, id="a new code"),
        pytest.param({"ErrorCode": "oops"}, "", Reason.UNEXPLAINED, id="an odd code"),
        pytest.param({}, "", Reason.UNEXPLAINED, id="no code"),
    ],
)
def test_a_failure_brings_a_verdict(form: dict[str, str], code: str, reason: Reason) -> None:
    event = read_status({"MessageSid": "SM1", "MessageStatus": "undelivered", **form})

    assert event.code == code
    assert event.verdict is not None
    assert event.verdict.reason is reason


def test_a_success_brings_no_verdict() -> None:
    event = read_status({"SmsSid": "SM1", "SmsStatus": "delivered", "ErrorCode": "0"})

    assert (event.code, event.verdict) == ("", None)


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
def test_a_receipt_without_what_it_must_have_says_which(missing: str) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "sent"}
    del form[missing]

    with pytest.raises(Malformed, match=missing):
        read_status(form)


def test_a_text_in_the_very_answer_is_escaped() -> None:
    assert "<Message>Call 911 &amp; us: &lt;now&gt;</Message>" in spoken("Call 911 & us: <now>")
