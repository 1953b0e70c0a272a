"""Who travels, who stands ready behind them, and who leaves when one is back."""

import time
from concurrent.futures import Future

import pytest

from reminders.channels import Accepted, Outgoing
from reminders.core.gate import Kind
from reminders.outbox import Post
from reminders.outbox.claiming import Claimed
from reminders.outbox.lanes import Lanes
from reminders.store.people import Medium

A_MINUTE = 60.0
PLACES = 2
BROKEN = "broken"


class AProvider:
    """Keeps every letter until it is told to take it."""

    def __init__(self) -> None:
        self.has: dict[str, Future[Accepted]] = {}

    def start(self, outgoing: Outgoing) -> Future[Accepted]:
        if outgoing.attempt_id == BROKEN:
            raise RuntimeError(BROKEN)
        self.has[outgoing.attempt_id] = Future()
        return self.has[outgoing.attempt_id]

    def take(self, name: str) -> None:
        self.has.pop(name).set_result(Accepted(f"SM{name}", 1))


@pytest.fixture
def provider() -> AProvider:
    return AProvider()


@pytest.fixture
def back() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
def lanes(post: Post, provider: AProvider, back: list[tuple[str, bool]]) -> Lanes:
    settings = post.settings.model_copy(update={"concurrency": PLACES})
    narrow = Post(post.sessions, settings, provider, provider)  # type: ignore[arg-type]  # asks nothing
    return Lanes(narrow, lambda one, came: back.append((one.outgoing.attempt_id, came is not None)))


def a_letter(name: str, *, clinic: int = 1, lease: float = A_MINUTE) -> Claimed:
    outgoing = Outgoing(to="+12075550142", sender="+12075550100", text="", attempt_id=name)
    leased = time.monotonic() + lease
    return Claimed(1, clinic, Medium.TEXT, Kind.REMINDER, 1, outgoing, leased)


def test_so_many_of_a_queue_travel_and_the_next_leaves_as_soon_as_one_is_back(
    lanes: Lanes, provider: AProvider, back: list[tuple[str, bool]]
) -> None:
    for name in ("a", "b", "c", "d"):
        lanes.send(a_letter(name))
    assert list(provider.has) == ["a", "b"]

    provider.take("b")

    assert list(provider.has) == ["a", "c"]
    assert back == [("b", True)]


def test_a_place_is_free_again_once_nobody_stands_behind(
    lanes: Lanes, provider: AProvider, back: list[tuple[str, bool]]
) -> None:
    for name in ("a", "b", "c"):
        lanes.send(a_letter(name))
    for name in ("a", "b", "c"):
        provider.take(name)

    for name in ("d", "e", "f"):
        lanes.send(a_letter(name))

    assert list(provider.has) == ["d", "e"]
    assert back == [("a", True), ("b", True), ("c", True)]


def test_one_clinic_does_not_wait_behind_another(lanes: Lanes, provider: AProvider) -> None:
    for name in ("a", "b", "c"):
        lanes.send(a_letter(name))

    lanes.send(a_letter("theirs", clinic=2))

    assert list(provider.has) == ["a", "b", "theirs"]


def test_a_letter_whose_lease_ended_while_it_stood_behind_never_leaves(
    lanes: Lanes, provider: AProvider, back: list[tuple[str, bool]]
) -> None:
    for name in ("a", "b"):
        lanes.send(a_letter(name))
    lanes.send(a_letter("late", lease=0))
    lanes.send(a_letter("c"))

    provider.take("a")

    assert list(provider.has) == ["b", "c"]
    assert sorted(back) == [("a", True), ("late", False)]


def test_a_channel_that_breaks_is_told_of_and_stops_nobody_behind(
    lanes: Lanes, provider: AProvider, back: list[tuple[str, bool]]
) -> None:
    for name in ("a", "b", BROKEN, "c"):
        lanes.send(a_letter(name))

    provider.take("a")

    assert list(provider.has) == ["b", "c"]
    assert sorted(back) == [("a", True), (BROKEN, True)]
