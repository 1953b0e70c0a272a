"""A real browser on a phone-sized screen, and the demo as a newcomer starts it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from setting import make_settings
from town import served

from reminders.config import Settings

# The stories of a patient's page are told without a browser too.
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "shots"
LONGEST_START = 120  # seconds, on a machine that is busy with much else
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-headless-shell", "google-chrome"))), None
)


@pytest.fixture(autouse=True)
def only_loopback() -> None:
    """The browser is a process of its own; its driver needs more than loopback sockets."""


@pytest.fixture
def settings() -> Settings:
    """A web that knows its own address: links in messages lead to it."""
    return make_settings(public_base_url=f"http://127.0.0.1:{_free_port()}")


@pytest.fixture
def base(app: Flask, settings: Settings) -> Iterator[str]:
    """The doors of this test's own web, open."""
    with served(app, int(settings.public_base_url.rpartition(":")[2])) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; CI refuses to do without, a laptop is told what was not run.

    Its driver holds this thread's event loop while it runs, so it ends with its module.
    """
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium: `make browser` installs it")
        pytest.skip("no Chromium: `make browser` installs it")
    flags = ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=flags + ["--no-sandbox"] * (os.geteuid() == 0)
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`python app.py` in a process of its own, with a clinic made for this run."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path_factory.mktemp("var")),
            "PORT": str(port),
            "PUBLIC_BASE_URL": base,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _await(base, running)
        yield base
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A cheap phone."""
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, demo: str) -> Iterator[Page]:
    """A therapist at her desk, signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{demo}/login")
    page.get_by_role("button", name="Sign in as").first.click()
    yield page
    context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(base: str, running: "subprocess.Popen[str]") -> None:
    """Wait until the demo answers; its own first line comes when the clinic is made."""
    assert running.stdout is not None
    first = running.stdout.readline()
    assert first.startswith("Desk"), f"the demo did not start: {first}"
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        with suppress(OSError):
            urllib.request.urlopen(f"{base}/readyz", timeout=5).close()
            return
        time.sleep(0.1)
    raise AssertionError("the demo does not answer")
