"""How is what the clinic has kept safe: backup, restore, a change of keys?

A backup file is gzip inside age (age-encryption.org): the machine that makes it holds only the
public key, and whoever holds the secret one can open it with the `age` tool as well. Nothing lies
open on a disk: what is written meanwhile has no name and is gone with the process.
"""

import argparse
import gzip
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import pyrage  # type: ignore[import-untyped]  # ships no types
from pyrage import x25519
from sqlalchemy import Engine

from reminders import watch
from reminders.bootstrap import database
from reminders.cli.saying import Cannot, say
from reminders.config import Settings, SystemClock
from reminders.store.backup import Copied, NotABackup, NotEmpty, read_in, write_out
from reminders.store.db import make_sessions
from reminders.store.keyring import Keyring, Unreadable
from reminders.store.rotation import rotate
from reminders.store.sealing import verify


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the commands of this part."""
    key = commands.add_parser("backup-key", help="make the pair of keys for backups")
    key.add_argument("file", type=Path, help="where the secret key goes; keep it off this machine")
    key.set_defaults(run=_make_key)
    backup = commands.add_parser("backup", help="write everything into one encrypted file")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)
    back = commands.add_parser("restore", help="read a backup into an empty database, and hold")
    back.add_argument("file", type=Path)
    back.add_argument("--key", type=Path, required=True, help="file of the secret key")
    back.set_defaults(run=_restore)
    keys = commands.add_parser("rotate-keys", help="close everything with the first key again")
    keys.set_defaults(run=_rotate)
    old = commands.add_parser("retention", help="clear out what is too old to be kept")
    old.add_argument("--dry-run", action="store_true", help="count it, and touch nothing")
    old.set_defaults(run=_clear_out)
    audit = commands.add_parser("audit", help="prove that nobody changed what was noted")
    audit.add_argument("what", choices=["verify"])
    audit.set_defaults(run=_verify)


def _make_key(_settings: Settings, chosen: argparse.Namespace) -> None:
    pair = x25519.Identity.generate()
    with _new(chosen.file) as out:
        out.write(f"{pair}\n".encode())
    say(f"Set BACKUP_RECIPIENTS={pair.to_public()}")
    say(f"Take {chosen.file} off this machine: without it no backup can be read.")


def _backup(settings: Settings, chosen: argparse.Namespace) -> None:
    recipients = _recipients(settings)
    now = SystemClock().now()
    with (
        database(settings) as engine,
        tempfile.TemporaryFile() as open_rows,
        _new(chosen.file) as out,
    ):
        with gzip.open(open_rows, "wb", compresslevel=6) as packed:
            copied = write_out(engine, packed, now)  # type: ignore[arg-type]
        open_rows.seek(0)
        pyrage.encrypt_io(open_rows, out, recipients)
    say(f"{copied.rows} rows are in {chosen.file}.")


def _restore(settings: Settings, chosen: argparse.Namespace) -> None:
    with database(settings) as engine:
        copied = _read_back(engine, chosen)
        held = watch.restored(make_sessions(engine), SystemClock().now())
    say(f"{copied.rows} rows of {_spoken(copied.made_at)} are back.")
    say(
        f"Reminders of {held} clinics wait. Start the service and let them go on the desk: "
        "before the first one leaves, what patients wrote since then is read from the provider."
    )


def _read_back(engine: Engine, chosen: argparse.Namespace) -> Copied:
    with tempfile.TemporaryFile() as open_rows:
        try:
            with chosen.file.open("rb") as closed:
                pyrage.decrypt_io(closed, open_rows, [_secret(chosen.key)])
            open_rows.seek(0)
            with gzip.open(open_rows, "rb") as packed:
                return read_in(engine, packed)  # type: ignore[arg-type]
        except OSError as fault:
            raise Cannot(f"{chosen.file} cannot be read: {fault.strerror or fault}.") from None
        except pyrage.DecryptError:
            raise Cannot(f"{chosen.file} is no backup for this key, or damaged.") from None
        except (NotABackup, NotEmpty) as fault:
            raise Cannot(str(fault)) from None


def _rotate(settings: Settings, _chosen: argparse.Namespace) -> None:
    try:
        with database(settings) as engine:
            changed = rotate(engine, Keyring.of(settings))
    except Unreadable as fault:
        raise Cannot(
            f"A value of {fault} opens with none of ENCRYPTION_KEYS. Put the older key back."
        ) from None
    say(f"{changed} values are closed with the first key now; none needs the others any more.")


def _clear_out(settings: Settings, chosen: argparse.Namespace) -> None:
    work, verb = (watch.too_old, "are") if chosen.dry_run else (watch.clear_out, "were")
    with database(settings) as engine:
        cleared = work(make_sessions(engine), settings, SystemClock().now())
    for one in cleared:
        say(f"clinic {one.clinic_id}: {one.rows} {one.stock} {verb} too old")
    if not cleared:
        say("Nothing is too old.")


def _verify(settings: Settings, _chosen: argparse.Namespace) -> None:
    with database(settings) as engine, make_sessions(engine)() as session:
        verdicts = list(verify(session))
    for one in verdicts:
        say(
            f"clinic {one.clinic_id}: {one.sealed} lines are whole, {one.waiting} wait for their "
            f"seal; the newest seal is {one.newest.hex()[:16] or 'none'}"
        )
    broken = [
        f"clinic {one.clinic_id} at line {one.broken_at}" for one in verdicts if not one.whole
    ]
    if broken:
        raise Cannot(f"Changed or taken out: {', '.join(broken)}.")


def _recipients(settings: Settings) -> Sequence[x25519.Recipient]:
    if not settings.backup_recipients:
        raise Cannot("BACKUP_RECIPIENTS is empty: make a pair of keys with backup-key first.")
    try:
        return [x25519.Recipient.from_str(one) for one in settings.backup_recipients]
    except pyrage.RecipientError:
        raise Cannot("BACKUP_RECIPIENTS must hold public keys that begin with age1.") from None


def _secret(file: Path) -> x25519.Identity:
    try:
        lines = file.read_text().split()
        return x25519.Identity.from_str(next(one for one in lines if one.startswith("AGE-SECRET")))
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError):
        raise Cannot(f"{file} holds no secret key for backups.") from None


@contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole and readable by its owner alone, or not at all."""
    part = file.with_name(file.name + ".part")
    if file.exists():
        raise Cannot(f"{file} is there already: choose another name.")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as fault:
        raise Cannot(f"{file} cannot be written: {fault.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _spoken(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
