"""Is a number, a code and a phone taken once, however many hands reach for it?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from builders import a_clinic, a_therapist
from sqlalchemy.orm import Session

from reminders.core.totp import Secret
from reminders.store.accounts import Role, Staff
from reminders.store.db import Sessions
from reminders.store.factors import spend_code, spend_step, take_phone
from reminders.store.staffing import LastAdmin, leave

SECRET = Secret.of(b"the phone of lena ortiz")


@pytest.fixture
def codes(sessions: Sessions) -> list[str]:
    with sessions.begin() as session:
        a_clinic(session)
        codes = take_phone(session, session.scalars(sa.select(Staff)).one(), SECRET, 7)
    assert codes is not None
    return codes


def at_once(sessions: Sessions, reach: Callable[[Session, Staff], bool]) -> list[bool]:
    def once(_: int) -> bool:
        with sessions.begin() as session:
            return reach(session, session.scalars(sa.select(Staff)).one())

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(once, range(8)))


def test_a_number_is_taken_by_one_hand(sessions: Sessions, codes: list[str]) -> None:
    taken = at_once(sessions, lambda session, person: spend_step(session, person, 8))

    assert taken.count(True) == 1


def test_a_code_is_taken_by_one_hand(sessions: Sessions, codes: list[str]) -> None:
    taken = at_once(sessions, lambda session, person: spend_code(session, person, codes[3]))

    assert taken.count(True) == 1
    with sessions() as session:
        assert len(session.scalars(sa.select(Staff)).one().recovery_codes or []) == 9


def test_a_second_phone_does_not_slip_in(sessions: Sessions, codes: list[str]) -> None:
    other = Secret.of(b"the phone of a stranger")

    taken = at_once(sessions, lambda session, who: take_phone(session, who, other, 9) is not None)

    assert not any(taken)


def test_two_admins_who_close_each_others_account_leave_one(sessions: Sessions) -> None:
    with sessions.begin() as session:
        clinic = a_clinic(session)
        ids = [
            a_therapist(session, clinic, name, f"{name}@maplept.example", Role.ADMIN).id
            for name in ("ada", "bob")
        ]

    def close(staff_id: int) -> bool:
        try:
            with sessions.begin() as session:
                leave(session, session.get_one(Staff, staff_id), None)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        closed = list(pool.map(close, ids))

    assert sorted(closed) == [False, True]
