"""How many letters leave at once, and whose turn is it next?"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from reminders.core.pace import Asking, Bucket, queue

NOW = datetime(2026, 3, 16, 13, tzinfo=UTC)
NEW = Asking(awaited=False, placed=False)
PLACED = Asking(awaited=False, placed=True)
AWAITED = Asking(awaited=True, placed=False)


def a_bucket(tokens: float = 1.0, per_second: float = 1.0, booked: float = 0.0) -> Bucket:
    return Bucket(per_second, tokens, NOW, NOW + timedelta(seconds=booked))


def seconds(turns: tuple[datetime | None, ...]) -> list[float | None]:
    """How long each waits; None goes now."""
    return [None if at is None else round((at - NOW).total_seconds(), 3) for at in turns]


@pytest.mark.parametrize(
    ("bucket", "letters", "waits"),
    [
        pytest.param(a_bucket(), [NEW] * 4, [None, 1, 2, 3], id="one now, the rest in a row"),
        pytest.param(a_bucket(0), [NEW, NEW], [1, 2], id="an empty bucket"),
        pytest.param(a_bucket(0.5), [NEW], [0.5], id="half a token is half a second early"),
        pytest.param(a_bucket(3, 4), [NEW] * 5, [None] * 3 + [0.25, 0.5], id="a quick sender"),
        pytest.param(a_bucket(booked=7), [NEW], [8], id="behind those who came before"),
        pytest.param(a_bucket(booked=7), [PLACED], [None], id="a place is kept"),
        pytest.param(a_bucket(0, booked=7), [PLACED, PLACED, NEW], [1, 2, 8], id="next, not last"),
        pytest.param(a_bucket(0), [AWAITED] * 3, [None] * 3, id="who is waited for overdraws"),
        pytest.param(a_bucket(), [AWAITED, NEW], [None, 1], id="and the others pay for it"),
    ],
)
def test_a_letter_goes_now_or_is_told_its_turn(
    bucket: Bucket, letters: list[Asking], waits: list[float | None]
) -> None:
    _, turns = queue(bucket, letters, NOW)

    assert seconds(turns) == waits


def test_a_bucket_fills_at_its_pace_and_not_beyond_one_second() -> None:
    empty = a_bucket(0, per_second=4)

    assert empty.at(NOW + timedelta(seconds=0.5)).tokens == 2
    assert empty.at(NOW + timedelta(hours=1)).tokens == 4
    assert empty.at(NOW - timedelta(hours=1)).tokens == 0


def test_a_crowd_keeps_the_pace_in_its_order_however_often_it_is_looked_at() -> None:
    bucket, left = a_bucket(), list[tuple[float, int]]()
    waiting = dict.fromkeys(range(60), (0.0, False))

    for tenth in range(700):
        at = NOW + timedelta(seconds=tenth / 10)
        due = [one for one, (ready, _) in waiting.items() if ready <= tenth / 10]
        bucket, turns = queue(bucket, [Asking(False, waiting[one][1]) for one in due], at)
        for one, turn in zip(due, turns, strict=True):
            if turn is None:
                left.append((tenth / 10, one))
                del waiting[one]
            else:
                waiting[one] = ((turn - NOW).total_seconds(), True)

    assert [one for _, one in left] == list(range(60))
    assert all(later - sooner >= 0.99 for (sooner, _), (later, _) in pairwise(left))
