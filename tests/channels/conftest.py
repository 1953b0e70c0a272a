"""A provider on 127.0.0.1, and a channel that speaks to it."""

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
from channel_provider import ACCOUNT, Provider, handler_of

from reminders.channels.twilio import TwilioChannel


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(provider)) as server:
        server.daemon_threads = True
        server.block_on_close = False
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield provider
        provider.ends.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def channel_to() -> Iterator[Callable[..., TwilioChannel]]:
    made: list[TwilioChannel] = []

    def channel_to(url: str, **more: object) -> TwilioChannel:
        settings = {"timeout": 5.0, **more}
        made.append(TwilioChannel(ACCOUNT, "SK1", "the-secret", url, **settings))
        return made[-1]

    yield channel_to
    for channel in made:
        channel.close()


@pytest.fixture
def channel(provider: Provider, channel_to: Callable[..., TwilioChannel]) -> TwilioChannel:
    return channel_to(provider.url)
