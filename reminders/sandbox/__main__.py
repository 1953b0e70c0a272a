"""How does the sandbox run alone, beside a bench? `python -m reminders.sandbox --mode test`."""

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from threading import Event
from types import FrameType

from reminders.config import Mode, SystemClock
from reminders.sandbox.server import Sandbox
from reminders.sandbox.settings import SandboxSettings

ACCOUNT = "AC" + "0" * 32


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; print the address of the API first."""
    asked = _parser().parse_args(arguments)
    ended = Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with Sandbox(_settings(asked)) as sandbox:
        sys.stdout.write(f"{sandbox.base_url}\nsmtp://127.0.0.1:{sandbox.smtp_port}\n")
        sys.stdout.flush()
        ended.wait()


def _settings(asked: Namespace) -> SandboxSettings:
    return SandboxSettings(
        mode=Mode(asked.mode),
        now=SystemClock().now,
        account_sid=asked.account,
        auth_token=asked.token,
        port=asked.port,
        smtp_port=asked.smtp_port,
        texts_to=asked.texts_to,
        mails_to=asked.mails_to,
        step_seconds=asked.step_seconds,
    )


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m reminders.sandbox", description=__doc__)
    parser.add_argument("--mode", required=True, choices=[*Mode], help="demo or test")
    parser.add_argument("--port", type=int, default=0, help="of the API; 0 picks one")
    parser.add_argument("--smtp-port", type=int, default=0, help="of the mail server")
    parser.add_argument("--account", default=ACCOUNT, help="account SID, the user of basic auth")
    parser.add_argument("--token", default="sandbox", help="auth token: password and signature")
    parser.add_argument("--texts-to", default="", help="where answers by text are posted")
    parser.add_argument("--mails-to", default="", help="where answers by mail are posted")
    parser.add_argument("--step-seconds", type=float, default=0.1, help="from queued to sent")
    return parser


if __name__ == "__main__":
    main()
