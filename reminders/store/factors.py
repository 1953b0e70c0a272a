"""What stands beside somebody's password: a phone, and ten codes for the day it is lost."""

import secrets
from typing import Final

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from reminders.core.totp import Secret
from reminders.store.accounts import Staff

CODES: Final = 10
# Without what reads alike. Ten of thirty letters are 49 random bits: few enough to be typed,
# too few for a plain hash.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz2345679"
_LENGTH: Final = 10
# The least that OWASP asks of Argon2id: they are random, and ten are made at once.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def take_phone(
    session: Session, person: Staff, secret: Secret, step: int, *, replacing: bool = False
) -> list[str] | None:
    """Ask for this phone's numbers from now on; the codes in plain letters, this once.

    Every other session ends. None if there is a phone already that it does not replace: two tabs
    are one set-up.
    """
    mine = _locked(session, person.id)
    if mine.has_factor and not replacing:
        return None
    mine.factor_secret, mine.factor_step = secret.key, step
    mine.end_sessions()
    fresh = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES)]
    mine.recovery_codes = [_HASHER.hash(code) for code in fresh]
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in fresh]


def drop_phone(session: Session, person: Staff) -> None:
    """Ask for another phone at the next sign-in, and sign out everywhere."""
    mine = _locked(session, person.id)
    mine.factor_secret = mine.factor_step = mine.recovery_codes = None
    mine.end_sessions()


def spend_step(session: Session, person: Staff, step: int) -> bool:
    """Take a number of the phone, once: False if it or a later one has been taken."""
    taken = session.scalar(
        sa.update(Staff)
        .where(Staff.id == person.id, sa.or_(Staff.factor_step.is_(None), Staff.factor_step < step))
        .values(factor_step=step)
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def spend_code(session: Session, person: Staff, typed: str) -> bool:
    """Take one of the ten codes, once."""
    mine = _locked(session, person.id)
    bare = "".join(letter for letter in typed.casefold() if letter.isalnum())
    kept = mine.recovery_codes or []
    spent = next((one for one in kept if _fits(one, bare)), None)
    if spent is None:
        return False
    mine.recovery_codes = [one for one in kept if one != spent]
    return True


def _locked(session: Session, person_id: int) -> Staff:
    """The row as it is now, and nobody else's until this transaction ends."""
    return session.get_one(Staff, person_id, with_for_update={"of": Staff}, populate_existing=True)


def _fits(kept: str, typed: str) -> bool:
    try:
        return _HASHER.verify(kept, typed)
    except VerifyMismatchError:
        return False
