"""Do no more guesses get through than the limit says, however many try at once?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from builders import NOW

from reminders.store.db import Sessions
from reminders.store.guesses import Guess, Limit, guess, guessed_right

DOOR = Limit("door", 5, timedelta(minutes=1))
LATER = NOW + timedelta(minutes=1)


def tries(sessions: Sessions, times: int, whose: str = "192.0.2.1") -> list[bool]:
    def once(_: int) -> bool:
        with sessions.begin() as session:
            return guess(session, DOOR, whose, NOW)

    return [once(number) for number in range(times)]


def test_five_get_through_and_the_sixth_does_not(sessions: Sessions) -> None:
    assert tries(sessions, 7) == [True] * 5 + [False] * 2


def test_twenty_at_once_are_counted_one_by_one(sessions: Sessions) -> None:
    def once(_: int) -> bool:
        with sessions.begin() as session:
            return guess(session, DOOR, "192.0.2.1", NOW)

    with ThreadPoolExecutor(4) as pool:
        through = list(pool.map(once, range(20)))

    assert through.count(True) == 5


def test_everybody_has_tries_of_their_own(sessions: Sessions) -> None:
    tries(sessions, 6)

    assert tries(sessions, 1, "192.0.2.2") == [True]


def test_a_minute_after_the_first_it_begins_anew(sessions: Sessions) -> None:
    tries(sessions, 6)

    with sessions.begin() as session:
        assert guess(session, DOOR, "192.0.2.1", LATER)


def test_what_was_right_is_no_guess(sessions: Sessions) -> None:
    for _ in range(12):
        assert tries(sessions, 1) == [True]
        with sessions.begin() as session:
            guessed_right(session, DOOR, "192.0.2.1")


def test_neither_an_address_nor_an_old_count_is_kept(sessions: Sessions) -> None:
    tries(sessions, 1, "lena@maplept.example")
    with sessions.begin() as session:
        kept = session.execute(sa.text("SELECT door, whose FROM guess")).one()
        assert b"lena" not in bytes(kept.whose)

        guess(session, DOOR, "192.0.2.9", NOW + timedelta(days=2))

        assert session.scalar(sa.select(sa.func.count(Guess.id))) == 1
