"""What do the peers run in? A virtual environment of their own, made when first needed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.servers import Missing

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
FOLDER = HERE / ".venv"
MADE = FOLDER / "made-from.txt"


def programs() -> Path:
    """The folder of the peers' programs; raises Missing where they cannot be installed."""
    if not MADE.exists() or MADE.read_text() != REQUIREMENTS.read_text():
        _make()
    return FOLDER / "bin"


def _make() -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise Missing("uv (make bench installs it)")
    python = str(FOLDER / "bin" / "python")
    _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(FOLDER))
    _run(uv, "pip", "install", "--quiet", "--python", python, "-r", str(REQUIREMENTS))
    MADE.write_text(REQUIREMENTS.read_text())


def _run(*command: str) -> None:
    done = subprocess.run(
        command,
        env=os.environ | {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(f"the peers' packages ({done.stderr.strip().splitlines()[-1]})")
