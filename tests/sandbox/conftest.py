"""Which sandbox, application and SDK do these tests play with?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sandbox_receiver import Receiver, RedirectingHttpClient
from twilio.rest import Client

from reminders.config import Mode
from reminders.sandbox import Sandbox, SandboxSettings

NOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@pytest.fixture
def settings() -> SandboxSettings:
    return SandboxSettings(
        mode=Mode.TEST,
        now=lambda: NOW,
        account_sid="AC" + "1" * 32,
        auth_token="the-token",
        step_seconds=0.01,
    )


@pytest.fixture
def application() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sandbox(settings: SandboxSettings, application: Receiver) -> Iterator[Sandbox]:
    doors = replace(
        settings, texts_to=f"{application.url}/hooks/text", mails_to=f"{application.url}/hooks/mail"
    )
    with Sandbox(doors) as running:
        yield running


@pytest.fixture
def connect(settings: SandboxSettings) -> Iterator[Callable[..., Client]]:
    with ExitStack() as open_clients:

        def client(sandbox: Sandbox, *, token: str = "", timeout: float = 5.0) -> Client:
            http = RedirectingHttpClient(sandbox.base_url, timeout)
            assert http.session is not None
            open_clients.callback(http.session.close)
            return Client(settings.account_sid, token or settings.auth_token, http_client=http)

        yield client


@pytest.fixture
def client(connect: Callable[..., Client], sandbox: Sandbox) -> Client:
    return connect(sandbox)
