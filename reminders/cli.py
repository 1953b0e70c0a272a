"""What does the clinic's IT person do from the command line?"""

import argparse
import sys

from reminders import watch
from reminders.bootstrap import open_engine, open_sessions, read_settings
from reminders.config import BadSettings, SystemClock
from reminders.store import migrate


def main() -> None:
    """Run one command; settings come from the environment."""
    parser = argparse.ArgumentParser(prog="reminders", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database up to this version")
    commands.add_parser("check", help="say whether the settings make sense")
    commands.add_parser(
        "restored", help="the database comes from a backup: hold reminders until a person looked"
    )
    chosen = parser.parse_args().command
    try:
        settings = read_settings()
    except BadSettings as fault:
        sys.exit(str(fault))
    if chosen == "migrate":
        migrate.upgrade(open_engine(settings))
    if chosen == "restored":
        watch.restored(open_sessions(settings), SystemClock().now())
    sys.stdout.write(f"{chosen}: done\n")


if __name__ == "__main__":
    main()
