"""Does an admin learn, before any patient, whether texts, answers and mail will work?"""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
import sqlalchemy as sa
from builders import CLINIC_NUMBER, a_clinic, a_therapist
from desk_door import press, sign_in
from flask import Flask
from flask.testing import FlaskClient
from open_house import free_port, served
from pydantic import SecretStr
from setting import ACCOUNT, TOKEN, HandClock

from app import create_app
from reminders.config import Mode, Settings, SystemClock
from reminders.core.gate import Kind
from reminders.outbox import apply_receipts
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.store.accounts import Role, Staff
from reminders.store.audit import AuditEvent
from reminders.store.conversation import Message, State
from reminders.store.db import Sessions
from reminders.store.people import Clinic
from reminders.web.house import house_of

MINE = "+12075550190"
PLACE = "/desk/clinic/sending"


@pytest.fixture
def public(wired: Settings) -> Settings:
    """Settings whose public address is of this machine, and nobody answers there yet."""
    return wired.model_copy(update={"public_base_url": f"http://127.0.0.1:{free_port()}"})


@pytest.fixture
def desk(public: Settings, sessions: Sessions, clock: HandClock) -> Iterator[Flask]:
    with a_desk(public, sessions, clock) as app:
        yield app


@contextmanager
def a_desk(settings: Settings, sessions: Sessions, clock: HandClock) -> Iterator[Flask]:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        a_therapist(session, clinic, "Ada Berg", "ada@maplept.example", Role.ADMIN)
    app = create_app(settings, time=clock, sessions=sessions)
    app.testing = True
    yield app
    house_of(app).courier.close()


def admin(app: Flask) -> FlaskClient:
    client = app.test_client()
    with house_of(app).sessions() as session:
        ada = session.scalars(sa.select(Staff.id).where(Staff.role == Role.ADMIN)).one()
    sign_in(client, ada)
    return client


def tried(app: Flask, what: str) -> str:
    """Press one of the buttons, and read the page that follows."""
    client = admin(app)
    answer = press(client, PLACE, f"{PLACE}/{what}")
    assert answer.status_code == 303
    return unescape(client.get(PLACE).text)


def proofs(sessions: Sessions) -> set[str]:
    with sessions() as session:
        found = sa.select(AuditEvent.action).where(AuditEvent.action.startswith("set_up."))
        return set(session.scalars(found))


def port_of(settings: Settings) -> int:
    return int(settings.public_base_url.rpartition(":")[2])


# The account


def test_the_account_is_tried_without_sending_anything(
    desk: Flask, sessions: Sessions, sandbox: Sandbox
) -> None:
    said = tried(desk, "texts")

    assert "The provider knows the account and the number. Nothing was sent." in said
    assert sandbox.texts(CLINIC_NUMBER) == ()
    assert proofs(sessions) == {"set_up.texts"}


@pytest.mark.parametrize(
    ("way", "changes", "said"),
    [
        pytest.param(
            "texts",
            {"twilio_auth_tokens": (SecretStr("old"),)},
            "know TWILIO_ACCOUNT_SID and TWILIO_AUTH_",
            id="token",
        ),
        pytest.param(
            "texts",
            {"twilio_api_key": "SK1"},
            "does not know TWILIO_API_KEY and TWILIO_API_SECRET",
            id="key",
        ),
        pytest.param(
            "texts",
            {"twilio_base_url": "http://127.0.0.1:9"},
            "The provider could not be asked.",
            id="no provider there",
        ),
        pytest.param(
            "mail", {"smtp_port": 9}, "The mail server does not answer.", id="no mail server there"
        ),
        pytest.param(
            "mail",
            {"smtp_username": "desk"},
            "does not offer what SMTP_SECURITY or SMTP_USERNAME asks",
            id="no sign-in",
        ),
        pytest.param(
            "mail",
            {"smtp_host": ""},
            "SMTP_HOST is empty: this installation sends no email.",
            id="no mail server named",
        ),
    ],
)
def test_what_is_wrong_with_a_way_out_is_said_and_nothing_counts_as_tried(
    public: Settings,
    sessions: Sessions,
    clock: HandClock,
    way: str,
    changes: dict[str, object],
    said: str,
) -> None:
    with a_desk(public.model_copy(update=changes), sessions, clock) as app:
        assert said in tried(app, way)

    assert proofs(sessions) == set()


def test_a_number_of_somebody_else_is_no_sender(
    public: Settings, sessions: Sessions, clock: HandClock
) -> None:
    settings = SandboxSettings(
        mode=Mode.TEST,
        now=SystemClock().now,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=frozenset({"+12075550177"}),
    )
    with Sandbox(settings) as provider:
        theirs = public.model_copy(update={"twilio_base_url": provider.base_url})
        with a_desk(theirs, sessions, clock) as app:
            assert "this number is not its own" in tried(app, "texts")


# The way back


def test_a_signed_post_comes_back_to_us_and_the_provider_knows_the_way(
    desk: Flask, public: Settings, sessions: Sessions, sandbox: Sandbox
) -> None:
    sandbox.deliver_to(texts=f"{public.public_base_url}/hooks/text")

    with served(desk, port_of(public)):
        said = tried(desk, "door")

    assert "Signed posts arrive, and the provider brings texts here." in said
    assert f"{public.public_base_url}/hooks/text#rc=3&rp=ct,rt,5xx" in said
    assert proofs(sessions) == {"set_up.door"}


def test_a_number_whose_texts_go_elsewhere_is_not_ready(
    desk: Flask, public: Settings, sessions: Sessions, sandbox: Sandbox
) -> None:
    sandbox.deliver_to(texts="http://127.0.0.1:9/somewhere")

    with served(desk, port_of(public)):
        said = tried(desk, "door")

    assert "does not bring this number's texts here yet" in said
    assert proofs(sessions) == set()


def test_nobody_at_the_public_address_is_said(desk: Flask, sessions: Sessions) -> None:
    assert "Nobody answered at PUBLIC_BASE_URL." in tried(desk, "door")
    assert proofs(sessions) == set()


def test_a_stranger_at_the_public_address_is_said(
    wired: Settings, sessions: Sessions, clock: HandClock, sandbox: Sandbox
) -> None:
    stranger = wired.model_copy(update={"public_base_url": sandbox.base_url})

    with a_desk(stranger, sessions, clock) as app:
        assert "Something else answers at PUBLIC_BASE_URL" in tried(app, "door")

    assert proofs(sessions) == set()


def test_a_proxy_that_changes_the_address_is_said(
    desk: Flask, public: Settings, sessions: Sessions, clock: HandClock
) -> None:
    """The web behind it believes in another address than the one that is called."""
    elsewhere = public.model_copy(update={"public_base_url": "http://127.0.0.1:9"})
    behind = create_app(elsewhere, time=clock, sessions=sessions)

    with served(behind, port_of(public)):
        said = tried(desk, "door")

    assert "not at the address it was signed for" in said
    house_of(behind).courier.close()


# Mail


def test_the_mail_server_is_tried_without_a_letter(
    desk: Flask, sessions: Sessions, sandbox: Sandbox
) -> None:
    assert "The mail server lets us in and takes our sender." in tried(desk, "mail")
    assert sandbox.mails("ada@maplept.example") == ()
    assert proofs(sessions) == {"set_up.mail"}


# A test to oneself


def test_a_text_to_ones_own_phone_goes_the_way_of_a_reminder_and_its_receipt_comes_back(
    desk: Flask, public: Settings, sessions: Sessions, sandbox: Sandbox, clock: HandClock
) -> None:
    with served(desk, port_of(public)):
        tried(desk, "text")
        house_of(desk).courier.close()
        sandbox.settle()
    apply_receipts(sessions, clock.moment)

    [text] = sandbox.texts(MINE)
    assert text.sender == CLINIC_NUMBER
    assert text.body.startswith("Maple PT: a test.")
    with sessions() as session:
        message = session.scalars(sa.select(Message).where(Message.kind == Kind.TEST)).one()
    assert message.state is State.DELIVERED
    assert "Arrived" in unescape(admin(desk).get(PLACE).text)


def test_a_mail_to_oneself_arrives(desk: Flask, sandbox: Sandbox) -> None:
    tried(desk, "email")
    house_of(desk).courier.close()

    [mail] = sandbox.mails("ada@maplept.example")
    assert b"You can read this, so emails arrive." in mail.raw


def test_a_clinic_that_cannot_say_whom_to_call_sends_no_test_either(
    desk: Flask, sessions: Sessions, sandbox: Sandbox
) -> None:
    with sessions.begin() as session:
        session.scalars(sa.select(Clinic)).one().crisis_number = ""

    tried(desk, "text")
    house_of(desk).courier.close()

    assert sandbox.texts(MINE) == ()
    assert "Held back (clinic not set up)" in unescape(admin(desk).get(PLACE).text)


def test_a_button_pressed_twice_is_one_text(desk: Flask, sandbox: Sandbox) -> None:
    client = admin(desk)
    for _ in range(2):
        press(client, PLACE, f"{PLACE}/text")
    house_of(desk).courier.close()

    assert len(sandbox.texts(MINE)) == 1


@pytest.mark.parametrize("what", ["texts", "door", "mail", "text", "email"])
def test_nobody_but_an_admin_tries_anything(
    desk: Flask, sessions: Sessions, sandbox: Sandbox, what: str
) -> None:
    client = desk.test_client()
    with sessions.begin() as session:
        clinic = session.scalars(sa.select(Clinic)).one()
        person = a_therapist(session, clinic, "Bo", "bo@maplept.example", Role.ASSISTANT).id
    sign_in(client, person)

    answer = press(client, "/desk/me", f"{PLACE}/{what}")
    house_of(desk).courier.close()

    assert answer.status_code == 303
    assert proofs(sessions) == set()
    assert sandbox.texts(MINE) == ()
