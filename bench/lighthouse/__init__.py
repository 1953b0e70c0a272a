"""What does Lighthouse say of a page, on a phone on a slow network?

It comes from npm at the version pinned in package.json, whole by its lock, into the project's
virtual environment when first needed; its browser is the system's.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(sys.prefix) / "lighthouse"
PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
PINNED = ("package.json", "package-lock.json")
CHROMIUM = ("chromium", "chromium-headless-shell", "google-chrome")
FLAGS = (
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
)


class Missing(Exception):
    """Something that Lighthouse needs is not on this machine."""


@dataclass(frozen=True)
class Judgement:
    """Scores from 0 to 100 by category, and the audits that cost something."""

    scores: Mapping[str, int]
    faults: tuple[str, ...]


DESK = "--preset=desktop"


def judge(url: str, categories: Sequence[str], *more: str) -> Judgement:
    """Let Lighthouse look at a page as it does by default: a phone, throttled; or as `more` says.

    A page behind sign-in wants `--extra-headers`, with the cookie of who is signed in.
    """
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        raise Missing("Chromium: `make browser` installs it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:  # whoever comes second finds it whole
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install()
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    done = subprocess.run(
        [
            _node(), str(PROGRAM), url, "--output=json", "--quiet",
            f"--only-categories={','.join(categories)}", f"--chrome-flags={' '.join(flags)}", *more,
        ],
        env=os.environ | {"CHROME_PATH": browser}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Lighthouse: {done.stderr[-2000:]}")
    return _read(json.loads(done.stdout))


def _read(told: Mapping[str, dict[str, dict[str, object]]]) -> Judgement:
    scores = {
        name: round(100 * float(str(one["score"]))) for name, one in told["categories"].items()
    }
    faults = [
        f"{name}: {one['title']} {one.get('displayValue', '')}".strip()
        for name, one in told["audits"].items()
        if isinstance(one["score"], int | float) and one["score"] < 1
    ]
    return Judgement(scores, tuple(faults))


def _install() -> None:
    """Fetch it once; again when the pinned version is another."""
    wanted = [(HERE / name).read_bytes() for name in PINNED]
    have = [_bytes(FOLDER / name) for name in PINNED]
    if wanted == have and PROGRAM.exists():
        return
    if shutil.which("npm") is None:
        raise Missing("npm (apt-get install npm)")
    for name in PINNED:
        shutil.copy(HERE / name, FOLDER / name)
    fetched = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if fetched.returncode:
        (FOLDER / PINNED[1]).unlink()
        raise Missing(f"Lighthouse itself: npm said {fetched.stderr[-500:]}")


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise Missing("node (apt-get install nodejs)")
    return node
