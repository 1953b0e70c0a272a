"""The courier carries what waits together, and nothing that breaks holds up the next."""

from collections.abc import Callable, Sequence
from threading import Event

import pytest

from reminders.web.courier import WAITING, Courier

Ask = Callable[[], Sequence[int]]


class Road:
    """A way to the provider that lets nobody through before it is opened."""

    def __init__(self) -> None:
        self.open, self.begun = Event(), Event()
        self.batches: list[list[int]] = []

    def send(self, first: Sequence[int], more: Ask) -> None:
        self.batches.append(list(first))
        self.begun.set()
        assert self.open.wait(5)
        self.batches.append(list(more()))


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def courier(road: Road) -> Courier:
    """One who is on the road with a letter."""
    courier = Courier(road.send)
    courier.take([1])
    assert road.begun.wait(5)
    return courier


def test_what_is_named_meanwhile_goes_with_those_on_the_road(courier: Courier, road: Road) -> None:
    for message_id in (100, 101):
        courier.take([message_id])

    road.open.set()
    courier.close()

    assert road.batches == [[1], [100, 101]]


def test_who_is_named_on_the_way_home_sets_out_anew(courier: Courier, road: Road) -> None:
    road.open.set()
    while len(road.batches) < 2:
        pass
    courier.take([100])
    courier.close()

    assert road.batches == [[1], [], [100], []]


def test_no_queue_grows_beyond_its_room(courier: Courier, road: Road) -> None:
    courier.take(range(1_000, 1_000 + 2 * WAITING))

    road.open.set()
    courier.close()

    assert road.batches[1] == list(range(1_000, 1_000 + WAITING))


def test_a_round_that_breaks_does_not_stop_those_behind_it() -> None:
    rounds: list[list[int]] = []
    named = Event()

    def send(first: Sequence[int], more: Ask) -> None:
        rounds.append(list(first))
        assert named.wait(5)
        raise RuntimeError("broken")

    courier = Courier(send)
    courier.take([1])
    while not rounds:
        pass
    courier.take([2])
    named.set()
    courier.close()

    assert rounds == [[1], [2]]


def test_a_closed_courier_takes_nothing() -> None:
    carried: list[int] = []
    courier = Courier(lambda first, _: carried.extend(first))
    courier.close()

    courier.take([1])

    assert carried == []
