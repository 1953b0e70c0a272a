"""Does Lighthouse find anything to mind in a patient's pages, on a phone?

How quick the page is depends on the machine: `python -m bench.lighthouse` measures that.
"""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from setting import HandClock, make_settings
from town import served

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from patient_states import addresses

from bench.lighthouse import Missing, judge
from reminders.config import Settings
from reminders.store.db import Sessions

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("lighthouse")]
CATEGORIES = ("accessibility", "best-practices")


@pytest.fixture(autouse=True)
def only_loopback() -> None:
    """It is fetched from npm when first needed."""


@pytest.fixture
def settings() -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return make_settings(public_base_url=f"http://127.0.0.1:{port}")


@pytest.fixture
def base(app: Flask, settings: Settings) -> Iterator[str]:
    with served(app, int(settings.public_base_url.rpartition(":")[2])) as address:
        yield address


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("state", "language"), [("today", "en"), ("logged", "es"), ("reminders", "en")]
)
def test_it_finds_nothing_to_mind(
    app: Flask,
    base: str,
    sessions: Sessions,
    clock: HandClock,
    settings: Settings,
    state: str,
    language: str,
) -> None:
    place = addresses(app.test_client(), sessions, clock, settings, language)[state]

    try:
        found = judge(base + place, CATEGORIES)
    except Missing as missing:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"no {missing}")
        pytest.skip(f"no {missing}")

    assert found.scores == dict.fromkeys(CATEGORIES, 100), found.faults
