"""What does the clinic's IT person do from the command line?"""

import argparse
import sys

from reminders.bootstrap import open_engine
from reminders.config import BadSettings, Settings
from reminders.store import migrate


def main() -> None:
    """Run one command; settings come from the environment."""
    parser = argparse.ArgumentParser(prog="reminders", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database up to this version")
    commands.add_parser("check", help="say whether the settings make sense")
    chosen = parser.parse_args().command
    try:
        settings = Settings.read()
    except BadSettings as fault:
        sys.exit(str(fault))
    if chosen == "migrate":
        migrate.upgrade(open_engine(settings))
    sys.stdout.write(f"{chosen}: done\n")


if __name__ == "__main__":
    main()
