"""Can somebody of eighty do it alone: open the text, read, mark, tap, write, and correct it?"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask import Flask
from patient_story import Story, names_of
from playwright.sync_api import Browser, Locator, Page, expect
from setting import HandClock
from test_patient_pages import a_post

from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.store.db import Sessions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("patient-pages"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]
THREE = ("bridge", "bird-dog", "knee-to-chest")
# She has set her phone's letters half as large again.
LARGER = "document.documentElement.style.fontSize = '150%'"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small phone without a mouse: only what a thumb can reach."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def the_text(sessions: Sessions, settings: Settings, clock: HandClock) -> tuple[int, str]:
    """The patient, and their reminder as it arrives."""
    with sessions.begin() as session:
        patient = a_patient(session, a_clinic(session))
        a_plan(session, patient, exercises=THREE)
    clock.moment = clock.moment.replace(hour=13, minute=1)
    with a_post(sessions, settings) as (texting, sandbox):
        texting.tick(clock.moment)
        sandbox.settle()
        [text] = sandbox.texts(PATIENT_NUMBER)
    return patient.id, text.body


def tap(within: Locator, control: str) -> None:
    """Press the label that lies under a control, as a thumb does."""
    within.locator("label").filter(has=within.page.locator(control)).tap()


def test_two_of_three_a_six_a_word_and_then_a_five(
    app: Flask, phone: Page, base: str, sessions: Sessions, settings: Settings, clock: HandClock
) -> None:
    # The browser's driver holds this thread's event loop, and the provider wants one of its own.
    with ThreadPoolExecutor(1) as elsewhere:
        patient_id, text = elsewhere.submit(the_text, sessions, settings, clock).result()
    [address] = re.findall(re.escape(base) + r"/x/\w+", text)

    phone.goto(address)
    phone.evaluate(LARGER)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Good morning")
    phone.get_by_text("How to do it").first.tap()
    expect(phone.locator(".how ol").first).to_be_visible()
    for place, mark in enumerate(("done", "done", "not-today")):
        tap(phone.locator(".exercise").nth(place), f"input[value='{mark}']")
    tap(phone.locator(".scale"), "input[name=pain][value='6']")
    phone.get_by_label(re.compile("A word for")).fill("knee hurt a bit")
    phone.get_by_role("button", name="Send what I marked").tap()

    expect(phone.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    expect(phone.get_by_text("knee hurt a bit")).to_be_visible()
    expect(phone.locator(".rows .ache")).to_have_text("6")
    phone.get_by_role("link", name="Change something").tap()
    tap(phone.locator(".scale"), "input[name=pain][value='5']")
    phone.get_by_role("button", name="Send what I marked").tap()
    expect(phone.locator(".rows .ache")).to_have_text("5")
    phone.reload()
    expect(phone.get_by_text("knee hurt a bit")).to_be_visible()

    story = Story(app.test_client(), sessions, clock, settings, "", 0, patient_id)
    before, now = story.entries()
    assert (before.pain, before.superseded_at is None) == (6, False)
    assert (now.outcome, now.pain, now.superseded_at) == (Outcome.PART, 5, None)
    assert names_of(story, now.done or []) == ["bridge", "bird-dog"]
    assert "knee hurt a bit" in [one.text for one in story.replies()]
