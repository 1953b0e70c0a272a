"""The courier carries what waits together, and nothing that breaks holds up the next."""

from collections.abc import Sequence
from itertools import chain
from threading import Event

from reminders.web.courier import SEATS, TOGETHER, WAITING, Courier


class Road:
    """A way to the provider that lets nobody through before it is opened."""

    def __init__(self) -> None:
        self.open = Event()
        self.batches: list[list[int]] = []
        self.begun = [Event() for _ in range(SEATS)]

    def send(self, message_ids: Sequence[int]) -> None:
        self.batches.append(list(message_ids))
        if len(self.batches) <= SEATS:
            self.begun[len(self.batches) - 1].set()
        assert self.open.wait(5)


def crowded() -> tuple[Road, Courier]:
    """A courier whose seats are all taken, each by one letter."""
    road = Road()
    courier = Courier(road.send)
    for seat in range(SEATS):
        courier.take([seat])
        assert road.begun[seat].wait(5)
    return road, courier


def test_what_comes_while_all_seats_are_taken_goes_together() -> None:
    road, courier = crowded()
    for message_id in range(100, 105):
        courier.take([message_id])

    road.open.set()
    courier.close()

    assert road.batches[:SEATS] == [[seat] for seat in range(SEATS)]
    assert road.batches[SEATS:] == [[100, 101, 102, 103, 104]]


def test_no_batch_grows_beyond_its_size_and_no_queue_beyond_its_room() -> None:
    road, courier = crowded()
    courier.take(range(1_000, 1_000 + 2 * WAITING))

    road.open.set()
    courier.close()

    carried = road.batches[SEATS:]
    assert max(len(batch) for batch in carried) == TOGETHER
    assert sorted(chain(*carried)) == list(range(1_000, 1_000 + WAITING))


def test_a_batch_that_breaks_does_not_stop_those_behind_it() -> None:
    batches: list[list[int]] = []

    def send(message_ids: Sequence[int]) -> None:
        batches.append(list(message_ids))
        raise RuntimeError("broken")

    courier = Courier(send)
    courier.take(range(2 * TOGETHER))
    courier.close()

    assert sorted(map(len, batches)) == [TOGETHER, TOGETHER]


def test_a_closed_courier_takes_nothing() -> None:
    carried: list[int] = []
    courier = Courier(carried.extend)
    courier.close()

    courier.take([1])

    assert carried == []
