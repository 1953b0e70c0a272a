"""Can everybody use a patient's pages, and can anything that opens links change a row?"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from builders import PATIENT_NUMBER, a_clinic, a_patient, a_plan
from flask import Flask
from patient_states import addresses
from playwright.sync_api import Browser, Page
from setting import ACCOUNT, TOKEN, HandClock
from story import Story as Texting

from reminders.bootstrap import open_post
from reminders.config import Mode, Settings, SystemClock
from reminders.core.wording import LANGUAGES
from reminders.sandbox import Sandbox, SandboxSettings
from reminders.store.db import Sessions
from reminders.store.models import Base
from reminders.store.people import Medium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("patient-pages")]
THEMES = ("light", "dark")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(one => one.checkVisibility() && one.type !== 'hidden' && !one.closest('p, h1, h2'))
  .map(one => [one, (one.closest('label') ?? one).getBoundingClientRect()])
  .filter(([one, box]) => box.width && box.height && (box.width < 44 || box.height < 44))
  .map(([one, box]) => `${one.tagName} ${one.name ?? ''} ${box.width}x${box.height}`)"""


@pytest.fixture
def places(
    app: Flask, sessions: Sessions, clock: HandClock, settings: Settings, language: str
) -> dict[str, str]:
    return addresses(app.test_client(), sessions, clock, settings, language)


def opened(page: Page) -> None:
    """Open every fold, so that what is inside is judged too."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


# Everybody


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_state_of_any_page_breaks_a_rule_of_access(
    browser: Browser, base: str, places: dict[str, str], language: str, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, color_scheme=theme, locale=language
    )
    page, broken = context.new_page(), {}

    for name, place in places.items():
        page.goto(base + place)
        opened(page)
        found = Axe().run(page, options=RULES)
        assert found.response["passes"], name
        if found.violations_count:
            broken[name] = [
                (one["id"], [node["html"][:120] for node in one["nodes"]])
                for one in found.response["violations"]
            ]
    context.close()

    assert broken == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [320, 360, 640, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_every_control_takes_a_thumb(
    browser: Browser, base: str, places: dict[str, str], language: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 760}, locale=language)
    page, broken = context.new_page(), {}

    for name, place in places.items():
        page.goto(base + place)
        opened(page)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        small = page.evaluate(SMALL) if width < 640 else []
        if wide or small:
            broken[name] = [*small, "sideways"] if wide else small
    context.close()

    assert broken == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_twice_the_size_do_not_scroll_sideways(
    browser: Browser, base: str, places: dict[str, str], language: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 760}, locale=language)
    page, wide = context.new_page(), []

    for name, place in places.items():
        page.goto(base + place)
        opened(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
    context.close()

    assert wide == []


# What comes with a page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en"])
def test_no_state_is_refused_a_part_or_waits_for_a_stylesheet(
    browser: Browser, base: str, places: dict[str, str], language: str
) -> None:
    context = browser.new_context(locale=language, service_workers="block")
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))

    for name, place in places.items():
        page.goto(base + place)
        assert page.evaluate("getComputedStyle(document.body).maxWidth") == "544px", name
    context.close()

    sheets = [url for kind, url in asked if kind == "stylesheet"]
    assert [one for one in said if "Security Policy" in one] == []
    assert {"guide.css" in one for one in sheets} <= {True}


# Scanners


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_scanner_that_follows_every_link_with_script_changes_no_row(
    browser: Browser, base: str, sessions: Sessions, settings: Settings, clock: HandClock
) -> None:
    # The browser's driver holds this thread's event loop, and the provider wants one of its own.
    with ThreadPoolExecutor(1) as elsewhere:
        letters = elsewhere.submit(letters_of, sessions, settings, clock).result()
    before = contents(sessions)
    context = browser.new_context(locale="en")
    page = context.new_page()
    waiting, seen = links_in(letters, base), set()
    assert {one.split("/")[3] for one in waiting} == {"x", "u"}

    while waiting:
        address = waiting.pop()
        seen.add(address)
        context.request.head(address)
        context.request.get(address)
        page.goto(address)
        found = {urljoin(address, one).partition("#")[0] for one in hrefs(page)}
        waiting |= {one for one in found if one.startswith(base)} - seen
    context.close()

    assert {one.rpartition("/")[2] for one in seen} >= {"week", "reminders", "later", "stop"}
    assert contents(sessions) == before


def letters_of(sessions: Sessions, settings: Settings, clock: HandClock) -> str:
    """A reminder by text and one by mail, as they arrive."""
    with sessions.begin() as session:
        clinic = a_clinic(session)
        clinic.second_step = False
        by_mail = {"medium": Medium.EMAIL, "phone": "+12075550177", "email": "otto@example.org"}
        for patient in (a_patient(session, clinic), a_patient(session, clinic, **by_mail)):
            a_plan(session, patient)
    clock.moment = clock.moment.replace(hour=13, minute=1)
    with a_post(sessions, settings) as (texting, sandbox):
        texting.tick(clock.moment)
        sandbox.settle()
        texts = [one.body for one in sandbox.texts(PATIENT_NUMBER)]
        mails = [one.text for one in sandbox.mails("otto@example.org")]
    assert texts
    assert mails
    return "\n".join([*texts, *mails])


@contextmanager
def a_post(sessions: Sessions, settings: Settings) -> Iterator[tuple[Texting, Sandbox]]:
    """What sends messages, and the provider it sends them to."""
    with Sandbox(_a_provider()) as sandbox:
        post = open_post(_wired(settings, sandbox), timeout=5, sessions=sessions)
        yield Texting.begin(post), sandbox


def _a_provider() -> SandboxSettings:
    return SandboxSettings(
        mode=Mode.TEST,
        now=SystemClock().now,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        step_seconds=0.01,
    )


def _wired(settings: Settings, sandbox: Sandbox) -> Settings:
    doors = {"smtp_host": "127.0.0.1", "smtp_port": sandbox.smtp_port}
    return settings.model_copy(update={"twilio_base_url": sandbox.base_url, **doors})


def links_in(text: str, base: str) -> set[str]:
    return set(re.findall(re.escape(base) + r"/[\w/.?=-]+", text))


def hrefs(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "a[href], link[href], img[src]",
        "all => all.map(one => one.href || one.src)",
    )
    return found


def contents(sessions: Sessions) -> dict[str, list[sa.Row[tuple[object, ...]]]]:
    """Every row of every table but the audit trail."""
    tables = [one for one in Base.metadata.sorted_tables if one.name != "audit_event"]
    with sessions() as session:
        return {
            one.name: list(session.execute(sa.select(*one.c).order_by(one.c.id))) for one in tables
        }
