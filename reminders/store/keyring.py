"""How are personal columns kept unreadable, and still found?"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from reminders.config import Settings

NONCE_BYTES = 12


class Unreadable(Exception):
    """No key of the list opens this value, or it was moved here from another column."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation: the first encrypts, all decrypt; one key for look-ups."""

    keys: tuple[bytes, ...]
    index_key: bytes

    @classmethod
    def of(cls, settings: Settings) -> "Keyring":
        keys = (key.get_secret_value() for key in settings.encryption_keys)
        return cls(
            tuple(base64.b64decode(key) for key in keys),
            base64.b64decode(settings.index_key.get_secret_value()),
        )

    def seal(self, plain: str, column: str) -> bytes:
        """Encrypt with the newest key; the column's name is bound in (AES-GCM, SP 800-38D)."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + _cipher(self.keys[0]).encrypt(nonce, plain.encode(), column.encode())

    def open(self, sealed: bytes, column: str) -> str:
        """Decrypt with whichever key fits; raises Unreadable."""
        for key in self.keys:
            plain = _opened(key, sealed, column)
            if plain is not None:
                return plain
        raise Unreadable(column)

    def is_newest(self, sealed: bytes, column: str) -> bool:
        """Whether the first key closed it, as it closes everything that is written now."""
        return _opened(self.keys[0], sealed, column) is not None

    def blind(self, plain: str) -> bytes:
        """The same digest for the same address, useless without the index key (HMAC-SHA256)."""
        return hmac.digest(self.index_key, plain.casefold().encode(), hashlib.sha256)

    def chained(self, before: bytes, content: bytes) -> bytes:
        """The seal of a line that follows another's: HMAC-SHA256 with a key for this alone."""
        key = hmac.digest(self.index_key, b"audit", hashlib.sha256)
        return hmac.digest(key, before + content, hashlib.sha256)


def _opened(key: bytes, sealed: bytes, column: str) -> str | None:
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(key).decrypt(nonce, body, column.encode()).decode()
    except InvalidTag:
        return None


@cache
def _cipher(key: bytes) -> AESGCM:
    """The cipher of a key, scheduled once: a list of a clinic's names opens thousands of values."""
    return AESGCM(key)


# The ring hangs on the engine's dialect: it is the one thing a column type is handed at run time,
# so that no module holds keys and two engines of one process never share them.
def hang(ring: Keyring, dialect: Dialect) -> None:
    """Give an engine's dialect the ring its columns use."""
    dialect.keyring = ring  # type: ignore[attr-defined]


def digest(dialect: Dialect, plain: str) -> bytes:
    """What a look-up column holds for this address, to tell the rows of many addresses apart."""
    return ring_of(dialect).blind(plain)


def ring_of(dialect: Dialect) -> Keyring:
    """The ring of the engine that speaks this dialect."""
    ring = getattr(dialect, "keyring", None)
    if not isinstance(ring, Keyring):
        raise TypeError("this engine was made without a keyring: use store.db.make_engine")
    return ring


class Encrypted(TypeDecorator[str]):
    """Text that is ciphertext at rest; `column` is "table.column" and is authenticated with it."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else ring_of(dialect).seal(value, self.column)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else ring_of(dialect).open(bytes(value), self.column)


class Blind(TypeDecorator[Any]):
    """A look-up digest: bind the plain address, read back opaque bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> bytes | None:
        # A digest read from one row may be bound again to find its neighbours.
        return ring_of(dialect).blind(value) if isinstance(value, str) else value

    def coerce_compared_value(self, op: Any, value: Any) -> "Blind":
        return self

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes(value)
