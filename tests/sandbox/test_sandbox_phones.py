"""Does a text from a phone reach carrier and application as a real one does?"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sandbox_receiver import Answer, Receiver
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from reminders.sandbox import Direction, Sandbox, SandboxSettings, Status

CLINIC = "+15017122661"
OTHER_CLINIC = "+15017122662"
TOLL_FREE = "+18665550100"
PATIENT = "+14155550100"
SERVICE = "MG" + "a" * 32


def send(client: Client, sender: str = CLINIC) -> str:
    return str(client.messages.create(to=PATIENT, from_=sender, body="Time.").sid)


def is_refused(client: Client, sender: str = CLINIC) -> bool:
    try:
        send(client, sender)
    except TwilioRestException as refused:
        assert refused.code == 21610
        return True
    return False


def heard(sandbox: Sandbox) -> list[str]:
    return [text.body for text in sandbox.texts(PATIENT) if text.direction is Direction.REPLY]


def test_a_text_reaches_the_application_signed_with_the_providers_fields(
    sandbox: Sandbox, application: Receiver
) -> None:
    answered = sandbox.text_in(PATIENT, CLINIC, "DONE 3, ¡gracias! 👍")

    call = application.next_call()
    assert call.url == f"{application.url}/hooks/text"
    validator = RequestValidator("the-token")
    assert validator.validate(call.url, call.form, call.headers["X-Twilio-Signature"])
    assert call.form["Body"] == "DONE 3, ¡gracias! 👍"
    assert (call.form["From"], call.form["To"]) == (PATIENT, CLINIC)
    assert call.form["MessageSid"] == call.form["SmsSid"] == answered.sid
    assert call.form["AccountSid"] == "AC" + "1" * 32
    assert (call.form["NumMedia"], call.form["SmsStatus"]) == ("0", "received")
    assert call.form["FromCity"] == ""
    assert {"OptOutType", "MessagingServiceSid", "MediaUrl0"}.isdisjoint(call.form)
    assert (answered.status, answered.body, answered.texts) == (200, "<Response/>", ())


def test_a_picture_comes_with_its_address_and_an_empty_body(
    sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.text_in(PATIENT, CLINIC, "", media=2)

    form = application.next_call().form
    assert (form["NumMedia"], form["Body"]) == ("2", "")
    assert form["MediaUrl1"].startswith("https://api.twilio.com/")
    assert form["MessageSid"].startswith("MM")


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("<Response><Message>Call 911 &amp; wait.</Message></Response>", ("Call 911 & wait.",)),
        ("<Response><Message><Body>One</Body></Message></Response>", ("One",)),
        ("<Response><Message>One</Message><Message>Two</Message></Response>", ("One", "Two")),
        ("<Response/>", ()),
        ("no xml", ()),
    ],
)
def test_twiml_becomes_texts_to_that_phone(
    sandbox: Sandbox, application: Receiver, answer: str, texts: tuple[str, ...]
) -> None:
    application.default = Answer(body=answer)

    answered = sandbox.text_in(PATIENT, CLINIC, "chest pain")
    sandbox.settle()

    assert answered.texts == texts
    assert tuple(heard(sandbox)) == texts
    assert all(text.arrived for text in sandbox.texts(PATIENT))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503, "<Response><Message>No</Message></Response>"),
        Answer(200, "<Response><Message>No</Message></Response>", "text/html"),
    ],
    ids=["an error", "not xml"],
)
def test_an_answer_that_is_no_twiml_sends_nothing(
    sandbox: Sandbox, application: Receiver, answer: Answer
) -> None:
    application.default = answer

    answered = sandbox.text_in(PATIENT, CLINIC, "hello")

    assert (answered.status, answered.texts) == (answer.status, ())
    assert heard(sandbox) == []


def test_a_text_can_be_brought_twice_under_the_same_sid(
    sandbox: Sandbox, application: Receiver
) -> None:
    first = sandbox.text_in(PATIENT, CLINIC, "DONE")

    again = sandbox.repeat(first.sid)

    assert again.sid == first.sid
    one, two = application.all_calls()
    assert one.form == two.form
    assert len(sandbox.texts(PATIENT)) == 1


def test_a_text_that_never_reached_the_application_is_in_the_list(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    lost = sandbox.text_lost(PATIENT, CLINIC, "DONE 2")

    [listed] = client.messages.list(to=CLINIC, limit=5)

    assert (listed.sid, listed.body) == (lost.sid, "DONE 2")
    assert application.all_calls() == []


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT"]
)
def test_a_stop_word_blocks_the_sender_and_still_reaches_the_application(
    client: Client, sandbox: Sandbox, application: Receiver, word: str
) -> None:
    sandbox.text_in(PATIENT, CLINIC, word)

    assert is_refused(client)
    assert application.next_call().form["Body"] == word
    assert len(heard(sandbox)) == 1
    assert "unsubscribed" in heard(sandbox)[0]


@pytest.mark.parametrize(
    "words", ["stop please", "please STOP", "don't stop", "START", "HELP", "no"]
)
def test_other_words_block_nobody(client: Client, sandbox: Sandbox, words: str) -> None:
    sandbox.text_in(PATIENT, CLINIC, words)

    assert not is_refused(client)


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_a_start_word_lifts_the_block(client: Client, sandbox: Sandbox, word: str) -> None:
    sandbox.text_in(PATIENT, CLINIC, "STOP")

    sandbox.text_in(PATIENT, CLINIC, word)

    assert not is_refused(client)
    assert "re-subscribed" in heard(sandbox)[-1]


def test_yes_from_a_phone_that_never_said_stop_is_an_ordinary_answer(sandbox: Sandbox) -> None:
    sandbox.text_in(PATIENT, CLINIC, "YES")

    assert heard(sandbox) == []


def test_a_second_stop_is_not_answered_again(sandbox: Sandbox) -> None:
    sandbox.text_in(PATIENT, CLINIC, "STOP")
    sandbox.text_in(PATIENT, CLINIC, "STOP")

    assert len(heard(sandbox)) == 1


def test_help_is_answered_by_the_carrier_each_time(sandbox: Sandbox) -> None:
    sandbox.text_in(PATIENT, CLINIC, "HELP")
    sandbox.text_in(PATIENT, CLINIC, "info")

    assert len(heard(sandbox)) == 2


def test_a_stop_holds_for_one_sender_only(client: Client, sandbox: Sandbox) -> None:
    sandbox.text_in(PATIENT, CLINIC, "STOP")

    assert is_refused(client, CLINIC)
    assert not is_refused(client, OTHER_CLINIC)


def test_a_stop_to_a_services_number_holds_for_the_whole_service(
    settings: SandboxSettings, application: Receiver, connect: Callable[..., Client]
) -> None:
    service = replace(settings, services={SERVICE: CLINIC}, texts_to=application.url)
    with Sandbox(service) as sandbox:
        sandbox.text_in(PATIENT, CLINIC, "STOP")

        with pytest.raises(TwilioRestException) as refused:
            connect(sandbox).messages.create(
                to=PATIENT, messaging_service_sid=SERVICE, body="Time."
            )

    assert refused.value.code == 21610
    assert application.next_call().form["MessagingServiceSid"] == SERVICE


def test_on_a_toll_free_number_yes_is_not_start(client: Client, sandbox: Sandbox) -> None:
    sandbox.text_in(PATIENT, TOLL_FREE, "STOP")

    sandbox.text_in(PATIENT, TOLL_FREE, "YES")
    after_yes = is_refused(client, TOLL_FREE)
    sandbox.text_in(PATIENT, TOLL_FREE, "START")

    assert after_yes
    assert not is_refused(client, TOLL_FREE)


def test_an_own_keyword_blocks_when_the_provider_says_so(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    sandbox.text_in(PATIENT, CLINIC, "ALTO", opt_out_type="STOP")

    assert application.next_call().form["OptOutType"] == "STOP"
    assert is_refused(client)


def test_a_carrier_may_block_without_a_word(
    settings: SandboxSettings, application: Receiver, connect: Callable[..., Client]
) -> None:
    silent = replace(settings, carrier_replies=False, texts_to=application.url)
    with Sandbox(silent) as sandbox:
        sandbox.text_in(PATIENT, CLINIC, "STOP")
        sandbox.text_in(PATIENT, CLINIC, "HELP")

        assert heard(sandbox) == []
        assert is_refused(connect(sandbox))


def test_a_carrier_may_leave_stop_to_the_application(
    settings: SandboxSettings, application: Receiver, connect: Callable[..., Client]
) -> None:
    with Sandbox(replace(settings, carrier_blocks=False, texts_to=application.url)) as sandbox:
        sandbox.text_in(PATIENT, CLINIC, "STOP")

        assert heard(sandbox) == []
        assert not is_refused(connect(sandbox))


def test_a_twiml_answer_to_stop_fails_at_the_carrier(
    sandbox: Sandbox, application: Receiver
) -> None:
    application.default = Answer(body="<Response><Message>Bye.</Message></Response>")

    sandbox.text_in(PATIENT, CLINIC, "STOP")
    sandbox.settle()

    bye = sandbox.texts(PATIENT)[-1]
    assert (bye.body, bye.status, bye.error_code) == ("Bye.", Status.FAILED, 21610)
    assert not bye.arrived


def test_a_conversation_is_kept_in_order_with_both_sides(
    client: Client, sandbox: Sandbox, application: Receiver
) -> None:
    application.default = Answer(body="<Response><Message>Thank you.</Message></Response>")

    send(client)
    sandbox.text_in(PATIENT, CLINIC, "DONE")
    sandbox.settle()

    said = [(text.direction, text.body) for text in sandbox.texts(PATIENT)]
    assert said == [
        (Direction.OUTBOUND, "Time."),
        (Direction.INBOUND, "DONE"),
        (Direction.REPLY, "Thank you."),
    ]
    assert sandbox.texts(CLINIC) == sandbox.texts(PATIENT)
