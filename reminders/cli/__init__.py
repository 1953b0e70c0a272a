"""What does the clinic's IT person do from the command line?

Settings come from the environment, as for the web and the clock. A command says what it did in one
line, or what is wrong and what to do, and leaves with 0 or 1.
"""

import argparse
import sys
from collections.abc import Sequence

from reminders import watch
from reminders.bootstrap import database, read_settings
from reminders.cli import keeping, opening
from reminders.cli.saying import Cannot, say
from reminders.config import BadSettings, Settings, SystemClock
from reminders.store import migrate, wall
from reminders.store.db import make_sessions


def main(words: Sequence[str] | None = None) -> None:
    """Run one command: these words, or those of the command line."""
    chosen = _commands().parse_args(words)
    try:
        chosen.run(read_settings(), chosen)
    except (BadSettings, Cannot) as fault:
        sys.exit(str(fault))


def _commands() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reminders", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, told in (
        ("migrate", _migrate, "bring the database up to this version"),
        ("check", _check, "say whether the settings make sense"),
        ("restored", _restored, "the database comes from elsewhere: hold until a person looked"),
    ):
        commands.add_parser(name, help=told).set_defaults(run=run)
    opening.add_to(commands)
    keeping.add_to(commands)
    return parser


def _migrate(settings: Settings, _chosen: argparse.Namespace) -> None:
    with database(settings) as engine:
        migrate.upgrade(engine)
        with engine.connect() as connection:
            to_do = wall.missing(connection)
    say("The database is up to this version.")
    if to_do:
        say(f"Worth doing: {to_do}")


def _check(settings: Settings, _chosen: argparse.Namespace) -> None:
    say("The settings make sense.")
    for said in settings.advice:
        say(f"Worth doing: {said}")


def _restored(settings: Settings, _chosen: argparse.Namespace) -> None:
    with database(settings) as engine:
        held = watch.restored(make_sessions(engine), SystemClock().now())
    say(f"Reminders of {held} clinics wait until a person lets them go on the desk.")
