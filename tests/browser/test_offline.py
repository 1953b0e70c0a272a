"""Does the page serve its patient without a network, and forget them when it must?

The network is lost three ways: the phone says so, the server is gone, and an answer goes astray
after the server has stored what was sent.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from patient_story import SOON, Story, begin, revoke, with_link
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from setting import HandClock
from werkzeug.serving import make_server

from reminders.config import Settings
from reminders.core.adherence import Outcome
from reminders.store.conversation import Link, Purpose
from reminders.store.db import Sessions
from reminders.store.people import Clinic

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("offline"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]
OFFLINE = "You are offline."
WAITS = "Saved on this phone."
SENT = "your answer has been sent"
A_MOMENT = "new Promise(done => setTimeout(done, 50))"
UNTIL_KEPT = f"""async path => {{
  while (!(await (await caches.open("pages")).match(path))) await {A_MOMENT};
}}"""
# What a phone holds of us: pages, their parts, answers that wait.
HELD = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
  const open = indexedDB.open("answers", 1);
  const answers = await new Promise(done => {
    open.onupgradeneeded = () =>
      open.result.createObjectStore("answers", {keyPath: "id", autoIncrement: true});
    open.onsuccess = () => {
      const all = open.result.transaction("answers").objectStore("answers").getAll();
      all.onsuccess = () => { open.result.close(); done(all.result.length); };
    };
  });
  return [found, answers];
}"""


@dataclass
class Town:
    """The web on a line that can be cut, and that can lose an answer on its way back."""

    app: Flask
    port: int
    loses: bool = False
    _server: Any = None
    _running: threading.Thread | None = None
    _inner: Callable[..., Iterable[bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self._inner = self.app.wsgi_app

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        said = self._inner(environ, start)
        if self.loses and environ["REQUEST_METHOD"] == "POST":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return said

    def open(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self, threaded=True)
        self._running = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._running.start()

    def shut(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def town(app: Flask, settings: Settings) -> Iterator[Town]:
    town = Town(app, int(settings.public_base_url.rpartition(":")[2]))
    town.open()
    yield town
    town.shut()


@pytest.fixture
def ana(app: Flask, sessions: Sessions, clock: HandClock, settings: Settings) -> Story:
    story = begin(app.test_client(), sessions, clock, settings)
    # The browser's own clock decides when a page is over.
    with sessions.begin() as session:
        session.get_one(Link, story.link_id).expires_at = SOON + timedelta(days=3650)
        session.scalars(sa.select(Clinic)).one().second_step = False
    return story


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 360, "height": 760}, is_mobile=True, has_touch=True, locale="en"
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


def visit(phone: BrowserContext, town: Town, path: str) -> Page:
    """Open a page and wait until it is kept."""
    page = phone.new_page()
    page.goto(town.base + path)
    page.evaluate(UNTIL_KEPT, path)
    return page


def log(page: Page, pain: int, note: str = "") -> None:
    page.get_by_role("radio", name=str(pain), exact=True).check()
    page.get_by_label("A word for").fill(note)
    page.get_by_role("button", name="I did all").click()


# The page


def test_the_page_is_read_without_a_network_after_one_visit(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    visit(phone, town, ana.path).close()

    phone.set_offline(True)
    page = phone.new_page()
    page.goto(town.base + ana.path)

    expect(page.get_by_role("status")).to_contain_text(OFFLINE)
    expect(page.get_by_role("heading", name="Bridge")).to_be_visible()
    assert page.locator("svg.fg").count() == 4
    styled = page.evaluate("getComputedStyle(document.body).maxWidth")
    assert styled == "544px", "its styles are kept too"


def test_another_page_says_that_it_needs_the_network(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)

    town.shut()
    page.goto(f"{town.base}{ana.path}/week")
    town.open()

    expect(page.get_by_role("heading")).to_have_text("You are offline")
    assert "Ana" not in page.content()


def test_the_page_says_when_the_network_is_lost_and_is_quiet_when_it_is_back(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)

    phone.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text(OFFLINE)
    phone.set_offline(False)

    expect(page.locator("#line")).to_be_hidden()


# The answer


def test_an_answer_typed_without_a_network_goes_out_once_when_it_is_back(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    phone.set_offline(True)
    log(page, 3, "A bit stiff")
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    assert ana.replies() == []

    phone.set_offline(False)

    expect(page.get_by_role("status")).to_contain_text(SENT)
    expect(page.get_by_role("heading", name="Thank you, Ana.")).to_be_visible()
    [reply] = ana.replies()
    assert (ana.entry().outcome, ana.entry().pain, reply.text) == (Outcome.DONE, 3, "A bit stiff")
    assert page.evaluate(HELD)[1] == 0


def test_an_answer_goes_out_when_the_tab_was_closed_and_is_opened_again(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    town.shut()
    log(page, 3)
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    page.close()
    town.open()

    page = phone.new_page()
    page.goto(town.base + ana.path)

    expect(page.get_by_role("heading", name="Thank you, Ana.")).to_be_visible()
    assert len(ana.replies()) == 1
    assert ana.entry().pain == 3


def test_an_answer_whose_receipt_was_lost_is_logged_once(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    town.loses = True
    log(page, 3, "A bit stiff")
    page.wait_for_load_state()
    town.loses = False
    assert len(ana.replies()) == 1

    page.goto(town.base + ana.path)

    expect(page.get_by_role("heading", name="Thank you, Ana.")).to_be_visible()
    assert len(ana.replies()) == len(ana.entries()) == 1
    assert page.evaluate(HELD)[1] == 0


def test_two_answers_typed_one_after_the_other_arrive_in_their_order(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    town.shut()
    log(page, 6)
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    log(page, 5)
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    town.open()

    page.goto(town.base + ana.path)

    expect(page.get_by_role("heading", name="Thank you, Ana.")).to_be_visible()
    assert [one.pain for one in ana.entries()] == [6, 5]
    assert ana.entry().pain == 5


def test_an_answer_that_says_too_little_comes_back_with_all_that_was_typed(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    town.shut()
    page.get_by_role("radio", name="Not today").first.check()
    page.get_by_role("button", name="Send what I marked").click()
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    town.open()

    page.goto(town.base + ana.path)

    expect(page.get_by_role("alert")).to_contain_text("And the others?")
    expect(page.get_by_role("radio", name="Not today").first).to_be_checked()
    assert ana.replies() == []


def test_words_of_danger_that_waited_are_answered_when_they_arrive(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    page = visit(phone, town, ana.path)
    town.shut()
    log(page, 3, "I have chest pain")
    expect(page.get_by_role("status")).to_contain_text("Nobody sees it before.")
    town.open()

    page.goto(town.base + ana.path)

    expect(page.get_by_role("link", name="Call 911")).to_be_visible()


# The end


def _revoked(ana: Story) -> None:
    revoke(ana, SOON)


def _over(ana: Story) -> None:
    ana.clock.moment = SOON + timedelta(days=4000)


@pytest.mark.parametrize("end", [_revoked, _over], ids=["revoked", "expired"])
def test_nothing_is_left_on_the_phone_once_the_link_has_ended(
    phone: BrowserContext, town: Town, ana: Story, end: Callable[[Story], None]
) -> None:
    page = visit(phone, town, ana.path)
    town.shut()
    log(page, 3, "A bit stiff")
    expect(page.get_by_role("status")).to_contain_text(WAITS)
    assert page.evaluate(HELD)[0]
    end(ana)
    town.open()

    page.goto(town.base + ana.path)

    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    page.evaluate(f"async () => {{ while ((await ({HELD})())[0].length) await {A_MOMENT} }}")
    assert page.evaluate(HELD) == [[], 0]


def reach(page: Page, address: str) -> None:
    """Go there once there is a network again: a browser tells its parts one after the other."""
    for _ in range(50):
        with suppress(Error):
            page.goto(address)
            return
        page.wait_for_timeout(100)
    page.goto(address)


def test_a_kept_page_is_read_without_a_network_until_its_key_has_ended(
    phone: BrowserContext, town: Town, ana: Story, sessions: Sessions
) -> None:
    page = phone.new_page()
    page.goto(f"{town.base}{ana.path}/keep")
    page.get_by_role("button", name="Keep on this phone").click()
    page.wait_for_url("**/today")
    with sessions.begin() as session:
        session.execute(sa.update(Link).values(expires_at=SOON + timedelta(days=3650)))
    visit(phone, town, "/today").close()
    phone.set_offline(True)
    page.goto(f"{town.base}/today")
    expect(page.get_by_role("status")).to_contain_text(OFFLINE)
    assert "/today" in page.evaluate(HELD)[0]
    with sessions.begin() as session:
        session.execute(sa.update(Link).where(Link.purpose == Purpose.KEPT).values(revoked_at=SOON))
    phone.set_offline(False)

    page = phone.new_page()  # the first one asks again by itself, and nothing may come between
    reach(page, f"{town.base}/today")

    expect(page.get_by_role("heading", name="Open the link in your message")).to_be_visible()
    gone = f"(await ({HELD})())[0].every(one => one !== '/today')"
    page.evaluate(f"async () => {{ while (!({gone})) await {A_MOMENT} }}")
    phone.set_offline(True)
    page.goto(f"{town.base}/today")
    assert "Ana" not in page.content()


def test_a_page_whose_time_is_over_is_not_shown_without_a_network_either(
    phone: BrowserContext, town: Town, ana: Story
) -> None:
    over = with_link(ana)  # by the phone's own clock, which no test can move
    visit(phone, town, ana.path).close()
    page = visit(phone, town, over.path)

    phone.set_offline(True)
    page.goto(town.base + over.path)

    expect(page.get_by_role("heading")).to_have_text("You are offline")
    assert "Ana" not in page.content()
