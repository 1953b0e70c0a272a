"""Do lists and a patient's pages hold in a browser: axe, no overflow, size of targets?"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PAGES = {
    "today": "/desk/?show=all",
    "me": "/desk/me",
    "clinic": "/desk/clinic",
    "figures": "/desk/clinic/figures?weeks=12",
    "lines": "/desk/clinic/lines",
    "delivery": "/desk/clinic/delivery",
    "asking": "/desk/clinic/asking",
    "thresholds": "/desk/clinic/thresholds",
    "note": "/desk/patients/1/note",
    "log": "/desk/patients/1/log",
    "pause": "/desk/patients/1/pause",
    "transfer": "/desk/patients/1/transfer",
    "plan": "/desk/patients/1/plan",
    "library": "/desk/library",
    "templates": "/desk/templates",
    "to read": "/desk/to-read",
    "new patient": "/desk/patients/new",
    "list": "/desk/patients?show=everyone&language=es&sort=sessions",
    "calls": "/desk/calls?show=all",
    "patient": "/desk/patients/1",
    "call": "/desk/patients/1/call",
    "details": "/desk/patients/1/details",
    "since": "/desk/patients/1/since",
    "discharge": "/desk/patients/1/discharge",
}
# What is kept from sight cannot be pressed: the plan has a button that only Enter finds.
SMALL = """() => [...document.querySelectorAll("main a, main button, main input, main summary")]
  .map(e => [e, e.closest("label")?.getBoundingClientRect() ?? e.getBoundingClientRect()])
  .filter(([e, r]) => r.width && r.height && (r.width < 44 || r.height < 44))
  .filter(([e]) => !e.closest(".sr, p, td, th, details:not([open]) > :not(summary)"))
  .map(([e, r]) => `${e.tagName} ${e.innerText} ${r.width}x${r.height}`)"""


@pytest.fixture(scope="module", params=["light", "dark"])
def desk(request: pytest.FixtureRequest, browser: Browser, demo: str) -> Iterator[Page]:
    """Somebody of the demo's clinic, signed in, in both themes."""
    context = browser.new_context(base_url=demo, color_scheme=request.param)
    page = context.new_page()
    page.goto("/login")
    page.get_by_role("button", name="Sign in as").first.click()
    yield page
    context.close()


@pytest.mark.parametrize("place", PAGES.values(), ids=PAGES.keys())
@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_of_the_desk_holds_at_every_width(desk: Page, place: str, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 760})

    answer = desk.goto(place)

    assert answer is not None
    assert answer.status == 200
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(desk)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("place", PAGES.values(), ids=PAGES.keys())
def test_what_can_be_pressed_is_large_enough_on_a_phone(desk: Page, place: str) -> None:
    desk.set_viewport_size({"width": 360, "height": 760})

    desk.goto(place)

    assert desk.evaluate(SMALL) == []
