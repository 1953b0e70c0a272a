"""What does a real browser make of a script that lies in every text that is kept?"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from setting import HandClock
from test_attacks_stored_script import poisoned
from test_routes import rows
from town import served

from reminders.config import Settings
from reminders.store.db import Sessions

__all__ = ["rows"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]
# Notes what the policy refuses, and whether the script ran after all.
WATCH = """
window.refused = []; window.ran = false; window.evil = () => { window.ran = true };
document.addEventListener("securitypolicyviolation", e => refused.push(e.effectiveDirective));
"""
PLACES = (
    *("/desk/", "/desk/patients", "/desk/patients/1", "/desk/patients/1/plan", "/desk/to-read"),
    *("/desk/replies/1", "/desk/calls", "/desk/clinic", "/desk/library/own-wall-push", "/desk/me"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(30_000)
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


def test_it_stays_letters_and_the_policy_has_nothing_to_refuse(
    page: Page,
    app: Flask,
    sessions: Sessions,
    settings: Settings,
    clock: HandClock,
    rows: dict[str, int],
) -> None:
    with served(app, int(settings.public_base_url.rpartition(":")[2])) as base:
        page.goto(f"{base}/login")
        page.get_by_role("button", name="Ada Berg").click()
        page.wait_for_url("**/desk**")
        with sessions.begin() as session:
            poisoned(session)

        for place in PLACES:
            assert page.goto(base + place).status == 200, place  # type: ignore[union-attr]
            assert page.evaluate("[ran, refused.join()]") == [False, ""], place

        page.goto(f"{base}/desk/patients/1")
        assert "<script data-evil>" in page.locator("main").inner_text()
