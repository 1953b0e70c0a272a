"""How is a sender killed again and again, and what is left of its messages?"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.patience import until, until_quiet
from bench.stage import Provider

LATENCY_MS = 100
LONGEST_LIFE = 0.5  # seconds after the first text of a life
SILENCE = 45.0  # a life that sends nothing for so long has nothing that it may send
QUIET = 60.0
HEAD = (
    "design", "messages", "kills", "lost", "doubled", "stuck", "look-ups", "seconds to drain",
)  # fmt: skip


@dataclass(frozen=True)
class Sender:
    """Whatever sends: to whom, how a process of it is started, and how much it has left to do."""

    design: str
    numbers: Sequence[str]
    start: Callable[[], "subprocess.Popen[bytes]"]
    left: Callable[[], int]


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    design: str
    messages: int
    kills: int
    lost: int
    doubled: int
    stuck: int
    look_ups: int
    seconds_to_drain: float

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)


def kill_and_drain(sender: Sender, provider: Provider, kills: int, quiet: float = QUIET) -> Outcome:
    """Kill its process so often, then let one finish; nothing moving for so long is the end."""
    died = 0
    while died < kills and _live_and_die(sender, provider):
        died += 1
    seconds = _drain(sender, quiet)
    copies = provider.copies()
    return Outcome(
        design=sender.design,
        messages=len(sender.numbers),
        kills=died,
        lost=sum(copies[number] == 0 for number in sender.numbers),
        doubled=sum(copies[number] > 1 for number in sender.numbers),
        stuck=sender.left(),
        look_ups=provider.look_ups(),
        seconds_to_drain=round(seconds, 1),
    )


def _live_and_die(sender: Sender, provider: Provider) -> bool:
    """Let a process begin to send, and kill it; False if there was nothing it would send."""
    if not sender.left():
        return False
    before = provider.copies().total()
    life = sender.start()
    spoke = until(lambda: provider.copies().total() > before, seconds=SILENCE)
    time.sleep(random.uniform(0, LONGEST_LIFE))
    kill(life)
    return spoke


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process at once, with its whole group where it leads one; twice changes nothing."""
    if process.returncode is not None:
        return
    if os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _drain(sender: Sender, quiet: float) -> float:
    last = sender.start()
    seconds = until_quiet(sender.left, quiet=quiet)
    kill(last)
    return seconds
