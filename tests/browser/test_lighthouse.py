"""Does Lighthouse find anything to mind in a patient's pages, on a phone?

How quick the page is depends on the machine: `python -m bench.lighthouse` measures that.
"""

import os

import pytest
from flask import Flask
from patient_states import addresses
from setting import HandClock

from bench.lighthouse import Missing, judge
from reminders.config import Settings
from reminders.store.db import Sessions

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("lighthouse")]
CATEGORIES = ("accessibility", "best-practices")


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
